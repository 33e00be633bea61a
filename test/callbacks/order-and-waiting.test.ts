import { describe, expect, it } from 'vitest';
import { Run } from '../../src/callbacks/run.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import { AsyncCallbackHandler, BaseCallbackHandler, type CallbackHandler } from '../../src/events.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { deferred, idle } from '../support/deferred.js';
import { FakeModel, FINISH } from '../support/fake-model.js';
import { recorder } from '../support/recorder.js';

const prompt = PromptTemplate.fromTemplate('{input}');
const text = { type: 'text', text: '', kind: 'note' } as const;

describe('a synchronous and an asynchronous handler on one streaming model', () => {
  it('are heard in this order: started, waited for, tokens, ended, waited for', async () => {
    const log: string[] = [];
    const [started, goOn, ended, leave] = [deferred(), deferred(), deferred(), deferred()];
    class ShopSync extends BaseCallbackHandler {
      override onLLMNewToken({ token }: { token: string }) {
        log.push(`token: ${token}`);
      }
    }
    class ShopAsync extends AsyncCallbackHandler {
      override async onLLMStart() {
        log.push('fetching');
        started.resolve();
        await goOn.promise;
        log.push('fetched');
      }
      override async onLLMEnd() {
        log.push('tidying');
        ended.resolve();
        await leave.promise;
        log.push('goodbye');
      }
    }
    const llm = new FakeModel({ callbacks: [new ShopSync(), new ShopAsync()] });
    const done = llm.generate([[{ role: 'user', content: 'Which flowers?' }]]).then(() => log.push('done'));
    await started.promise;
    await idle();
    // The call is open and the model hasn't been asked: the handler is waited for.
    expect([log, llm.calls.length]).toEqual([['fetching'], 0]);
    goOn.resolve();
    await ended.promise;
    await idle();
    expect(log).toEqual(['fetching', 'fetched', 'token: one', 'token: two', 'tidying']);
    leave.resolve();
    await done;
    expect(log.slice(5)).toEqual(['goodbye', 'done']);
  });
});

describe('three runs at once', () => {
  it("go on while one's start handler sleeps", async () => {
    const sleeping = deferred();
    const log: string[] = [];
    const handler = (name: string): CallbackHandler => ({
      onChatModelStart: () => (name === 'slow' ? sleeping.promise : undefined),
      onLLMNewToken: ({ token }) => void log.push(`${name} ${token}`),
      onLLMEnd: () => void log.push(`${name} ended`),
    });
    const llm = new FakeModel();
    const runs = ['slow', 'second', 'third'].map((name) => llm.invoke(name, { callbacks: [handler(name)] }));
    await Promise.all(runs.slice(1));
    expect(log.toSorted()).toEqual([
      'second ended',
      'second one',
      'second two',
      'third ended',
      'third one',
      'third two',
    ]);
    sleeping.resolve();
    await runs[0];
    expect(log.slice(6)).toEqual(['slow one', 'slow two', 'slow ended']);
  });
});

