import { EventEmitter } from 'node:events';
import { Writable } from 'node:stream';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { CallbackManager } from '../../src/callbacks/manager.js';
import { type EventFields, Run } from '../../src/callbacks/run.js';
import { withCallbacks } from '../../src/callbacks/scope.js';
import { StdoutCallbackHandler } from '../../src/callbacks/stdout.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import { ChainError } from '../../src/errors.js';
import {
  AsyncCallbackHandler,
  BaseCallbackHandler,
  type CallbackHandler,
  type ChainEvent,
  EVENT_TABLE,
  EVENT_TYPES,
} from '../../src/events.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { FakeModel, FINISH } from '../support/fake-model.js';
import { callTool } from '../support/fake-tool.js';
import { labelled, ofType, recorder } from '../support/recorder.js';

const prompt = PromptTemplate.fromTemplate('1 + {number} = ');
const ofModel = [
  'chatModelStart FakeModel',
  'llmNewToken FakeModel',
  'llmNewToken FakeModel',
  'llmEnd FakeModel',
];
const ofChain = ['chainStart LLMChain', 'text LLMChain', 'chainEnd LLMChain'];
const ofBoth = ['chainStart LLMChain', 'text LLMChain', ...ofModel, 'chainEnd LLMChain'];

describe('request callbacks', () => {
  it('hear that run and no other of the same model', async () => {
    const heard = recorder();
    const llm = new FakeModel();
    await llm.invoke('a', { callbacks: [heard] });
    await llm.invoke('b');
    expect(heard.lines).toEqual(ofModel);
  });

  it("hear a chain's run and its child's, and no other of the same chain", async () => {
    const heard = recorder();
    const chain = new LLMChain({ llm: new FakeModel(), prompt });
    await chain.invoke({ number: 2 }, { callbacks: [heard] });
    await chain.invoke({ number: 3 });
    expect(heard.lines).toEqual(ofBoth);
    const [root] = ofType(heard.events, 'chainStart');
    const [child] = ofType(heard.events, 'chatModelStart');
    expect(root?.parentRunId).toBeNull();
    expect(child?.parentRunId).toBe(root?.runId);
  });

  it('hear grandchildren', async () => {
    const heard = recorder();
    const chain = new LLMChain({ llm: new FakeModel(), prompt });
    await callTool(() => chain.invoke({ number: 2 }), { callbacks: [heard] });
    expect(heard.lines).toEqual(['toolStart tool', ...ofBoth, 'toolEnd tool']);
  });

  it('are taken from a manager as well', async () => {
    const heard = recorder();
    const manager = new CallbackManager([heard]);
    const llm = new FakeModel();
    await llm.invoke('a', { callbacks: manager });
    manager.remove(heard);
    await llm.invoke('b', { callbacks: manager });
    expect(heard.lines).toEqual(ofModel);
  });
});

describe('constructor callbacks', () => {
  it('hear every run of their model, also as a child', async () => {
    const heard = recorder();
    const llm = new FakeModel({ callbacks: [heard] });
    await llm.invoke('a');
    await new LLMChain({ llm, prompt }).invoke({ number: 2 });
    await new FakeModel({ name: 'Other' }).invoke('a');
    expect(heard.lines).toEqual([...ofModel, ...ofModel]);
  });

  it('hear every run of their chain, and not its children', async () => {
    const heard = recorder();
    const chain = new LLMChain({ llm: new FakeModel(), prompt, callbacks: [heard] });
    await chain.invoke({ number: 2 });
    await chain.invoke({ number: 3 });
    expect(heard.lines).toEqual([...ofChain, ...ofChain]);
  });

  it('hear what a manager was given since, from the next run on', async () => {
    const heard = recorder();
    const manager = new CallbackManager();
    const llm = new FakeModel({ callbacks: manager, steps: [() => void manager.add(heard), 'one', FINISH] });
    await llm.invoke('a');
    expect(heard.lines).toEqual([]);
    await llm.invoke('b');
    expect(heard.types).toEqual(['chatModelStart', 'llmNewToken', 'llmEnd']);
  });
});

