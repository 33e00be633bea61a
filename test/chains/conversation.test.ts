import { describe, expect, it, test } from 'vitest';
import { withTokenCounter } from '../../src/callbacks/with-token-counter.js';
import { ConversationChain } from '../../src/chains/conversation.js';
import type { CallbackHandler } from '../../src/events.js';
import { ConversationBufferMemory } from '../../src/memory/buffer.js';
import { createMemory } from '../../src/memory/create.js';
import type { Turn } from '../../src/memory/memory.js';
import { ConversationSummaryMemory } from '../../src/memory/summary.js';
import type { Message } from '../../src/messages.js';
import { ChatPromptTemplate, MessagesPlaceholder } from '../../src/prompts/chat-template.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { deferred, idle } from '../support/deferred.js';
import { FAKE_USAGE, FakeModel, FINISH } from '../support/fake-model.js';
import { callTool } from '../support/fake-tool.js';
import { ofType, recorder } from '../support/recorder.js';

/** Answers `re: ` and what was said last. */
const echo = (fields: ConstructorParameters<typeof FakeModel>[0] = {}) =>
  new FakeModel({ steps: [({ messages }) => `re: ${messages.at(-1)?.content}`, FINISH], ...fields });

const shown = ({ calls }: FakeModel) =>
  calls.map(({ messages }) => messages.map(({ role, content }) => `${role}: ${content}`));

describe('a conversation', () => {
  it('gives the text, or all there is to know', async () => {
    const conversation = new ConversationChain({ llm: echo() });
    expect(await conversation.run('one')).toBe('re: one');
    expect(await new ConversationChain({ llm: echo() }).run({ input: 'one' })).toBe('re: one');
    const heard = recorder();
    const result = await conversation.invoke({ input: 'two' }, { callbacks: [heard] });
    expect(result).toMatchObject({
      input: 'two',
      history: 'Human: one\nAI: re: one',
      response: 're: two',
      outputs: { response: 're: two' },
      turn: 2,
      usage: { ...FAKE_USAGE, runs: 1 },
      memoryUsage: null,
      runId: heard.events[0]?.runId,
    });
    expect(ofType(heard.events, 'chainEnd')).toMatchObject([{ outputs: { response: 're: two' } }]);
    expect(conversation.memory.buffer).toBe('Human: one\nAI: re: one\nHuman: two\nAI: re: two');
    expect(conversation.turns.map(({ input, output }) => [input, output])).toEqual([
      ['one', 're: one'],
      ['two', 're: two'],
    ]);
  });

  it('streams', async () => {
    const conversation = new ConversationChain({ llm: new FakeModel() });
    const stream = conversation.stream({ input: 'a' });
    expect([(await stream.next()).value, (await stream.next()).value]).toEqual(['one', 'two']);
    expect(conversation.memory.buffer).toBe('');
    expect(await stream.next()).toMatchObject({ done: true, value: { response: 'onetwo' } });
    expect(conversation.memory.buffer).toBe('Human: a\nAI: onetwo');
  });

  it('emits its start, the prompt, the run of the model, its end; then the memory’s', async () => {
    const heard = recorder();
    const llm = echo();
    const memory = new ConversationSummaryMemory({ llm: new FakeModel({ name: 'Summarizer' }) });
    const conversation = new ConversationChain({ llm, memory, callbacks: [] });
    await conversation.run('hi', { callbacks: [heard] });
    expect(heard.events.map(({ type, name }) => `${type} ${name}`)).toEqual([
      'chainStart ConversationChain',
      'text ConversationChain',
      'chatModelStart FakeModel',
      'llmNewToken FakeModel',
      'llmEnd FakeModel',
      'chainStart ConversationSummaryMemory',
      'text ConversationSummaryMemory',
      'chatModelStart Summarizer',
      'llmNewToken Summarizer',
      'llmNewToken Summarizer',
      'llmEnd Summarizer',
      'chainEnd ConversationSummaryMemory',
      'chainEnd ConversationChain',
    ]);
    const [root, model, own, ownModel] = heard.events.filter((event) => 'tags' in event);
    expect([model?.parentRunId, own?.parentRunId, ownModel?.parentRunId]).toEqual([
      root?.runId,
      root?.runId,
      own?.runId,
    ]);
    const place = { conversation: conversation.id, turn: 1 };
    expect([model, own, ownModel].map((start) => [start?.tags, start?.metadata])).toEqual([
      [[], place],
      [['memory'], place],
      [['memory'], place],
    ]);
  });
});