describe('waiting', () => {
  it.each([
    ['chainStart', 'onChainStart', 0],
    ['text', 'onText', 1],
    ['chatModelStart', 'onChatModelStart', 2],
    ['llmNewToken', 'onLLMNewToken', 3],
    ['llmEnd', 'onLLMEnd', 4],
    ['chainEnd', 'onChainEnd', 5],
  ] as const)('the run does not go on until a handler of %s is done', async (_type, method, before) => {
    const gate = deferred();
    const heard = recorder();
    const chain = new LLMChain({ llm: new FakeModel({ steps: ['one', FINISH] }), prompt });
    const call = chain.invoke({ input: 'a' }, { callbacks: [{ [method]: () => gate.promise }, heard] });
    let done = false;
    void call.then(() => {
      done = true;
    });
    await idle();
    // The other handlers of this event have had it, side by side.
    expect([heard.events.length, done]).toEqual([before + 1, false]);
    gate.resolve();
    await call;
    expect(heard.types).toEqual([
      'chainStart',
      'text',
      'chatModelStart',
      'llmNewToken',
      'llmEnd',
      'chainEnd',
    ]);
  });

  it.each(['onLLMError', 'onChainError'] as const)('nor until one of %s is', async (method) => {
    const gate = deferred();
    const log: string[] = [];
    const chain = new LLMChain({ llm: new FakeModel({ steps: [new Error('no')] }), prompt });
    const handler = { [method]: () => gate.promise.then(() => void log.push('handled')) };
    const call = chain.invoke({ input: 'a' }, { callbacks: [handler] }).catch(() => log.push('rejected'));
    await idle();
    expect(log).toEqual([]);
    gate.resolve();
    await call;
    expect(log).toEqual(['handled', 'rejected']);
  });

  it('asynchronous handlers of one event run side by side', async () => {
    const log: string[] = [];
    const met = deferred();
    const first = {
      onLLMEnd: async () => {
        log.push('first begins');
        await met.promise;
        log.push('first ends');
      },
    };
    const second = {
      onLLMEnd: async () => {
        log.push('second begins');
        met.resolve();
      },
    };
    // One after the other they would wait for ever.
    await new FakeModel().invoke('a', { callbacks: [first, second] });
    expect(log).toEqual(['first begins', 'second begins', 'first ends']);
  });

  it('nothing is awaited and no promise is made when no handler is asynchronous', () => {
    const heard = recorder();
    const run = new Run('run', {}, { callbacks: [heard, { onText: () => 'no promise' as never }] });
    expect([run.emit(text), run.emit(text), heard.types]).toEqual([undefined, undefined, ['text', 'text']]);
    expect(new Run('run', {}, {}).emit(text)).toBeUndefined();
  });

  it('only the events of an asynchronous method are awaited', () => {
    const run = new Run('run', {}, { callbacks: [{ onText: async () => {}, onRetry() {} }] });
    expect(run.emit({ type: 'retry', attempt: 1, delayMs: 0, reason: '' })).toBeUndefined();
    expect(run.emit(text)).toBeInstanceOf(Promise);
  });

  it('a method may return a promise now and then', async () => {
    const gates = [undefined, deferred(), undefined];
    const run = new Run('run', {}, { callbacks: [{ onText: () => gates.shift()?.promise }] });
    const second = gates[1];
    expect(run.emit(text)).toBeUndefined();
    const waiting = run.emit(text);
    expect(waiting).toBeInstanceOf(Promise);
    second?.resolve();
    await waiting;
    expect(run.emit(text)).toBeUndefined();
  });

  it('anything with a `then` is waited for', async () => {
    const log: string[] = [];
    const thenable = {
      // biome-ignore lint/suspicious/noThenProperty: the test is of such an object: it has a `then` and is no promise
      then(resolve: () => void) {
        log.push('awaited');
        resolve();
      },
    };
    await new FakeModel().invoke('a', { callbacks: [{ onLLMEnd: () => thenable as Promise<void> }] });
    expect(log).toEqual(['awaited']);
  });
});

describe('a stream', () => {
  it('starts nothing before its first next()', async () => {
    const heard = recorder();
    const llm = new FakeModel({ callbacks: [heard] });
    const chain = new LLMChain({ llm, prompt, callbacks: [heard] });
    const streams = [llm.stream('a'), chain.stream({ input: 'a' })];
    await idle();
    expect([heard.types, llm.calls]).toEqual([[], []]);
    await streams[0]?.next();
    expect(heard.types).toEqual(['chatModelStart', 'llmNewToken']);
  });

  it('that is left before its first next() was never started', async () => {
    const heard = recorder();
    const llm = new FakeModel({ callbacks: [heard] });
    await llm.stream('a').return(undefined as never);
    await expect(llm.stream('a').throw(new Error('no'))).rejects.toThrow('no');
    await expect(
      llm.stream('a', { callbacks: [{ raiseError: true, background: true }] }).next(),
    ).rejects.toThrow(TypeError);
    expect([heard.types, llm.calls]).toEqual([[], []]);
  });

  it('emits each token before it gives it', async () => {
    const log: string[] = [];
    const callbacks = [
      { onLLMNewToken: async ({ token }: { token: string }) => void log.push(`heard ${token}`) },
    ];
    for await (const { text: given } of new FakeModel().stream('a', { callbacks })) {
      if (given !== undefined) log.push(`given ${given}`);
    }
    expect(log).toEqual(['heard one', 'given one', 'heard two', 'given two']);
  });
});