describe('verbose', () => {
  afterEach(() => vi.restoreAllMocks());

  /** What was written to stdout meanwhile, a line each. */
  async function stdoutOf(fn: () => Promise<unknown>): Promise<string[]> {
    let text = '';
    const write = vi.spyOn(process.stdout, 'write').mockImplementation((chunk) => {
      text += chunk;
      return true;
    });
    await fn();
    write.mockRestore();
    return text.split('\n');
  }
  const count = (lines: readonly string[], part: string) =>
    lines.filter((line) => line.includes(part)).length;
  const sink = () => {
    let text = '';
    const stream = new Writable({
      write(chunk, _encoding, done) {
        text += chunk;
        done();
      },
    });
    return Object.assign(stream, { lines: () => text.split('\n') });
  };
  const entering = '> Entering new LLMChain chain...';

  it("shows a chain's run and its children's", async () => {
    const chain = new LLMChain({ llm: new FakeModel(), prompt, verbose: true });
    const lines = await stdoutOf(() => chain.invoke({ number: 2 }));
    expect([count(lines, entering), count(lines, 'FakeModel'), count(lines, '> Finished chain.')]).toEqual([
      1,
      expect.any(Number),
      1,
    ]);
    expect(count(lines, 'FakeModel')).toBeGreaterThan(0);
  });

  it("shows a model's run, and nothing of the chain around it", async () => {
    const llm = new FakeModel({ verbose: true });
    const lines = await stdoutOf(() => new LLMChain({ llm, prompt }).invoke({ number: 2 }));
    expect(count(lines, entering)).toBe(0);
    expect(count(lines, 'FakeModel')).toBeGreaterThan(0);
  });

  it('shows nothing when it is false', async () => {
    const llm = new FakeModel({ verbose: false });
    const lines = await stdoutOf(() => new LLMChain({ llm, prompt, verbose: false }).invoke({ number: 2 }));
    expect(lines).toEqual(['']);
  });

  it('is one handler for all objects, told everything once', async () => {
    const starts = vi.spyOn(StdoutCallbackHandler.prototype, 'onChatModelStart');
    const chains = vi.spyOn(StdoutCallbackHandler.prototype, 'onChainStart');
    const chain = new LLMChain({ llm: new FakeModel({ verbose: true }), prompt, verbose: true });
    const other = new LLMChain({ llm: new FakeModel(), prompt, verbose: true });
    await stdoutOf(() => Promise.all([chain.invoke({ number: 2 }), other.invoke({ number: 3 })]));
    expect(chains.mock.calls).toHaveLength(2);
    expect(starts.mock.calls).toHaveLength(2);
    expect(new Set([...starts.mock.contexts, ...chains.mock.contexts]).size).toBe(1);
  });

  it.each<[string, (handler: CallbackHandler, chain: LLMChain) => Promise<unknown>]>([
    ['in the request', (handler, chain) => chain.invoke({ number: 2 }, { callbacks: [handler] })],
    ['in a scope', (handler, chain) => withCallbacks([handler], () => chain.invoke({ number: 2 }))],
  ])('adds nothing where a Stdout handler %s hears the run already', async (_where, invoke) => {
    const stream = sink();
    const handler = new StdoutCallbackHandler({ stream });
    const chain = new LLMChain({ llm: new FakeModel({ verbose: true }), prompt, verbose: true });
    expect(await stdoutOf(() => invoke(handler, chain))).toEqual(['']);
    expect(count(stream.lines(), entering)).toBe(1);
    expect(count(stream.lines(), 'FakeModel')).toBeGreaterThan(0);
  });

  it('goes on with a handler of the constructor’s that writes to stdout, at its place', async () => {
    const callbacks = [new StdoutCallbackHandler()];
    const chain = new LLMChain({ llm: new FakeModel(), prompt, verbose: true, callbacks });
    const lines = await stdoutOf(() => chain.invoke({ number: 2 }));
    expect(lines.filter((line) => line.includes('> '))).toEqual([
      '> Entering new LLMChain chain...',
      '  > FakeModel fake-1 (fake)',
      '> Finished chain.',
    ]);
  });

  it("adds only the children's runs to a Stdout handler of the constructor's", async () => {
    const stream = sink();
    const handler = new StdoutCallbackHandler({ stream });
    const chain = new LLMChain({ llm: new FakeModel(), prompt, verbose: true, callbacks: [handler] });
    const lines = await stdoutOf(() => chain.invoke({ number: 2 }));
    expect([count(lines, entering), count(stream.lines(), entering)]).toEqual([0, 1]);
    expect(count(lines, 'FakeModel')).toBeGreaterThan(0);
    expect(count(stream.lines(), 'FakeModel')).toBe(0);
  });
});

