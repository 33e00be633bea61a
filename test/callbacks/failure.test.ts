import { afterEach, describe, expect, it, vi } from 'vitest';
import { type HandlerFailure, renderFailure } from '../../src/callbacks/failures.js';
import { CallbackManager } from '../../src/callbacks/manager.js';
import { Run } from '../../src/callbacks/run.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import {
  type CallbackHandler,
  type ChainEvent,
  EVENT_TABLE,
  type EventType,
  type HandlerOptions,
} from '../../src/events.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { deferred, idle } from '../support/deferred.js';
import { FakeModel, type FakeStep, FINISH } from '../support/fake-model.js';
import { callTool } from '../support/fake-tool.js';
import { recorder } from '../support/recorder.js';
import { runBundled } from '../support/run-bundled.js';

const prompt = PromptTemplate.fromTemplate('{input}');
const note = { type: 'text', text: '', kind: 'note' } as const;
const defaultReport = CallbackManager.onHandlerError;

afterEach(() => {
  CallbackManager.onHandlerError = defaultReport;
  vi.restoreAllMocks();
  vi.useRealTimers();
});

/** What failures a manager reported, as text: `type: message`. */
function reporting(handlers: readonly CallbackHandler[]) {
  const reports: string[] = [];
  const manager = new CallbackManager(handlers, {
    onHandlerError: ({ eventType, error }) => void reports.push(`${eventType}: ${String(error)}`),
  });
  return { manager, reports };
}

const failing: readonly (readonly [how: string, fail: () => void | Promise<void>])[] = [
  [
    'throws',
    () => {
      throw new Error('no');
    },
  ],
  ['rejects', () => Promise.reject(new Error('no'))],
  [
    'rejects after a while',
    async () => {
      await idle();
      throw new Error('no');
    },
  ],
  ['never settles', () => new Promise(() => {})],
];

const retry: FakeStep = async ({ onRetry }) => {
  await onRetry({ attempt: 1, delayMs: 0, reason: 'busy' });
  return undefined;
};

/** A tool that calls a chain that calls a model. */
async function callAll(callbacks: CallbackManager, steps: readonly FakeStep[]): Promise<string> {
  const llm = new FakeModel({ steps });
  return callTool(() => new LLMChain({ llm, prompt }).run({ input: 'a' }), { callbacks }).catch(
    (error: Error) => error.message,
  );
}

const good: readonly EventType[] = [
  'toolStart',
  'chainStart',
  'text',
  'chatModelStart',
  'retry',
  'llmNewToken',
  'llmNewToken',
  'llmEnd',
  'chainEnd',
  'toolEnd',
];
const bad: readonly EventType[] = [...good.slice(0, 6), 'llmError', 'chainError', 'toolError'];

describe.each(failing)('a handler that %s', (how, fail) => {
  const error = how === 'never settles' ? /took longer than 5 ms and hears nothing more of this run$/ : /no$/;

  it.each([
    ...new Set(good.map((type) => [type, 'one+two'] as const)),
    ...bad.slice(6).map((type) => [type, 'cut'] as const),
  ])('at %s changes neither the run nor what others hear', async (type, outcome) => {
    const steps: FakeStep[] =
      outcome === 'cut' ? [retry, 'one', new Error('cut')] : [retry, 'one', '+two', FINISH];
    const before = recorder();
    const after = recorder();
    const handlerTimeoutMs = how === 'never settles' ? 5 : Number.POSITIVE_INFINITY;
    const handler: CallbackHandler = { [EVENT_TABLE[type].method]: fail, handlerTimeoutMs };
    const { manager, reports } = reporting([before, handler, after]);
    expect(await callAll(manager, steps)).toBe(outcome);
    const types = outcome === 'cut' ? bad : good;
    expect([before.types, after.types]).toEqual([types, types]);
    expect(reports).toEqual([expect.stringMatching(error)]);
    expect(reports[0]).toMatch(new RegExp(`^${type}: `));
    // Every one is counted, though it was reported once: but for those that it was given up after.
    const times = how === 'never settles' ? 1 : types.filter((each) => each === type).length;
    expect(manager.failures.map(({ eventType, count }) => [eventType, count])).toEqual([[type, times]]);
  });
});

