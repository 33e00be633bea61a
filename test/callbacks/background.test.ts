import { afterEach, describe, expect, it } from 'vitest';
import type { HandlerFailure } from '../../src/callbacks/failures.js';
import { CallbackManager } from '../../src/callbacks/manager.js';
import { Run } from '../../src/callbacks/run.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import type { CallbackHandler, ChainEvent } from '../../src/events.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { type Deferred, deferred, idle } from '../support/deferred.js';
import { FakeModel, FINISH } from '../support/fake-model.js';

const prompt = PromptTemplate.fromTemplate('{input}');
const note = (text: string) => ({ type: 'text', text, kind: 'note' }) as const;

/** A background handler whose every event waits to be let go. */
class Gated implements CallbackHandler {
  readonly background = true;
  readonly queueSize: number;
  readonly log: string[] = [];
  readonly #gates: Deferred[] = [];

  constructor(queueSize = 1000) {
    this.queueSize = queueSize;
  }

  async onEvent(event: ChainEvent): Promise<void> {
    const what = event.type === 'text' ? event.text : event.type;
    this.log.push(`${what} begins`);
    const gate = deferred();
    this.#gates.push(gate);
    await gate.promise;
    this.log.push(`${what} ends`);
  }

  /** Lets go of the event that is being handled. */
  async letGo(): Promise<void> {
    this.#gates.shift()?.resolve();
    await idle();
  }
}

afterEach(() => {
  CallbackManager.onHandlerError = defaultReport;
});
const defaultReport = CallbackManager.onHandlerError;