describe('order', () => {
  it('is request, constructor, verbose, scoped, each in list order', async () => {
    const log: string[] = [];
    const verbose = vi.spyOn(StdoutCallbackHandler.prototype, 'onLLMEnd').mockImplementation(() => {
      log.push('verbose llmEnd');
    });
    const quiet = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
    const llm = new FakeModel({
      verbose: true,
      callbacks: [labelled('constructor 1', log), labelled('constructor 2', log)],
    });
    await withCallbacks([labelled('outer 1', log), labelled('outer 2', log)], () =>
      withCallbacks([labelled('inner', log)], () =>
        llm.invoke('a', { callbacks: [labelled('request 1', log), labelled('request 2', log)] }),
      ),
    );
    quiet.mockRestore();
    verbose.mockRestore();
    expect(log.filter((line) => line.endsWith('llmEnd'))).toEqual([
      'request 1 llmEnd',
      'request 2 llmEnd',
      'constructor 1 llmEnd',
      'constructor 2 llmEnd',
      'verbose llmEnd',
      'outer 1 llmEnd',
      'outer 2 llmEnd',
      'inner llmEnd',
    ]);
  });

  it("has a handler's own method before its onEvent", async () => {
    const log: string[] = [];
    const handler = { onLLMEnd: () => void log.push('onLLMEnd'), onEvent: () => void log.push('onEvent') };
    await new FakeModel({ steps: [FINISH] }).invoke('a', { callbacks: [handler] });
    expect(log).toEqual(['onEvent', 'onLLMEnd', 'onEvent']);
  });
});

describe('one instance', () => {
  it('is called once for an event, however many ways it was attached', async () => {
    const heard = recorder();
    const twice = [heard, heard];
    const llm = new FakeModel({ callbacks: twice });
    const chain = new LLMChain({ llm, prompt, callbacks: new CallbackManager(twice) });
    await withCallbacks([heard], () =>
      withCallbacks([heard], () => chain.invoke({ number: 2 }, { callbacks: new CallbackManager(twice) })),
    );
    expect(heard.lines).toEqual(ofBoth);
  });

  it('keeps its earliest place', async () => {
    const log: string[] = [];
    const first = labelled('first', log);
    const llm = new FakeModel({ steps: [FINISH], callbacks: [labelled('second', log), first] });
    await withCallbacks([first], () => llm.invoke('a', { callbacks: [first] }));
    expect(log.slice(0, 2)).toEqual(['first chatModelStart', 'second chatModelStart']);
  });
});