describe('chat models get messages, completion models text', () => {
  const SYSTEM = 'system: You are in a conversation with a human. ';

  test.each<[string, ConstructorParameters<typeof ConversationChain>[0]['prompt'], string[][], string]>([
    [
      'the default prompt',
      undefined,
      [
        [expect.stringContaining(SYSTEM) as never, 'user: one'],
        [expect.stringContaining(SYSTEM) as never, 'user: one', 'assistant: re: one', 'user: two'],
      ],
      expect.stringMatching(/^You are in [\s\S]+\n\nHuman: one\nAI: re: one\nHuman: two\nAI:$/) as never,
    ],
    [
      'a text with the turn at its end',
      PromptTemplate.fromTemplate('Be kind, {{}}.\n{history}\n客户: {input}\n花店:'),
      [
        ['system: Be kind, {}.', 'user: one'],
        ['system: Be kind, {}.', 'user: one', 'assistant: re: one', 'user: two'],
      ],
      'Be kind, {}.\nHuman: one\nAI: re: one\n客户: two\n花店:',
    ],
    [
      'a text of another shape',
      PromptTemplate.fromTemplate('Past: {history}. Answer to {input} now.'),
      [['user: Past: . Answer to one now.'], ['user: Past: Human: one\nAI: re: one. Answer to two now.']],
      'Past: Human: one\nAI: re: one. Answer to two now.',
    ],
    [
      'a text that says the input before the history, too',
      PromptTemplate.fromTemplate('On {input}:\n{history}\nHuman: {input}\nAI:'),
      [
        ['system: On one:', 'user: one'],
        ['system: On two:', 'user: one', 'assistant: re: one', 'user: two'],
      ],
      'On two:\nHuman: one\nAI: re: one\nHuman: two\nAI:',
    ],
    [
      'a text that says more of the input',
      PromptTemplate.fromTemplate('You are a translator.\n{history}\nTranslate to French: {input}'),
      [
        ['system: You are a translator.', 'user: Translate to French: one'],
        [
          'system: You are a translator.',
          'user: one',
          'assistant: re: one',
          'user: Translate to French: two',
        ],
      ],
      'You are a translator.\nHuman: one\nAI: re: one\nTranslate to French: two',
    ],
    [
      'a text that only names the human',
      PromptTemplate.fromTemplate('{history}\nUser: {input}'),
      [['user: one'], ['user: one', 'assistant: re: one', 'user: two']],
      'Human: one\nAI: re: one\nUser: two',
    ],
    [
      'a text that says more after it',
      PromptTemplate.fromTemplate('{history}\nUser: {input}\nIn brief, please.\nAssistant:'),
      [['user: one\nIn brief, please.'], ['user: one', 'assistant: re: one', 'user: two\nIn brief, please.']],
      'Human: one\nAI: re: one\nUser: two\nIn brief, please.\nAssistant:',
    ],
    [
      'a text with the history twice',
      PromptTemplate.fromTemplate('{history}\nHuman: {input}\nAI: {history}'),
      [
        ['user: \nHuman: one\nAI: '],
        ['user: Human: one\nAI: re: one\nHuman: two\nAI: Human: one\nAI: re: one'],
      ],
      'Human: one\nAI: re: one\nHuman: two\nAI: Human: one\nAI: re: one',
    ],
    [
      'a text that ends in the history',
      PromptTemplate.fromTemplate('Be kind.\n{history}'),
      [
        ['system: Be kind.', 'user: one'],
        ['system: Be kind.', 'user: one', 'assistant: re: one', 'user: two'],
      ],
      'Be kind.\nHuman: one\nAI: re: one\nHuman: two\nAI:',
    ],
    [
      'a text with the history inside and no input',
      PromptTemplate.fromTemplate('Past [{history}] is past.'),
      [
        ['system: Past [] is past.', 'user: one'],
        ['system: Past [Human: one\nAI: re: one] is past.', 'user: two'],
      ],
      'Past [Human: one\nAI: re: one] is past.\nHuman: two\nAI:',
    ],
    [
      'messages with a place for the history and no input',
      ChatPromptTemplate.fromMessages([['system', 'Be kind.'], new MessagesPlaceholder('history')]),
      [
        ['system: Be kind.', 'user: one'],
        ['system: Be kind.', 'user: one', 'assistant: re: one', 'user: two'],
      ],
      'System: Be kind.\nHuman: one\nAI: re: one\nHuman: two\nAI:',
    ],
    [
      'a text without history',
      PromptTemplate.fromTemplate('In brief: {input}'),
      [['user: In brief: one'], ['user: one', 'assistant: re: one', 'user: In brief: two']],
      'Human: one\nAI: re: one\nHuman: In brief: two\nAI:',
    ],
    [
      'a text that only opens it',
      PromptTemplate.fromTemplate('You sell flowers.'),
      [
        ['system: You sell flowers.', 'user: one'],
        ['system: You sell flowers.', 'user: one', 'assistant: re: one', 'user: two'],
      ],
      'System: You sell flowers.\nHuman: one\nAI: re: one\nHuman: two\nAI:',
    ],
    [
      'messages with a place for the history',
      ChatPromptTemplate.fromMessages([
        ['system', 'Be kind.'],
        new MessagesPlaceholder('history'),
        ['user', '{input}!'],
      ]),
      [
        ['system: Be kind.', 'user: one!'],
        ['system: Be kind.', 'user: one', 'assistant: re: one', 'user: two!'],
      ],
      'System: Be kind.\nHuman: one\nAI: re: one\nHuman: two!\nAI:',
    ],
    [
      'messages with the history as text',
      ChatPromptTemplate.fromMessages([
        ['system', 'Past: {history}'],
        ['user', '{input}'],
      ]),
      [
        ['system: Past: ', 'user: one'],
        ['system: Past: Human: one\nAI: re: one', 'user: two'],
      ],
      'System: Past: Human: one\nAI: re: one\nHuman: two\nAI:',
    ],
    [
      'messages without history',
      ChatPromptTemplate.fromMessages([
        ['system', 'Be kind.'],
        ['user', 'An example'],
        ['assistant', 'Its answer'],
        ['user', '{input}'],
      ]),
      [
        ['system: Be kind.', 'user: An example', 'assistant: Its answer', 'user: one'],
        [
          'system: Be kind.',
          'user: An example',
          'assistant: Its answer',
          'user: one',
          'assistant: re: one',
          'user: two',
        ],
      ],
      'System: Be kind.\nHuman: An example\nAI: Its answer\nHuman: one\nAI: re: one\nHuman: two\nAI:',
    ],
  ])('%s', async (_, prompt, messages, text) => {
    for (const kind of ['chat', 'completion'] as const) {
      const replies = ['re: one', 're: two'];
      const llm = new FakeModel({ kind, steps: [() => replies.shift(), FINISH] });
      const conversation = new ConversationChain({ llm, prompt });
      await conversation.run('one');
      await conversation.run('two');
      if (kind === 'chat') expect(shown(llm)).toEqual(messages);
      else expect(llm.calls.at(-1)?.prompt).toEqual(text);
    }
  });

  it('a system prompt of the user’s own, braces and all', async () => {
    const llm = echo();
    const conversation = new ConversationChain({ llm, system: '只说中文 {x}' });
    await conversation.run('你好');
    expect(shown(llm)).toEqual([['system: 只说中文 {x}', 'user: 你好']]);
    expect((conversation.prompt as PromptTemplate).template).toBe(
      '只说中文 {{x}}\n\n{history}\nHuman: {input}\nAI:',
    );
  });

  it('a summary of the past goes into the system message', async () => {
    const llm = echo();
    const memory = createMemory('summary', { llm: new FakeModel({ steps: ['They said hi.', FINISH] }) });
    const conversation = new ConversationChain({ llm, memory, system: 'Be kind.' });
    await conversation.run('hi');
    await conversation.run('again');
    expect(shown(llm)[1]).toEqual([
      'system: Be kind.\n\nEarlier in this conversation: They said hi.',
      'user: again',
    ]);
  });

  it('values are never scanned for variables', async () => {
    const llm = echo();
    const conversation = new ConversationChain({ llm, system: 'x' });
    await conversation.run('{history} {input} {{}}');
    await conversation.run('b');
    expect(shown(llm)[1]).toEqual([
      'system: x',
      'user: {history} {input} {{}}',
      'assistant: re: {history} {input} {{}}',
      'user: b',
    ]);
  });

  it('an input that is no text is shown, sent and remembered as a template has it', async () => {
    const llm = echo();
    const conversation = new ConversationChain({ llm, system: 'x' });
    await conversation.invoke({ input: { colour: 'pink' } });
    expect(shown(llm)).toEqual([['system: x', 'user: {"colour":"pink"}']]);
    expect(conversation.memory.buffer).toBe('Human: {"colour":"pink"}\nAI: re: {"colour":"pink"}');
  });

  it('the prefixes of the memory are those of the default prompt, and a summary’s is settable', async () => {
    const llm = new FakeModel({ kind: 'completion', steps: ['R', FINISH] });
    const prefixes = { humanPrefix: '顾客', aiPrefix: '店员', summaryPrefix: '此前：' };
    const memory = createMemory('buffer', { llm, ...prefixes });
    const conversation = new ConversationChain({ llm, memory, system: '你是花店客服。' });
    await conversation.run('你好');
    await conversation.run('再来');
    expect(llm.calls[1]?.prompt).toBe('你是花店客服。\n\n顾客: 你好\n店员: R\n顾客: 再来\n店员:');
    const summary = createMemory('summary', {
      llm: new FakeModel({ steps: ['要玫瑰', FINISH] }),
      ...prefixes,
    });
    await summary.remember({ input: 'a', output: 'b' });
    expect(summary.messages).toEqual([{ role: 'system', content: '此前：要玫瑰' }]);
  });

  it('an input that ends like a label is sent whole', async () => {
    const llm = echo();
    const prompt = PromptTemplate.fromTemplate('{history}\nUser: {input}\nAI:');
    const conversation = new ConversationChain({ llm, prompt });
    await conversation.run('AI: fill in\nName:');
    expect(shown(llm)).toEqual([['user: AI: fill in\nName:']]);
  });

  it('other variables of the prompt are given with the turn', async () => {
    const llm = echo();
    const prompt = PromptTemplate.fromTemplate('Speak {language}.\n{history}\nHuman: {input}\nAI:');
    const conversation = new ConversationChain({ llm, prompt });
    await conversation.invoke({ input: 'a', language: 'German' });
    expect(shown(llm)).toEqual([['system: Speak German.', 'user: a']]);
    await expect(conversation.run('b')).rejects.toThrow('Missing variable: language');
  });
});

