import { describe, expect, it } from 'vitest';
import { LLMChain } from '../../src/chains/llm-chain.js';
import { ChatPromptTemplate } from '../../src/prompts/chat-template.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { FAKE_USAGE, FakeModel, FINISH } from '../support/fake-model.js';
import { ofType, recorder } from '../support/recorder.js';

const prompt = PromptTemplate.fromTemplate('1 + {number} = ');
const sum = { ...FAKE_USAGE, runs: 1, bySource: { reported: 5 } };

describe('an LLM chain', () => {
  it('run gives the text', async () => {
    const llm = new FakeModel();
    expect(await new LLMChain({ llm, prompt }).run({ number: 2 })).toBe('onetwo');
    expect(llm.calls.map(({ messages }) => messages)).toEqual([[{ role: 'user', content: '1 + 2 = ' }]]);
  });

  it('invoke gives the outputs with the usage', async () => {
    const heard = recorder();
    const chain = new LLMChain({ llm: new FakeModel(), prompt });
    const result = await chain.invoke({ number: 2 }, { callbacks: [heard] });
    expect(result).toEqual({
      outputs: { text: 'onetwo' },
      text: 'onetwo',
      llm: expect.objectContaining({ text: 'onetwo', usage: FAKE_USAGE, finishReason: 'stop' }),
      usage: sum,
      runId: heard.events[0]?.runId,
    });
  });

  it('stream gives the text as it comes, and then the same', async () => {
    const chain = new LLMChain({ llm: new FakeModel(), prompt });
    const stream = chain.stream({ number: 2 });
    expect(await stream.next()).toEqual({ done: false, value: 'one' });
    expect(await stream.next()).toEqual({ done: false, value: 'two' });
    const last = await stream.next();
    expect(last).toMatchObject({ done: true, value: { text: 'onetwo', usage: sum } });
  });

  it('emits its start, the formatted prompt, the run of the model as its child, its end', async () => {
    const heard = recorder();
    const chain = new LLMChain({ llm: new FakeModel({ steps: ['three', FINISH] }), prompt });
    await chain.run({ number: 2 }, { callbacks: [heard], metadata: { file: 'add.txt' } });
    const [root, , model] = heard.events;
    const ofRoot = { runId: root?.runId, parentRunId: null, name: 'LLMChain', time: expect.any(Number) };
    const ofModel = {
      runId: model?.runId,
      parentRunId: root?.runId,
      name: 'FakeModel',
      time: expect.any(Number),
    };
    expect(model?.runId).not.toBe(root?.runId);
    expect(heard.events).toEqual([
      { ...ofRoot, type: 'chainStart', tags: [], metadata: { file: 'add.txt' }, inputs: { number: 2 } },
      { ...ofRoot, type: 'text', text: '1 + 2 = ', kind: 'prompt' },
      {
        ...ofModel,
        type: 'chatModelStart',
        tags: [],
        metadata: { file: 'add.txt' },
        model: 'fake-1',
        provider: 'fake',
        params: {},
        messages: [{ role: 'user', content: '1 + 2 = ' }],
        tools: [],
      },
      { ...ofModel, type: 'llmNewToken', token: 'three', index: 0 },
      {
        ...ofModel,
        type: 'llmEnd',
        text: 'three',
        message: { role: 'assistant', content: 'three' },
        toolCalls: [],
        finishReason: 'stop',
        usage: FAKE_USAGE,
        cost: null,
        model: 'fake-1',
        responseId: null,
        firstTokenMs: expect.any(Number),
        durationMs: expect.any(Number),
      },
      {
        ...ofRoot,
        type: 'chainEnd',
        outputs: { text: 'three' },
        usage: sum,
        durationMs: expect.any(Number),
      },
    ]);
  });

  it('gives a chat prompt to a chat model as messages, and to a completion model as text', async () => {
    const chat = ChatPromptTemplate.fromMessages([
      ['system', 'Be brief.'],
      ['user', '{question}'],
    ]);
    const heard = recorder();
    for (const kind of ['chat', 'completion'] as const) {
      const llm = new FakeModel({ steps: [FINISH], kind });
      await new LLMChain({ llm, prompt: chat }).run({ question: 'Why?' }, { callbacks: [heard] });
    }
    const text = 'System: Be brief.\nHuman: Why?';
    expect(ofType(heard.events, 'text').map((event) => event.text)).toEqual([text, text]);
    expect(ofType(heard.events, 'llmStart')[0]?.prompt).toBe(text);
    expect(ofType(heard.events, 'chatModelStart')[0]?.messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Why?' },
    ]);
  });

  it('that fails says what it spent', async () => {
    const heard = recorder();
    const llm = new FakeModel({ steps: ['one', FINISH, new Error('cut')] });
    await expect(new LLMChain({ llm, prompt }).run({ number: 2 }, { callbacks: [heard] })).rejects.toThrow(
      'cut',
    );
    expect(ofType(heard.events, 'chainError')[0]).toMatchObject({
      error: { name: 'Error', code: 'internal', message: 'cut' },
      usage: sum,
      durationMs: expect.any(Number),
    });
  });

  it('has inputs of its own: they may be left out', async () => {
    const chain = new LLMChain({ llm: new FakeModel(), prompt: PromptTemplate.fromTemplate('Hi') });
    expect([await chain.run(), (await chain.invoke()).text]).toEqual(['onetwo', 'onetwo']);
  });
});
