import { devNull } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { currentContext, runInContext } from '../../src/callbacks/context.js';
import { CallbackManager } from '../../src/callbacks/manager.js';
import { Run } from '../../src/callbacks/run.js';
import { withCallbacks } from '../../src/callbacks/scope.js';
import { withTokenCounter } from '../../src/callbacks/with-token-counter.js';
import { Chain } from '../../src/chains/chain.js';
import type { CallbackHandler } from '../../src/events.js';
import { deferred, idle } from '../support/deferred.js';
import { FakeModel, FINISH } from '../support/fake-model.js';
import { callTool } from '../support/fake-tool.js';
import { ofType, recorder } from '../support/recorder.js';
import { runBundled } from '../support/run-bundled.js';

/** How many of its own runs a handler may start before the test gives up on it. */
const TOO_MANY = 5;

describe('a handler that calls a model itself', () => {
  type Call = () => Promise<unknown>;
  const ways: readonly (readonly [
    how: string,
    method: (call: Call, pending: Promise<unknown>[]) => unknown,
  ])[] = [
    ['synchronously, without waiting', (call, pending) => void pending.push(call())],
    ['returning the promise', (call) => call()],
    ['before an await', (call) => (async () => void (await call()))()],
    [
      'after an await',
      (call) =>
        (async () => {
          await idle();
          await call();
        })(),
    ],
    ['in a then', (call) => idle().then(call)],
    ['in work that it leaves behind', (call, pending) => void pending.push(idle().then(call))],
    ['in a timer', (call, pending) => void pending.push(sleep(1).then(call))],
    [
      'in a timer of the old kind',
      (call, pending) => {
        const done = deferred();
        pending.push(done.promise);
        setTimeout(() => void call().then(() => done.resolve()), 1);
      },
    ],
    [
      'in a stream that it consumes later',
      (_call, pending) => {
        const stream = llm.stream('from the handler');
        pending.push(
          idle().then(async () => {
            for await (const _ of stream);
          }),
        );
      },
    ],
  ];
  let Fresh = FakeModel;
  let llm = new FakeModel();

  /** Whether it is a method of one event, or hears all of them and calls at one. */
  const shapes: readonly (readonly [string, (method: () => unknown) => CallbackHandler])[] = [
    ['onChatModelStart', (method) => ({ onChatModelStart: () => method() as undefined })],
    ['onLLMNewToken', (method) => ({ onLLMNewToken: () => method() as undefined })],
    ['onLLMEnd', (method) => ({ onLLMEnd: () => method() as undefined })],
    [
      'onEvent',
      (method) => ({ onEvent: ({ type }) => (type === 'llmEnd' ? (method() as undefined) : undefined) }),
    ],
    ['async onLLMEnd', (method) => ({ onLLMEnd: async () => void (await method()) })],
  ];

  const later: readonly (readonly [how: string, start: (call: Call) => unknown])[] = [
    ['at once', (call) => void call()],
    ['in a timer', (call) => void setTimeout(() => void call(), 1)],
    ['in a microtask', (call) => queueMicrotask(() => void call())],
    ['at the next tick', (call) => process.nextTick(() => void call())],
    ['in work that it leaves behind', (call) => void idle().then(call)],
    ['after an await', async (call) => void (await idle().then(call))],
  ];
  it.each(
    (['onLLMNewToken', 'onLLMEnd'] as const).flatMap((method) =>
      later.map(([how, start]) => [method, how, start] as const),
    ),
  )('at a later call of %s than its first, %s, does not hear those runs', async (method, _, start) => {
    vi.resetModules();
    const { FakeModel: Fresh } = await import('../support/fake-model.js');
    let heard = 0;
    const hear = () => {
      heard += 1;
      if (heard > 1 && heard < TOO_MANY) return start(() => model.invoke('again')) as undefined;
    };
    const model = new Fresh({ steps: ['one', FINISH], callbacks: [{ [method]: hear }] });
    await model.invoke('first');
    await model.invoke('second');
    await sleep(30);
    expect(heard).toBe(2);
  });

  describe.each(shapes)('in %s', (_shape, handlerOf) => {
    // In a process that has never needed to follow promises.
    beforeEach(async () => {
      vi.resetModules();
      ({ FakeModel: Fresh } = await import('../support/fake-model.js'));
      llm = new Fresh({ steps: ['one', FINISH] });
    });

    it.each(ways)('%s, does not hear that run; others do', async (_how, method) => {
      const pending: Promise<unknown>[] = [];
      const others = recorder();
      let times = 0;
      const attached: CallbackHandler[] = [others];
      const model = new Fresh({ steps: ['one', FINISH], callbacks: attached });
      const call = () => model.invoke('from the handler', { callbacks: [handler] });
      const handler = handlerOf(() => {
        times += 1;
        return times > TOO_MANY ? undefined : method(call, pending);
      });
      attached.push(handler);
      for (let run = 1; run <= 2; run += 1) {
        await model.invoke('from the user', { callbacks: [handler] });
        await Promise.all(pending.splice(0));
        expect(times).toBe(run);
      }
      // The stream is another model's.
      const started = ofType(others.events, 'chatModelStart').map(({ messages }) => messages[0]?.content);
      expect(started.filter((prompt) => prompt === 'from the user')).toHaveLength(2);
      expect(started.length).toBe(method === ways.at(-1)?.[1] ? 2 : 4);
      expect(ofType(others.events, 'chatModelStart').map(({ parentRunId }) => parentRunId)).toEqual(
        started.map(() => null),
      );
    });
  });

  it('is counted by the scope around all the same', async () => {
    const model = new FakeModel();
    const handler: CallbackHandler = {
      onLLMEnd: async () => {
        await idle();
        await model.invoke('again', { callbacks: [handler] });
      },
    };
    const runs = await withTokenCounter(async (counter) => {
      await model.invoke('a', { callbacks: [handler] });
      return counter.runs;
    });
    expect(runs).toBe(2);
  });

  it('which itself is scoped, does not hear it either', async () => {
    const model = new FakeModel();
    const heard: string[] = [];
    const handler: CallbackHandler = {
      async onLLMEnd({ runId }) {
        heard.push(runId);
        await idle();
        await model.invoke('again');
      },
    };
    const { runId } = await withCallbacks([handler], () => model.invoke('a'));
    expect(heard).toEqual([runId]);
  });

  it('by way of a chain that does not name its parents, does not hear those runs', async () => {
    const heard: string[] = [];
    const handler: CallbackHandler = {
      onLLMEnd({ runId }) {
        heard.push(runId);
        if (heard.length < TOO_MANY) pending.push(new Careless().invoke());
      },
    };
    const pending: Promise<unknown>[] = [];
    const model = new FakeModel({ callbacks: [handler] });
    class Careless extends Chain {
      override readonly name = 'Careless';
      protected override async *execute() {
        await idle();
        await model.invoke('again');
        yield '';
        return { outputs: {} };
      }
    }
    const { runId } = await model.invoke('a');
    await Promise.all(pending);
    expect([heard, pending.length]).toEqual([[runId], 1]);
  });

  it('and another that does so too, come to an end', async () => {
    const heard: string[] = [];
    const gossip = (name: string): CallbackHandler => ({
      async onLLMEnd() {
        heard.push(name);
        await idle();
        if (heard.length < 20) await model.invoke(`from ${name}`);
      },
    });
    const model: FakeModel = new FakeModel({ steps: [FINISH], callbacks: [gossip('a'), gossip('b')] });
    await model.invoke('x');
    // Each hears the user's run and the one that the other started.
    expect(heard.toSorted()).toEqual(['a', 'a', 'b', 'b']);
  });

  it('that starts runs now and then: a method is known for each type of event', async () => {
    const seen: string[] = [];
    const model: FakeModel = new FakeModel({ steps: [FINISH] });
    const handler: CallbackHandler = {
      onEvent({ type, runId }) {
        if (type !== 'llmEnd') return undefined;
        seen.push(runId);
        return idle().then(() => model.invoke('again', { callbacks: [handler] })) as Promise<never>;
      },
    };
    const { runId } = await model.invoke('a', { callbacks: [handler] });
    expect(seen).toEqual([runId]);
  });

  it.each([1, 2])(
    'does not own a stream made elsewhere that its call number %i asks for a value',
    async (number) => {
      const heard: string[] = [];
      let calls = 0;
      const handler: CallbackHandler = {
        onChatModelStart: ({ messages }) => void heard.push(messages[0]?.content ?? ''),
        onLLMEnd() {
          calls += 1;
          if (calls === number) void stream.next();
        },
      };
      const model = new FakeModel({ steps: ['one', FINISH], callbacks: [handler] });
      const stream = model.stream('made outside');
      for (let call = 1; call <= 2; call += 1) await model.invoke('a');
      await idle();
      expect(heard.toSorted()).toEqual(['a', 'a', 'made outside']);
    },
  );
});