describe('a failure', () => {
  it('is reported once for each handler and event type, of all runs', async () => {
    const broken = (name: string): CallbackHandler => ({
      name,
      onEvent() {
        throw new Error(name);
      },
    });
    const { manager, reports } = reporting([broken('a'), broken('b')]);
    const llm = new FakeModel({ callbacks: manager });
    await llm.invoke('x');
    await llm.invoke('y');
    expect(reports).toEqual([
      'chatModelStart: Error: a',
      'chatModelStart: Error: b',
      'llmNewToken: Error: a',
      'llmNewToken: Error: b',
      'llmEnd: Error: a',
      'llmEnd: Error: b',
    ]);
    expect(
      manager.failures.map(({ handlerName, eventType, count }) => [handlerName, eventType, count]),
    ).toEqual([
      ['a', 'chatModelStart', 2],
      ['b', 'chatModelStart', 2],
      ['a', 'llmNewToken', 4],
      ['b', 'llmNewToken', 4],
      ['a', 'llmEnd', 2],
      ['b', 'llmEnd', 2],
    ]);
  });

  it('says whose it is, of which run, and what was thrown first', async () => {
    const thrown = [new Error('first'), new Error('second')];
    class Broken {
      onLLMNewToken() {
        throw thrown.shift();
      }
    }
    const handler = new Broken();
    const [first] = thrown;
    const told: HandlerFailure[] = [];
    const manager = new CallbackManager([handler], { onHandlerError: (failure) => void told.push(failure) });
    const { runId } = await new FakeModel().invoke('x', { callbacks: manager });
    expect(told).toEqual([
      {
        handler,
        handlerName: 'Broken',
        eventType: 'llmNewToken',
        error: first,
        timedOut: false,
        runId,
        count: 2,
      },
    ]);
  });

  it("of plain handlers goes to the process-wide default, once in a process's life", async () => {
    const told: string[] = [];
    CallbackManager.onHandlerError = ({ eventType }) => void told.push(eventType);
    const handler = {
      onLLMEnd() {
        throw new Error('no');
      },
    };
    const llm = new FakeModel({ callbacks: [handler] });
    await llm.invoke('x');
    await llm.invoke('y', { callbacks: [handler] });
    expect(told).toEqual(['llmEnd']);
  });

  it("of a manager's handlers goes to the default too when it has no option of its own", async () => {
    const told: string[] = [];
    const manager = new CallbackManager([{ onLLMEnd: () => Promise.reject(new Error('no')) }]);
    CallbackManager.onHandlerError = ({ eventType }) => void told.push(eventType);
    await new FakeModel({ callbacks: manager }).invoke('x');
    expect(told).toEqual(['llmEnd']);
  });

  it('is by default a line on stderr', async () => {
    const { code, stdout, stderr } = await runBundled(`
      import { Run } from '../src/callbacks/run.js';
      class Shop {
        onText() { throw new Error('no flowers'); }
        async onRetry() { throw new Error('\\x1b[31mred\\x1b[0m\\nsk-abcdefghijklmnop'); }
      }
      const anonymous = { onText() { throw undefined; } };
      const run = new Run('run', {}, { callbacks: [new Shop(), anonymous] });
      const text = { type: 'text', text: '', kind: 'note' } as const;
      run.emit(text);
      run.emit(text);
      await run.emit({ type: 'retry', attempt: 1, delayMs: 0, reason: '' });
      console.log('done');
    `);
    expect([code, stdout]).toEqual([0, 'done\n']);
    expect(stderr).toBe(
      'callback handler Shop failed on text: no flowers\n' +
        'a callback handler without a name failed on text: undefined\n' +
        'callback handler Shop failed on retry: red ***\n',
    );
  });

  it.each([
    ['undefined', undefined, 'undefined'],
    ['null', null, 'null'],
    ['a symbol', Symbol('s'), 'Symbol(s)'],
    ['what has no text', Object.create(null), 'a value that has no text was thrown'],
  ])('may be %s', async (_what, thrown, message) => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const handlers: CallbackHandler[] = [
      {
        onText() {
          throw thrown;
        },
      },
      { onText: () => Promise.reject(thrown) },
    ];
    await new Run('run', {}, { callbacks: handlers }).emit(note);
    expect(written.mock.calls).toEqual([
      [`a callback handler without a name failed on text: ${message}\n`],
      [`a callback handler without a name failed on text: ${message}\n`],
    ]);
  });

  it.each<[string, () => void | Promise<void>]>([
    [
      'throws',
      () => {
        throw new Error('broken report');
      },
    ],
    ['rejects', () => Promise.reject(new Error('broken report'))],
  ])('is not lost where onHandlerError itself %s', async (_how, onHandlerError) => {
    const written = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const handler = { name: 'clumsy', onLLMEnd: () => Promise.reject(new Error('no')) };
    const { text } = await new FakeModel().invoke('x', {
      callbacks: new CallbackManager([handler], { onHandlerError }),
    });
    await idle();
    expect(text).toBe('onetwo');
    expect(written.mock.calls).toEqual([
      ['callback handler clumsy failed on llmEnd: no\n'],
      ['callback handler onHandlerError failed on llmEnd: broken report\n'],
    ]);
  });

  it('is one line, whatever its text', () => {
    const failure = { handlerName: 'a', eventType: 'text', error: new Error('one\n  two\r\nthree\x07') };
    expect(renderFailure(failure as HandlerFailure)).toBe('callback handler a failed on text: one two three');
  });
});