describe("a run started inside a tool's function", () => {
  it("is the tool's child, after an await too, and others are not", async () => {
    const heard = recorder();
    const llm = new FakeModel({ steps: [FINISH], callbacks: [heard] });
    const tool = recorder();
    await Promise.all([
      callTool(
        async () => {
          await llm.invoke('at once');
          await Promise.resolve();
          await llm.invoke('later');
        },
        {},
        { callbacks: [tool] },
      ),
      llm.invoke('beside it'),
    ]);
    const toolRun = tool.events[0]?.runId;
    const parents = ofType(heard.events, 'chatModelStart').map(({ messages, parentRunId }) => [
      messages[0]?.content,
      parentRunId,
    ]);
    expect(Object.fromEntries(parents)).toEqual({ 'at once': toolRun, later: toolRun, 'beside it': null });
  });

  it('is told from those of a tool called inside it', async () => {
    const heard = recorder();
    const llm = new FakeModel({ steps: [FINISH] });
    await callTool(
      async () => {
        await callTool(() => llm.invoke('inner'));
        await llm.invoke('outer');
      },
      { callbacks: [heard] },
    );
    const [outer, inner] = ofType(heard.events, 'toolStart');
    const models = ofType(heard.events, 'chatModelStart');
    expect(models.map(({ parentRunId }) => parentRunId)).toEqual([inner?.runId, outer?.runId]);
  });

  it('adds to what is spent by all above', async () => {
    const heard = recorder();
    const chain = new LLMChain({ llm: new FakeModel(), prompt });
    await callTool(async () => Promise.all([chain.invoke({ number: 1 }), chain.invoke({ number: 2 })]), {
      callbacks: [heard],
    });
    const sums = ofType(heard.events, 'chainEnd').map(({ usage }) => [usage?.totalTokens, usage?.runs]);
    expect(sums).toEqual([
      [5, 1],
      [5, 1],
    ]);
  });
});

describe('what a handler hears of', () => {
  const wordy = { role: 'system', content: 'Be brief.' } as const;
  const asked = { role: 'user', content: 'Hi' } as const;

  it('a chat model, without onChatModelStart: onLLMStart with the messages as text; onEvent has the real event', async () => {
    const heard: unknown[] = [];
    const all = recorder();
    const handler: CallbackHandler = {
      onLLMStart: ({ type, prompt: text, ...rest }) =>
        void heard.push([type, text, 'messages' in rest, 'tools' in rest]),
      onEvent: (event) => all.onEvent?.(event),
    };
    await new FakeModel({ steps: [FINISH] }).invoke([wordy, asked], { callbacks: [handler] });
    expect(heard).toEqual([['llmStart', 'System: Be brief.\nHuman: Hi', false, false]]);
    expect(all.types).toEqual(['chatModelStart', 'llmEnd']);
  });

  it('a chat model, with onChatModelStart: that alone', async () => {
    const heard: string[] = [];
    const handler: CallbackHandler = {
      onLLMStart: ({ type }) => void heard.push(type),
      onChatModelStart: ({ type, messages }) => void heard.push(type, messages[0]?.content ?? ''),
    };
    await new FakeModel({ steps: [FINISH] }).invoke('Hi', { callbacks: [handler] });
    expect(heard).toEqual(['chatModelStart', 'Hi']);
  });

  it('a completion model: onLLMStart, never onChatModelStart', async () => {
    const heard: string[] = [];
    const handler: CallbackHandler = {
      onLLMStart: ({ type, prompt: text }) => void heard.push(type, text),
      onChatModelStart: ({ type }) => void heard.push(type),
    };
    await new FakeModel({ steps: [FINISH], kind: 'completion' }).invoke([asked], { callbacks: [handler] });
    expect(heard).toEqual(['llmStart', 'Human: Hi']);
  });

  it('every event that has a method, as the method of its class', async () => {
    class Shop extends AsyncCallbackHandler {
      readonly heard: string[] = [];
      override onChainStart() {
        this.heard.push('start');
      }
      override async onLLMNewToken({ token }: { token: string }) {
        await Promise.resolve();
        this.heard.push(token);
      }
      override onChainEnd() {
        this.heard.push('end');
      }
    }
    const shop = new Shop();
    expect(shop).toBeInstanceOf(BaseCallbackHandler);
    await new LLMChain({ llm: new FakeModel(), prompt }).invoke({ number: 2 }, { callbacks: [shop] });
    expect(shop.heard).toEqual(['start', 'one', 'two', 'end']);
  });

  it.each(EVENT_TYPES)('%s, by its method and by onEvent, unless its group is switched off', (type) => {
    const { method, ignore } = EVENT_TABLE[type];
    const heard: string[] = [];
    const handler = (label: string, options: object): CallbackHandler => ({
      ...options,
      [method]: () => void heard.push(`${label} ${method}`),
      onEvent: (event) => void heard.push(`${label} ${event.type}`),
    });
    const ignored = new Set(Object.values(EVENT_TABLE).map((entry) => entry.ignore));
    ignored.delete(ignore);
    const callbacks = [
      handler('off', { [ignore]: true }),
      handler('on', Object.fromEntries([...ignored].map((other) => [other, true]))),
    ];
    new Run('run', {}, { callbacks }).emit({ type } as EventFields);
    expect(heard).toEqual([`on ${method}`, `on ${type}`]);
  });
});