describe('a run that a handler started', () => {
  it('is not heard by it in its children either, wherever they are started', () => {
    const heard = recorder();
    const callbacks = [heard];
    const run = new Run('run', {}, { callbacks }, { scoped: [], parent: null, muted: [heard] });
    new Run('child', {}, { callbacks, parent: run }, null).emit({ type: 'text', text: '', kind: 'note' });
    expect(heard.types).toEqual([]);
  });
});

describe('the context', () => {
  const context = { scoped: [], parent: null, muted: [] };

  it('is there inside, at once and after awaits, and not outside', async () => {
    const seen: unknown[] = [];
    const inside = runInContext(context, async () => {
      seen.push(currentContext());
      await idle();
      seen.push(currentContext());
    });
    expect(currentContext()).toBeNull();
    await inside;
    expect([seen, currentContext()]).toEqual([[context, context], null]);
  });

  it('can be left again inside', () => {
    const inner = runInContext(context, () => runInContext(null, currentContext));
    expect(inner).toBeNull();
  });

  it('of a handler ends with its call, however it ends', async () => {
    const seen: unknown[] = [];
    const handlers: CallbackHandler[] = [
      {
        onLLMEnd() {
          seen.push(currentContext()?.muted.length);
          throw new Error('no');
        },
      },
      { onLLMEnd: () => void seen.push(currentContext()?.muted.length) },
    ];
    handlers[0] = Object.assign(handlers[0] as object, { name: 'quiet' });
    const step = () => {
      seen.push(currentContext());
      return FINISH;
    };
    const callbacks = new CallbackManager(handlers, { onHandlerError: () => {} });
    const model = new FakeModel({ steps: [step] });
    for (let run = 1; run <= 2; run += 1) await model.invoke('a', { callbacks });
    expect(seen).toEqual([null, 1, 1, null, 1, 1]);
    expect(currentContext()).toBeNull();
  });

  it("of a tool holds in handlers' runs no longer: they are roots", async () => {
    const heard = recorder();
    const side = new FakeModel({ name: 'Side', steps: [FINISH], callbacks: [heard] });
    const handler: CallbackHandler = { onLLMEnd: async () => void (await side.invoke('a')) };
    const model = new FakeModel({ steps: [FINISH], callbacks: [handler] });
    await callTool(() => model.invoke('a'));
    expect(ofType(heard.events, 'chatModelStart').map(({ parentRunId }) => parentRunId)).toEqual([null]);
  });
});