describe('a handler that takes too long', () => {
  const slow = (options: HandlerOptions = {}) => {
    const heard: string[] = [];
    const gate = deferred();
    const handler: CallbackHandler = {
      ...options,
      onEvent({ type }: ChainEvent) {
        heard.push(type);
        return type === 'chatModelStart' ? gate.promise : undefined;
      },
    };
    return { handler, heard, gate };
  };

  it('is skipped for the rest of the tree of runs, and hears the next one', async () => {
    const { handler, heard } = slow({ handlerTimeoutMs: 5 });
    const { manager, reports } = reporting([handler]);
    const chain = new LLMChain({ llm: new FakeModel(), prompt });
    await chain.invoke({ input: 'a' }, { callbacks: manager });
    expect(heard).toEqual(['chainStart', 'text', 'chatModelStart']);
    await chain.invoke({ input: 'a' }, { callbacks: manager });
    expect(heard).toEqual([...heard.slice(0, 3), 'chainStart', 'text', 'chatModelStart']);
    expect(reports).toHaveLength(1);
    expect(manager.failures.map(({ timedOut, count }) => [timedOut, count])).toEqual([[true, 2]]);
  });

  it('may reject after that, and nobody is told', async () => {
    const unhandled = vi.fn();
    process.on('unhandledRejection', unhandled);
    const { handler, gate } = slow({ handlerTimeoutMs: 5 });
    const { manager, reports } = reporting([handler]);
    await new FakeModel().invoke('x', { callbacks: manager });
    gate.reject(new Error('at last'));
    await idle();
    process.off('unhandledRejection', unhandled);
    expect(unhandled).not.toHaveBeenCalled();
    expect(reports).toHaveLength(1);
  });

  it('has 30 seconds unless told otherwise', async () => {
    vi.useFakeTimers();
    const { handler, heard } = slow();
    const { manager, reports } = reporting([handler]);
    const call = new FakeModel().invoke('x', { callbacks: manager });
    await vi.advanceTimersByTimeAsync(29_999);
    expect(reports).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    vi.useRealTimers();
    await call;
    expect([heard, reports.length]).toEqual([['chatModelStart'], 1]);
  });

  it.each([Number.POSITIVE_INFINITY, 2 ** 31, 1e15])('has all the time with %d', async (handlerTimeoutMs) => {
    const { handler, heard, gate } = slow({ handlerTimeoutMs });
    const { manager, reports } = reporting([handler]);
    vi.useFakeTimers();
    const call = new FakeModel().invoke('x', { callbacks: manager });
    await vi.advanceTimersByTimeAsync(100_000);
    vi.useRealTimers();
    gate.resolve();
    await call;
    expect([heard.at(-1), reports]).toEqual(['llmEnd', []]);
  });

  it('leaves no timer behind when it does not', async () => {
    vi.useFakeTimers();
    const handlers = [{ onText: async () => {} }, { onText: () => Promise.reject(new Error('no')) }];
    await new Run('run', {}, { callbacks: reporting(handlers).manager }).emit(note);
    expect(vi.getTimerCount()).toBe(0);
  });

  it('is told from one whose own run had such a handler', async () => {
    const never = { raiseError: true, handlerTimeoutMs: 5, onLLMEnd: () => new Promise<void>(() => {}) };
    const heard: string[] = [];
    const outer: CallbackHandler = {
      onEvent: async ({ type }) => {
        heard.push(type);
        if (type === 'chatModelStart') await new FakeModel().invoke('inner', { callbacks: [never] });
      },
    };
    const { manager } = reporting([outer]);
    await new FakeModel({ steps: ['one', FINISH] }).invoke('x', { callbacks: manager });
    expect(heard).toEqual(['chatModelStart', 'llmNewToken', 'llmEnd']);
    expect(manager.failures.map(({ timedOut }) => timedOut)).toEqual([false]);
  });
});