describe('a turn that does not end well leaves the memory as it was', () => {
  const controller = () => new AbortController();

  test.each<[string, (conversation: ConversationChain) => Promise<unknown>, string]>([
    [
      'the model fails',
      (conversation) => {
        conversation.llm = new FakeModel({ steps: ['half', new Error('cut')] });
        return conversation.run('b');
      },
      'cut',
    ],
    [
      'it is aborted',
      (conversation) => {
        const { signal, abort } = ((c) => ({ signal: c.signal, abort: () => c.abort() }))(controller());
        return conversation.run('b', { signal, callbacks: [{ onLLMNewToken: abort }] });
      },
      'the run was aborted',
    ],
    [
      'a handler raises at its end',
      (conversation) =>
        conversation.run('b', {
          callbacks: [
            {
              raiseError: true,
              onChainEnd() {
                throw new Error('raised');
              },
            },
          ],
        }),
      'raised',
    ],
    ['it has no input', (conversation) => conversation.invoke({}), 'Missing variable: input'],
  ])('%s', async (_, turn, message) => {
    const conversation = new ConversationChain({ llm: echo() });
    await conversation.run('a');
    const { state } = conversation.memory;
    await expect(turn(conversation)).rejects.toThrow(message);
    expect(conversation.memory.state).toBe(state);
    expect(conversation.turns).toHaveLength(1);
    conversation.llm = echo();
    expect(await conversation.run('c')).toBe('re: c');
    expect(conversation.memory.buffer).toBe('Human: a\nAI: re: a\nHuman: c\nAI: re: c');
  });

  it('its stream is left', async () => {
    const conversation = new ConversationChain({ llm: new FakeModel() });
    for await (const _ of conversation.stream({ input: 'a' })) break;
    expect([conversation.memory.buffer, conversation.turns]).toEqual(['', []]);
    expect(await conversation.run('b')).toBe('onetwo');
  });

  it('its memory fails', async () => {
    const memory = createMemory('summary', { llm: new FakeModel({ steps: [new Error('no summary')] }) });
    const heard = recorder();
    const conversation = new ConversationChain({ llm: echo(), memory });
    await expect(conversation.run('a', { callbacks: [heard] })).rejects.toThrow('no summary');
    expect([memory.buffer, conversation.turns]).toEqual(['', []]);
    expect(heard.events.at(-1)).toMatchObject({ type: 'chainError', name: 'ConversationChain' });
  });
});