describe('AsyncLocalStorage', () => {
  /** Whether the process still follows promises after this: on Node 20 and 22 that is what the storage costs. */
  const probe = (body: string) =>
    runBundled(`
      import { AsyncLocalStorage } from 'node:async_hooks';
      let on = false;
      const { run } = AsyncLocalStorage.prototype;
      AsyncLocalStorage.prototype.run = function (...args) {
        on = true;
        return run.apply(this, args);
      };
      const { withCallbacks } = await import('../src/callbacks/scope.js');
      const { TokenCounter } = await import('../src/callbacks/token-counter.js');
      const { LLMChain } = await import('../src/chains/llm-chain.js');
      const { PromptTemplate } = await import('../src/prompts/template.js');
      const { FakeModel, FINISH } = await import('./support/fake-model.js');
      const { RecordingHandler } = await import('../src/callbacks/recording.js');
      const { StdoutCallbackHandler } = await import('../src/callbacks/stdout.js');
      const { FileCallbackHandler } = await import('../src/callbacks/file.js');
      const { callTool } = await import('./support/fake-tool.js');
      const prompt = PromptTemplate.fromTemplate('{input}');
      const llm = new FakeModel();
      const chain = new LLMChain({ llm, prompt });
      const shipped = () => [
        new TokenCounter(),
        new RecordingHandler(),
        new StdoutCallbackHandler({ stream: process.stderr }),
        new FileCallbackHandler(${JSON.stringify(devNull)}),
      ];
      const call = (...callbacks) => chain.invoke({ input: 'a' }, { callbacks });
      const tell = () => console.log(on ? 'on' : 'off');
      ${body}
      tell();
    `);

  it('is off at first, without handlers, with the handlers that ship, and with streams', async () => {
    const { stdout } = await probe(`
      tell();
      await call();
      tell();
      await call(...shipped());
      tell();
      for await (const _ of chain.stream({ input: 'a' }, { callbacks: shipped() }));
      tell();
      for await (const _ of chain.stream({ input: 'a' }));
    `);
    expect(stdout).toBe('off\n'.repeat(5));
  });

  it.each([
    ["with a handler of the user's own", 'await call({ onLLMEnd() {} });'],
    [
      'with a subclass of one that ships',
      'await call(new (class extends TokenCounter { onLLMEnd() {} })());',
    ],
    ['with a scope', 'await withCallbacks([], () => call());'],
    ['with a tool', 'await callTool(() => llm.invoke("a"));'],
  ])('is on %s', async (_when, body) => {
    const { stdout } = await probe(body);
    expect(stdout).toBe('on\n');
  });
});