describe('tags and metadata', () => {
  it("are the object's and then the request's, the request winning; the children have the request's", async () => {
    const heard = recorder();
    const llm = new FakeModel({ steps: [FINISH], tags: ['model'], metadata: { owner: 'model' } });
    const chain = new LLMChain({ llm, prompt, tags: ['a'], metadata: { shop: 'rose', owner: 'chain' } });
    await chain.invoke(
      { number: 2 },
      { callbacks: [heard], tags: ['b', 'c'], metadata: { owner: 'request', file: 'add.txt' } },
    );
    const [start] = ofType(heard.events, 'chainStart');
    expect(start?.tags).toEqual(['a', 'b', 'c']);
    expect(start?.metadata).toEqual({ shop: 'rose', owner: 'request', file: 'add.txt' });
    const [child] = ofType(heard.events, 'chatModelStart');
    expect([child?.tags, child?.metadata]).toEqual([
      ['model', 'b', 'c'],
      { owner: 'request', file: 'add.txt' },
    ]);
    const others = heard.events.filter(({ type }) => !type.endsWith('Start'));
    expect(others.filter((event) => 'tags' in event || 'metadata' in event)).toEqual([]);
  });
});

describe('what is no handler', () => {
  it.each([
    [
      'a class',
      class {},
      'a callback handler must be an object with methods such as onLLMEnd, not a function',
    ],
    ['null', null, 'a callback handler must be an object with methods such as onLLMEnd, not null'],
    ['a text', 'x', 'a callback handler must be an object with methods such as onLLMEnd, not a string'],
    [
      'a wrong time',
      { handlerTimeoutMs: 0 },
      "a callback handler's handlerTimeoutMs is a number of milliseconds above 0",
    ],
    [
      'another case',
      { onLlmEnd() {} },
      'a callback handler has no event method onLlmEnd (did you mean "onLLMEnd"?)',
    ],
    [
      'names of LangChain.js',
      { handleLLMEnd() {}, handleChainStart() {} },
      'a callback handler has no event method handleLLMEnd (did you mean "onLLMEnd"?), handleChainStart (did you mean "onChainStart"?)',
    ],
    [
      'a name of Python',
      { on_llm_new_token() {} },
      'a callback handler has no event method on_llm_new_token (did you mean "onLLMNewToken"?)',
    ],
    [
      'a class’s mistyped method',
      new (class extends BaseCallbackHandler {
        onChatModelStrat() {}
      })(),
      'a callback handler has no event method onChatModelStrat (did you mean "onChatModelStart"?)',
    ],
    [
      'numbers for methods',
      { onLLMEnd: 1, onEvent: null },
      'in a callback handler these must be functions: onLLMEnd, onEvent',
    ],
  ])('%s is refused, and nothing was started', async (_what, handler, message) => {
    const hint = 'A handler of LangChain.js becomes one by fromLangChain(handler).';
    const error = new ChainError(
      'invalid_callback',
      message,
      message.includes('method handle') ? { hint } : {},
    );
    const heard = recorder();
    const llm = new FakeModel({ callbacks: [heard] });
    const call = llm.invoke('a', { callbacks: [handler as CallbackHandler] });
    await expect(call).rejects.toThrow(error);
    await expect(call).rejects.toMatchObject({ code: 'invalid_callback' });
    expect([heard.types, llm.calls]).toEqual([[], []]);
    expect(() => new CallbackManager([handler as CallbackHandler])).toThrow(error);
    expect(() => new CallbackManager().add(handler as CallbackHandler)).toThrow(error);
    expect(() => withCallbacks([handler as CallbackHandler], () => {})).toThrow(error);
    expect(() => new FakeModel({ callbacks: [handler as CallbackHandler] })).toThrow(error);
    expect(() => new LLMChain({ llm, prompt, callbacks: [handler as CallbackHandler] })).toThrow(error);
  });

  it('a handler in place of a list is refused', async () => {
    const wrong = { onLLMEnd() {} } as unknown as CallbackHandler[];
    const call = new FakeModel().invoke('a', { callbacks: wrong });
    await expect(call).rejects.toThrow(
      new ChainError(
        'invalid_callback',
        'callbacks must be a list of handlers, such as [handler], or a CallbackManager',
      ),
    );
    expect(() => new CallbackManager(wrong)).toThrow(
      new ChainError('invalid_callback', 'a CallbackManager takes a list of handlers, such as [handler]'),
    );
  });
});