describe('turns that are asked for at once', () => {
  it('are taken in order', async () => {
    const first = deferred();
    const steps = [
      async ({ messages }: { messages: readonly Message[] }) => {
        const last = messages.at(-1)?.content;
        if (last === 'a') await first.promise;
        return `re: ${last}`;
      },
      FINISH,
    ];
    const conversation = new ConversationChain({ llm: new FakeModel({ steps }) });
    const heard = recorder();
    const all = Promise.all(['a', 'b', 'c'].map((text) => conversation.run(text, { callbacks: [heard] })));
    await idle();
    expect(heard.types).toEqual(['chainStart', 'text', 'chatModelStart']);
    first.resolve();
    expect(await all).toEqual(['re: a', 're: b', 're: c']);
    expect(conversation.memory.buffer).toBe('Human: a\nAI: re: a\nHuman: b\nAI: re: b\nHuman: c\nAI: re: c');
  });

  it('go on after one that failed', async () => {
    const steps = [
      ({ messages }: { messages: readonly Message[] }) =>
        messages.at(-1)?.content === 'b' ? new Error('not b') : 'ok',
      FINISH,
    ];
    const conversation = new ConversationChain({ llm: new FakeModel({ steps }) });
    const settled = await Promise.allSettled(['a', 'b', 'c'].map((text) => conversation.run(text)));
    expect(settled.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    expect(conversation.turns.map(({ input }) => input)).toEqual(['a', 'c']);
  });

  it('and give up waiting, hold nobody up', async () => {
    const first = deferred();
    const conversation = new ConversationChain({
      llm: new FakeModel({ steps: [async () => void (await first.promise), 'ok', FINISH] }),
    });
    const controller = new AbortController();
    const a = conversation.run('a');
    const b = conversation.run('b', { signal: controller.signal });
    const c = conversation.run('c');
    controller.abort();
    await expect(b).rejects.toMatchObject({ code: 'aborted' });
    first.resolve();
    expect([await a, await c]).toEqual(['ok', 'ok']);
    expect(conversation.turns.map(({ input }) => input)).toEqual(['a', 'c']);
  });
});

describe('a stream that nobody reads', () => {
  const slow = () => new FakeModel({ steps: ['a', 'b', 'c', FINISH] });

  it('holds no other turn up, and its rest is ready', async () => {
    const conversation = new ConversationChain({ llm: slow() });
    const read: string[] = [];
    for await (const text of conversation.stream({ input: '1' })) {
      read.push(text);
      if (text === 'a') read.push(await conversation.run('2'));
    }
    expect(read).toEqual(['a', 'abc', 'b', 'c']);
    expect(conversation.turns.map(({ input }) => input)).toEqual(['1', '2']);
  });

  it('goes on at once where a turn waits already', async () => {
    const conversation = new ConversationChain({ llm: slow() });
    const first = conversation.run('1');
    const stream = conversation.stream({ input: '2' });
    const begun = stream.next();
    const third = conversation.run('3');
    expect([await first, await third]).toEqual(['abc', 'abc']);
    expect([(await begun).value, (await stream.next()).value, (await stream.next()).value]).toEqual([
      'a',
      'b',
      'c',
    ]);
    expect(await stream.next()).toMatchObject({ done: true, value: { turn: 2 } });
  });

  it('waits for its reader as long as nobody else does', async () => {
    const llm = slow();
    const conversation = new ConversationChain({ llm });
    const heard = recorder();
    const stream = conversation.stream({ input: '1' }, { callbacks: [heard] });
    await stream.next();
    await idle();
    expect(ofType(heard.events, 'llmNewToken')).toHaveLength(1);
    await stream.return(undefined as never);
    expect(heard.types.at(-1)).toBe('chainError');
  });

  it('and fails, fails for its reader alone', async () => {
    const steps = ['a', 'b', new Error('cut')];
    const conversation = new ConversationChain({ llm: new FakeModel({ steps }) });
    const stream = conversation.stream({ input: '1' });
    await stream.next();
    conversation.llm = slow();
    expect(await conversation.run('2')).toBe('abc');
    expect((await stream.next()).value).toBe('b');
    await expect(stream.next()).rejects.toThrow('cut');
  });
});

describe('a turn from inside a turn is an error', () => {
  const REFUSED = {
    code: 'invalid_argument',
    message: 'a turn cannot be started from inside a turn of the same conversation',
  };

  test.each<[string, (ask: () => Promise<unknown>) => CallbackHandler]>([
    ['a synchronous handler of the chain', (ask) => ({ onChainStart: () => void ask() })],
    ['an asynchronous handler of the model', (ask) => ({ onLLMEnd: async () => void (await ask()) })],
    ['a token handler', (ask) => ({ onLLMNewToken: () => void ask() })],
    ['a background handler', (ask) => ({ background: true, onLLMEnd: async () => void (await ask()) })],
    ['work that a handler waits for', (ask) => ({ onLLMEnd: () => idle().then(ask) })],
  ])('in %s', async (_, handlerOf) => {
    const errors: unknown[] = [];
    const conversation: ConversationChain = new ConversationChain({ llm: echo() });
    const ask = () => conversation.run('inner').catch((error: unknown) => void errors.push(error));
    expect(await conversation.run('a', { callbacks: [handlerOf(ask)] })).toBe('re: a');
    expect(errors).toEqual([expect.objectContaining(REFUSED)]);
    expect(conversation.turns).toHaveLength(1);
  });

  it('in a tool, and in a run that names a parent', async () => {
    const errors: unknown[] = [];
    const conversation: ConversationChain = new ConversationChain({
      llm: echo(),
      callbacks: [
        {
          async onChainStart() {
            await callTool(() =>
              conversation.run('inner').catch((error: unknown) => void errors.push(error)),
            );
          },
        },
      ],
    });
    await conversation.run('a');
    expect(errors).toEqual([expect.objectContaining(REFUSED)]);
  });

  it.each<[string, (ask: () => Promise<unknown>) => ConstructorParameters<typeof ConversationChain>[0]]>([
    [
      'in a model',
      (ask) => ({ llm: new FakeModel({ steps: [async () => void (await ask()), 'ok', FINISH] }) }),
    ],
    [
      'in a memory',
      (ask) => {
        class Asking extends ConversationBufferMemory {
          override async after(turn: Turn) {
            await ask();
            return super.after(turn);
          }
        }
        return { llm: echo(), memory: new Asking() };
      },
    ],
    [
      'in a chain that a model calls',
      (ask) => {
        const inner = new FakeModel({ steps: [async () => void (await ask()), 'x', FINISH] });
        const steps = [async () => void (await new ConversationChain({ llm: inner }).run('b')), 'ok', FINISH];
        return { llm: new FakeModel({ steps }) };
      },
    ],
  ])('%s', async (_, fieldsOf) => {
    const errors: unknown[] = [];
    const ask = () => conversation.run('inner').catch((error: unknown) => void errors.push(error));
    const conversation: ConversationChain = new ConversationChain(fieldsOf(ask));
    await conversation.run('a');
    for await (const _text of conversation.stream({ input: 'b' }));
    expect(errors).toEqual([expect.objectContaining(REFUSED), expect.objectContaining(REFUSED)]);
  });

  it('but not once that turn is over, nor in another conversation', async () => {
    const later = deferred();
    const other = new ConversationChain({ llm: echo() });
    const answers: string[] = [];
    let pending: Promise<unknown> | undefined;
    const conversation: ConversationChain = new ConversationChain({ llm: echo() });
    const handler: CallbackHandler = {
      async onLLMEnd() {
        answers.push(await other.run('other'));
        pending ??= later.promise.then(async () => void answers.push(await conversation.run('later')));
      },
    };
    await conversation.run('a', { callbacks: [handler] });
    later.resolve();
    await pending;
    expect(answers).toEqual(['re: other', 're: later']);
  });
});

describe('a counter', () => {
  it('has each turn, and the memory’s own apart', async () => {
    const memory = new ConversationSummaryMemory({ llm: new FakeModel({ model: 'small-1' }) });
    const conversation = new ConversationChain({ llm: echo(), memory });
    const counter = await withTokenCounter(async (counter) => {
      await conversation.run('a');
      await conversation.run('b');
      await echo().invoke('outside of the conversation');
      return counter;
    });
    expect([counter.totalTokens, counter.runs, counter.memory.totalTokens, counter.memory.runs]).toEqual([
      25, 5, 10, 2,
    ]);
    expect(
      counter.byTurn.map(({ conversation: id, turn, totalTokens, memory }) => [
        id,
        turn,
        totalTokens,
        memory.totalTokens,
      ]),
    ).toEqual([
      [conversation.id, 1, 10, 5],
      [conversation.id, 2, 10, 5],
    ]);
    expect(String(counter)).toBe(
      [
        '15 in + 10 out = 25 tokens (reported), no price',
        '5 succeeded, 0 failed',
        '  fake-1: 9 in + 6 out = 15 tokens (reported), no price',
        '  small-1: 6 in + 4 out = 10 tokens (reported), no price',
        "  of it the memory's own: 6 in + 4 out = 10 tokens (reported), no price",
      ].join('\n'),
    );
    counter.reset();
    expect([counter.byTurn, counter.memory.runs, counter.totalTokens]).toEqual([[], 0, 0]);
  });

  it('counts a turn that was asked for again as one', async () => {
    const conversation = new ConversationChain({
      llm: new FakeModel({ steps: ['half', new Error('cut')] }),
    });
    const counter = await withTokenCounter(async (counter) => {
      await conversation.run('a').catch(() => {});
      conversation.llm = echo();
      await conversation.run('a');
      return counter;
    });
    expect(counter.byTurn.map(({ turn, runs, failedRequests }) => [turn, runs, failedRequests])).toEqual([
      [1, 2, 1],
    ]);
  });
});

test.each([
  [{}, 'ConversationChain: llm must be a model, such as new ChatOpenAI()'],
  [
    { llm: echo(), memory: {}, prompt: 'x', system: 'y' },
    'ConversationChain: memory must be a memory, such as new ConversationBufferMemory(); prompt must be a template, ' +
      'such as PromptTemplate.fromTemplate(text); it takes a prompt or a system prompt, not both',
  ],
])('wrong use is refused', (fields, message) => {
  expect(() => new ConversationChain(fields as never)).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message }),
  );
});