describe('a background handler', () => {
  it('is not waited for, and hears one event at a time, in order', async () => {
    const handler = new Gated();
    const run = new Run('run', {}, { callbacks: [handler] });
    expect([run.emit(note('a')), run.emit(note('b'))]).toEqual([undefined, undefined]);
    expect(handler.log).toEqual([]);
    await idle();
    expect(handler.log).toEqual(['a begins']);
    await handler.letGo();
    expect(handler.log).toEqual(['a begins', 'a ends', 'b begins']);
    await handler.letGo();
    expect(handler.log).toEqual(['a begins', 'a ends', 'b begins', 'b ends']);
  });

  it('hears the events of several runs from one queue', async () => {
    const handler = new Gated();
    for (const text of ['a', 'b']) new Run('run', {}, { callbacks: [handler] }).emit(note(text));
    await idle();
    expect(handler.log).toEqual(['a begins']);
    await handler.letGo();
    expect(handler.log).toEqual(['a begins', 'a ends', 'b begins']);
    await handler.letGo();
  });

  it.each([1, 3])('makes the run wait while its queue of %i is full, and no longer', async (queueSize) => {
    const handler = new Gated(queueSize);
    const run = new Run('run', {}, { callbacks: [handler] });
    for (let held = 1; held <= queueSize; held += 1) expect(run.emit(note(`${held}`))).toBeUndefined();
    let waiting = true;
    const emitted = run.emit(note('over'))?.then(() => {
      waiting = false;
    });
    await idle();
    expect(waiting).toBe(true);
    await handler.letGo();
    await emitted;
    expect(handler.log.filter((line) => line.endsWith('ends'))).toEqual(['1 ends']);
    for (let left = queueSize; left > 0; left -= 1) await handler.letGo();
    expect(handler.log.at(-1)).toBe('over ends');
    expect(run.emit(note('again'))).toBeUndefined();
    await idle();
    await handler.letGo();
  });

  it('holds a thousand events unless told otherwise', async () => {
    const run = new Run('run', {}, { callbacks: [{ background: true, onText() {} }] });
    for (let held = 1; held <= 1000; held += 1) expect(run.emit(note(''))).toBeUndefined();
    expect(run.emit(note(''))).toBeInstanceOf(Promise);
  });

  it('is waited for when the model would overrun its queue', async () => {
    const handler = new Gated(1);
    const llm = new FakeModel({ steps: ['a', 'b', 'c', 'd', FINISH] });
    const chain = new LLMChain({ llm, prompt });
    let done = false;
    const call = chain.invoke({ input: 'text' }, { callbacks: [handler] }).finally(() => {
      done = true;
    });
    await idle();
    // One event with the handler, the next one waited for.
    expect([handler.log, llm.calls.length]).toEqual([['chainStart begins'], 0]);
    while (!done) await handler.letGo();
    await call;
    expect(handler.log.filter((line) => line.endsWith('ends'))).toEqual([
      'chainStart ends',
      'text ends',
      'chatModelStart ends',
      ...Array<string>(4).fill('llmNewToken ends'),
      'llmEnd ends',
      'chainEnd ends',
    ]);
  });

  it.each([
    ['ends', [FINISH], ['chainStart', 'text', 'chatModelStart', 'llmEnd', 'chainEnd']],
    ['fails', [new Error('no')], ['chainStart', 'text', 'chatModelStart', 'llmError', 'chainError']],
  ])("has left the queue with its root's last event when a run %s", async (_how, steps, types) => {
    const handler = new Gated();
    const chain = new LLMChain({ llm: new FakeModel({ steps }), prompt });
    let settled = false;
    const call = chain.invoke({ input: 'text' }, { callbacks: [handler] }).then(
      () => {
        settled = true;
      },
      () => {
        settled = true;
      },
    );
    for (const type of types) {
      await idle();
      expect([handler.log.at(-1), settled]).toEqual([`${type} begins`, false]);
      await handler.letGo();
    }
    await call;
    expect(settled).toBe(true);
  });

  it('does not hold up the end of a child', async () => {
    const handler = new Gated();
    const chain = new LLMChain({ llm: new FakeModel({ steps: [FINISH] }), prompt });
    const log: string[] = [];
    const listener = { onChainEnd: () => void log.push('chainEnd') };
    const call = chain.invoke({ input: 'text' }, { callbacks: [handler, listener] });
    await idle();
    expect([log, handler.log]).toEqual([['chainEnd'], ['chainStart begins']]);
    for (let left = 5; left > 0; left -= 1) await handler.letGo();
    await call;
  });

  it('that throws or rejects is reported, and hears the next event', async () => {
    const failures: HandlerFailure[] = [];
    const heard: string[] = [];
    const handler: CallbackHandler = {
      name: 'clumsy',
      background: true,
      onEvent({ type }) {
        heard.push(type);
        if (type === 'llmNewToken') return Promise.reject(new Error('rejected'));
        throw new Error('thrown');
      },
    };
    const callbacks = new CallbackManager([handler], {
      onHandlerError: (failure) => void failures.push(failure),
    });
    await new FakeModel().invoke('a', { callbacks });
    expect(heard).toEqual(['chatModelStart', 'llmNewToken', 'llmNewToken', 'llmEnd']);
    expect(failures.map(({ eventType, error, count }) => [eventType, String(error), count])).toEqual([
      ['chatModelStart', 'Error: thrown', 1],
      ['llmNewToken', 'Error: rejected', 2],
      ['llmEnd', 'Error: thrown', 1],
    ]);
  });

  it('that never settles is given up, and skipped for the rest of the run', async () => {
    const failures: HandlerFailure[] = [];
    const heard: string[] = [];
    const handler: CallbackHandler = {
      background: true,
      handlerTimeoutMs: 5,
      onEvent({ type }) {
        heard.push(type);
        return type === 'chatModelStart' ? new Promise(() => {}) : undefined;
      },
    };
    CallbackManager.onHandlerError = (failure) => void failures.push(failure);
    const llm = new FakeModel({ callbacks: [handler] });
    await llm.invoke('a');
    expect(heard).toEqual(['chatModelStart']);
    expect(failures.map(({ eventType, timedOut }) => [eventType, timedOut])).toEqual([
      ['chatModelStart', true],
    ]);
    await llm.invoke('b');
    expect(heard).toEqual(['chatModelStart', 'chatModelStart']);
  });

  it('has a run that it starts wait for other background handlers, at its end and where their queues are full', async () => {
    const gated = new Gated(1);
    const log: string[] = [];
    const starter: CallbackHandler = {
      background: true,
      async onText() {
        const inner = new Run('inner', {}, { callbacks: [gated] });
        for (const text of ['1', '2', '3']) {
          await inner.emit(note(text));
          log.push(`${text} emitted`);
        }
        await inner.close({ type: 'chainEnd', outputs: {}, usage: null, durationMs: 0 });
        log.push('inner settled');
      },
    };
    const outer = new Run('outer', {}, { callbacks: [starter] });
    void outer.emit(note('go'));
    await idle();
    expect(log).toEqual(['1 emitted']);
    await gated.letGo();
    expect(log).toEqual(['1 emitted', '2 emitted']);
    await gated.letGo();
    await gated.letGo();
    expect([log.at(-1), gated.log.at(-1)]).toEqual(['3 emitted', 'chainEnd begins']);
    await gated.letGo();
    expect(log.at(-1)).toBe('inner settled');
  });

  it('may wait for a run that it starts itself, and for another background handler that does', async () => {
    const heard: string[] = [];
    const gossip = (name: string, limit: number): CallbackHandler => ({
      name,
      background: true,
      handlerTimeoutMs: Number.POSITIVE_INFINITY,
      async onLLMEnd() {
        heard.push(name);
        if (heard.length < limit) await llm.invoke(`from ${name}`);
      },
    });
    const llm: FakeModel = new FakeModel({ steps: [FINISH], callbacks: [gossip('a', 20), gossip('b', 20)] });
    await llm.invoke('x');
    // Each hears the run of the user's and the one that the other started, and both wait for what they started.
    expect(heard.toSorted()).toEqual(['a', 'a', 'b', 'b']);
  });
});