describe('what may well be a handler', () => {
  class Private {
    readonly #heard: string[];
    constructor(heard: string[]) {
      this.#heard = heard;
    }
    get onLLMEnd() {
      return () => this.#heard.push('heard');
    }
  }

  it.each<[what: string, make: (heard: string[]) => object]>([
    [
      'nothing but onEvent',
      (heard) => ({ onEvent: ({ type }: ChainEvent) => type === 'llmEnd' && heard.push('heard') }),
    ],
    [
      'a method of its class',
      (heard) =>
        new (class Own {
          onLLMEnd() {
            heard.push('heard');
          }
        })(),
    ],
    [
      'a method of its class’s class',
      (heard) =>
        new (class extends class {
          onLLMEnd() {
            heard.push('heard');
          }
        } {})(),
    ],
    ['a getter that reads what is private', (heard) => new Private(heard)],
    ['no prototype', (heard) => Object.assign(Object.create(null), { onLLMEnd: () => heard.push('heard') })],
    [
      'a proxy without keys',
      (heard) =>
        new Proxy({}, { get: (_, name) => (name === 'onLLMEnd' ? () => heard.push('heard') : undefined) }),
    ],
    [
      'a proxy that can’t be looked at',
      (heard) =>
        new Proxy(
          { onLLMEnd: () => heard.push('heard') },
          {
            ownKeys() {
              throw new Error('closed');
            },
          },
        ),
    ],
    [
      'a method besides that is named alike',
      (heard) => ({ onLLMEnd: () => heard.push('heard'), onLLMEnded() {} }),
    ],
    [
      'a method that is left out',
      (heard) => ({ onLLMEnd: () => heard.push('heard'), onLLMError: undefined }),
    ],
    [
      'an emitter of events',
      (heard) => Object.assign(new EventEmitter(), { onLLMEnd: () => heard.push('heard') }),
    ],
  ])('with %s is heard', async (_, make) => {
    const heard: string[] = [];
    await new FakeModel().invoke('a', { callbacks: [make(heard) as CallbackHandler] });
    expect(heard).toEqual(['heard']);
  });

  it.each<[what: string, handler: object]>([
    ['nothing', {}],
    ['nothing but headers', { requestHeaders() {} }],
    ['methods of something else', { onClick() {}, handleRequest() {}, once() {}, close() {} }],
  ])('with %s is taken, and may get its methods later', async (_, handler) => {
    const llm = new FakeModel({ callbacks: [handler as CallbackHandler] });
    await llm.invoke('a');
    const heard: string[] = [];
    Object.assign(handler, { onLLMEnd: () => heard.push('heard') });
    await llm.invoke('a');
    expect(heard).toEqual(['heard']);
  });
});
