import { describe, expect, it, test } from 'vitest';
import { ConversationBufferMemory } from '../../src/memory/buffer.js';
import { createMemory } from '../../src/memory/create.js';
import type { Memory } from '../../src/memory/memory.js';
import { ConversationSummaryMemory } from '../../src/memory/summary.js';
import { ConversationBufferWindowMemory } from '../../src/memory/window.js';
import { OfflineModel } from '../../src/models/offline.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { FakeModel, FINISH } from '../support/fake-model.js';
import { recorder } from '../support/recorder.js';

/** Summarises in as many words as it was asked so far: `summary 1`, `summary 2`. */
function summarizer() {
  let times = 0;
  return new FakeModel({ model: 'gpt-4o', steps: [() => `summary ${(times += 1)}`, FINISH] });
}

async function remember(memory: Memory, count: number, text = 'x'): Promise<void> {
  for (let turn = 1; turn <= count; turn += 1) {
    await memory.remember({ input: `${text} ${turn}`, output: `reply ${turn}` });
  }
}

const inputs = ({ state }: Memory) => state.turns.map(({ input }) => input);

describe('what is left after five turns', () => {
  // A turn such as `x 1`, `reply 1` has 2 × (3 + 1) tokens of framing and 3 + 3 of text, the space counted with the digit.
  test.each<[kind: string, turns: number, summary: string, asked: number]>([
    ['buffer', 5, '', 0],
    ['window:1', 1, '', 0],
    ['window:2', 2, '', 0],
    ['window:9', 5, '', 0],
    ['token-buffer:1', 0, '', 0],
    ['token-buffer:13', 0, '', 0],
    ['token-buffer:14', 1, '', 0],
    ['token-buffer:27', 1, '', 0],
    ['token-buffer:28', 2, '', 0],
    ['token-buffer:500', 5, '', 0],
    ['summary', 0, 'summary 5', 5],
    ['summary-buffer:28', 2, 'summary 3', 3],
    ['summary-buffer:1', 0, 'summary 5', 5],
    ['summary-buffer:500', 5, '', 0],
  ])('%s', async (kind, turns, summary, asked) => {
    const llm = summarizer();
    const memory = createMemory(kind, { llm });
    await remember(memory, 5);
    expect(memory.kind).toBe(kind);
    expect(inputs(memory)).toEqual(['x 1', 'x 2', 'x 3', 'x 4', 'x 5'].slice(5 - turns));
    expect([memory.state.summary, llm.calls.length]).toEqual([summary, asked]);
  });
});

it('is a text of lines, and messages', async () => {
  const memory = new ConversationBufferMemory();
  expect([memory.buffer, memory.messages]).toEqual(['', []]);
  await remember(memory, 2);
  expect(memory.buffer).toBe('Human: x 1\nAI: reply 1\nHuman: x 2\nAI: reply 2');
  expect(memory.messages).toEqual([
    { role: 'user', content: 'x 1' },
    { role: 'assistant', content: 'reply 1' },
    { role: 'user', content: 'x 2' },
    { role: 'assistant', content: 'reply 2' },
  ]);
  memory.clear();
  expect([memory.buffer, memory.messages]).toEqual(['', []]);
});

it('has the prefixes that it was given', async () => {
  const memory = new ConversationBufferWindowMemory({ k: 1, humanPrefix: '客户', aiPrefix: '花店' });
  await memory.remember({ input: '我要玫瑰', output: '好的' });
  expect(memory.buffer).toBe('客户: 我要玫瑰\n花店: 好的');
});

it('with a summary shows it before the turns', async () => {
  const memory = createMemory('summary-buffer:14', { llm: summarizer() });
  await remember(memory, 2);
  expect(memory.buffer).toBe('summary 1\nHuman: x 2\nAI: reply 2');
  expect(memory.messages).toEqual([
    { role: 'system', content: 'Earlier in this conversation: summary 1' },
    { role: 'user', content: 'x 2' },
    { role: 'assistant', content: 'reply 2' },
  ]);
});

describe('a summary', () => {
  it('is written of the one before and what came since', async () => {
    const llm = summarizer();
    await remember(createMemory('summary', { llm }), 2);
    expect(llm.calls.map(({ messages }) => messages.at(-1)?.content)).toEqual([
      'Human: x 1\nAI: reply 1\n\nNew summary:',
      'Summary so far: summary 1\n\nHuman: x 2\nAI: reply 2\n\nNew summary:',
    ]);
    expect(llm.calls[0]?.messages[0]).toMatchObject({
      role: 'system',
      content: expect.stringMatching(/^Summarize/),
    });
  });

  it('is asked for in one text of a completion model', async () => {
    const llm = new FakeModel({ kind: 'completion', steps: ['all of it', FINISH] });
    await remember(createMemory('summary', { llm }), 1);
    expect(llm.calls[0]?.prompt).toMatch(/^Summarize[\s\S]+\n\nHuman: x 1\nAI: reply 1\n\nNew summary:$/);
  });

  it("is asked for by a prompt of the user's own", async () => {
    const llm = summarizer();
    const prompt = PromptTemplate.fromTemplate('Kurz: [{summary}] {new_lines}');
    const memory = new ConversationSummaryMemory({ llm, prompt });
    await remember(memory, 2);
    expect(llm.calls.map(({ prompt: text }) => text)).toEqual([
      'Kurz: [] Human: x 1\nAI: reply 1',
      'Kurz: [summary 1] Human: x 2\nAI: reply 2',
    ]);
  });

  it('is a run of the memory’s name with the model’s as its child, both tagged', async () => {
    const heard = recorder();
    const memory = createMemory('summary', { llm: summarizer() });
    await memory.remember({ input: 'a', output: 'b' }, { callbacks: [heard], tags: ['mine'] });
    const starts = heard.events.filter((event) => 'tags' in event);
    expect(heard.events.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'chainStart ConversationSummaryMemory',
      'text ConversationSummaryMemory',
      'chatModelStart FakeModel',
      'llmNewToken FakeModel',
      'llmEnd FakeModel',
      'chainEnd ConversationSummaryMemory',
    ]);
    expect(starts.map(({ parentRunId, tags }) => [parentRunId, tags])).toEqual([
      [null, ['mine', 'memory']],
      [heard.events[0]?.runId, ['mine', 'memory']],
    ]);
  });

  it('by the offline model stays short, whatever was said', async () => {
    const memory = createMemory('summary', { llm: new OfflineModel() });
    for (let turn = 1; turn <= 20; turn += 1) {
      await memory.remember({ input: `stem ${turn} is number ${turn}`, output: 'Noted' });
    }
    expect(memory.state.summary.split('\n')).toHaveLength(3);
  });

  test.each([
    ['fails', [new Error('no summary today')], 'no summary today'],
    ['is empty', [' \n', FINISH], "ConversationSummaryMemory: the model's summary is empty"],
  ])('that %s leaves the memory as it was', async (_, steps, message) => {
    const memory = createMemory('summary', { llm: summarizer() });
    await remember(memory, 1);
    const { state } = memory;
    const failing = new ConversationSummaryMemory({ llm: new FakeModel({ steps }) });
    failing.state = state;
    await expect(remember(failing, 1)).rejects.toThrow(message);
    expect(failing.state).toBe(state);
  });
});

test.each([
  ['windw:2', 'there is no memory "windw" (did you mean "window"?)'],
  ['', 'there is no memory ""'],
  ['constructor', 'there is no memory "constructor"'],
  ['window', 'the memory "window" takes a number of turns, as in window:6'],
  ['window:0', 'the memory "window" takes a number of turns, as in window:6'],
  ['window:-1', 'the memory "window" takes a number of turns, as in window:6'],
  ['window:1.5', 'the memory "window" takes a number of turns, as in window:6'],
  ['window:1:2', 'the memory "window" takes a number of turns, as in window:6'],
  ['token-buffer:x', 'the memory "token-buffer" takes a number of tokens, as in token-buffer:500'],
  [
    'token-buffer:99999999999999999999',
    'the memory "token-buffer" takes a number of tokens, as in token-buffer:500',
  ],
  ['buffer:3', 'the memory "buffer" takes no number'],
])('there is no memory %j', (kind, message) => {
  const create = () => createMemory(kind, { llm: new FakeModel() });
  expect(create).toThrow(
    expect.objectContaining({
      code: 'invalid_argument',
      message,
      hint: 'Memories are buffer, window:turns, token-buffer:tokens, summary, summary-buffer:tokens.',
    }),
  );
});

test.each([
  [
    'a window without a size',
    () => new ConversationBufferWindowMemory({} as never),
    'k must be a whole number from 1 up, not undefined',
  ],
  [
    'a summary without a model',
    () => new ConversationSummaryMemory({} as never),
    'ConversationSummaryMemory: llm must be a model, such as new ChatOpenAI()',
  ],
])('%s is refused', (_, make, message) => {
  expect(make).toThrow(expect.objectContaining({ code: 'invalid_argument', message }));
});
