import { describe, expect, it, vi } from 'vitest';
import { CallbackManager } from '../../src/callbacks/manager.js';
import { Run } from '../../src/callbacks/run.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import { ChainError } from '../../src/errors.js';
import { type CallbackHandler, EVENT_TABLE, type EventType } from '../../src/events.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { deferred, idle } from '../support/deferred.js';
import { FakeModel, type FakeStep, FINISH } from '../support/fake-model.js';
import { callTool } from '../support/fake-tool.js';
import { ofType, recorder } from '../support/recorder.js';

const prompt = PromptTemplate.fromTemplate('{input}');

const raisers = [
  [
    'synchronous',
    (error: unknown) => () => {
      throw error;
    },
  ],
  ['asynchronous', (error: unknown) => () => idle().then(() => Promise.reject(error))],
] as const;

const ends: FakeStep[] = ['one', 'two', FINISH];
const fails: FakeStep[] = ['one', new Error('cut')];
const started = ['chainStart', 'text', 'chatModelStart'];

describe.each(raisers)('a %s handler with raiseError', (_kind, raise) => {
  it.each<[EventType, FakeStep[], string[]]>([
    ['chainStart', ends, ['chainStart', 'chainError']],
    ['text', ends, ['chainStart', 'text', 'chainError']],
    ['chatModelStart', ends, [...started, 'llmError', 'chainError']],
    ['llmNewToken', ends, [...started, 'llmNewToken', 'llmError', 'chainError']],
    ['llmEnd', ends, [...started, 'llmNewToken', 'llmNewToken', 'llmEnd', 'chainError']],
    ['chainEnd', ends, [...started, 'llmNewToken', 'llmNewToken', 'llmEnd', 'chainEnd']],
    ['llmError', fails, [...started, 'llmNewToken', 'llmError', 'chainError']],
    ['chainError', fails, [...started, 'llmNewToken', 'llmError', 'chainError']],
  ])('at %s ends a chain, after every handler has had the event', async (type, steps, types) => {
    const error = new Error('boom');
    const raiser = { raiseError: true, [EVENT_TABLE[type].method]: raise(error) };
    const [before, after] = [recorder(), recorder()];
    const llm = new FakeModel({ steps });
    const call = new LLMChain({ llm, prompt }).invoke({ input: 'a' }, { callbacks: [before, raiser, after] });
    await expect(call).rejects.toBe(error);
    expect([before.types, after.types]).toEqual([types, types]);
    expect(llm.left).toBe(llm.calls.length);
    const own = ofType(after.events, 'chainError').map(({ error: record }) => record.original);
    if (type !== 'chainEnd' && type !== 'chainError') expect(own).toEqual([error]);
  });

  it.each<[EventType, FakeStep[], string[]]>([
    ['chatModelStart', ends, ['chatModelStart', 'llmError']],
    ['llmNewToken', ends, ['chatModelStart', 'llmNewToken', 'llmError']],
    ['llmEnd', ends, ['chatModelStart', 'llmNewToken', 'llmNewToken', 'llmEnd']],
    ['llmError', fails, ['chatModelStart', 'llmNewToken', 'llmError']],
  ])("at %s ends a model's run, attached to the model", async (type, steps, types) => {
    const error = new Error('boom');
    const raiser = { raiseError: true, [EVENT_TABLE[type].method]: raise(error) };
    const heard = recorder();
    const llm = new FakeModel({ steps, callbacks: [raiser, heard] });
    await expect(llm.invoke('a')).rejects.toBe(error);
    expect(heard.types).toEqual(types);
    const outer = recorder();
    const chain = new LLMChain({ llm, prompt });
    const given: string[] = [];
    await expect(
      (async () => {
        for await (const text of chain.stream({ input: 'a' }, { callbacks: [outer] })) given.push(text);
      })(),
    ).rejects.toBe(error);
    expect(outer.types).toEqual(['chainStart', 'text', ...types, 'chainError']);
    expect(given).toHaveLength(type === 'chatModelStart' || type === 'llmNewToken' ? 0 : given.length);
  });

  it('is not reported besides', async () => {
    const onHandlerError = vi.fn();
    const manager = new CallbackManager([{ raiseError: true, onLLMEnd: raise(new Error('boom')) }], {
      onHandlerError,
    });
    await expect(new FakeModel({ callbacks: manager }).invoke('a')).rejects.toThrow('boom');
    expect([onHandlerError.mock.calls, manager.failures]).toEqual([[], []]);
  });

  it('waits for the asynchronous ones beside it', async () => {
    const gate = deferred();
    const log: string[] = [];
    const slow = { onChatModelStart: () => gate.promise.then(() => void log.push('slow is done')) };
    const raiser = { raiseError: true, onChatModelStart: raise(new Error('boom')) };
    const call = new FakeModel().invoke('a', { callbacks: [raiser, slow] }).catch(() => log.push('rejected'));
    await idle();
    await idle();
    expect(log).toEqual([]);
    gate.resolve();
    await call;
    expect(log).toEqual(['slow is done', 'rejected']);
  });

  it.each([
    ['undefined', undefined],
    ['null', null],
    ['a text', 'boom'],
  ])('may raise %s: an error all the same', async (_what, thrown) => {
    for (const method of ['onChatModelStart', 'onLLMNewToken', 'onLLMEnd']) {
      const raiser = { raiseError: true, [method]: raise(thrown) };
      const call = new FakeModel().invoke('a', { callbacks: [raiser] });
      await expect(call).rejects.toThrow(new ChainError('internal', String(thrown)));
    }
  });

  it("raised at an error event, has the run's own error as its cause, but never a circle", async () => {
    const cut = new Error('cut');
    const call = (error: unknown) =>
      new FakeModel({ steps: [cut] })
        .invoke('a', { callbacks: [{ raiseError: true, onLLMError: raise(error) }] })
        .then(
          () => expect.unreachable(),
          (thrown: Error) => thrown,
        );
    expect((await call(new Error('boom'))).cause).toBe(cut);
    expect((await call(new Error('boom', { cause: 'mine' }))).cause).toBe('mine');
    const frozen = Object.freeze(new Error('boom'));
    expect(await call(frozen)).toBe(frozen);
    expect((await call(cut)).cause).toBeUndefined();
    const controller = new AbortController();
    const boom = new Error('boom');
    const again = {
      raiseError: true,
      onLLMNewToken: () => {
        controller.abort();
        throw boom;
      },
      onLLMError: raise(boom),
    };
    const both = new FakeModel().invoke('a', { callbacks: [again], signal: controller.signal });
    await expect(both).rejects.toBe(boom);
    expect(boom.cause).toBeUndefined();
  });
});

describe('raiseError', () => {
  it('raises what comes first of several', async () => {
    const callbacks: CallbackHandler[] = [
      { raiseError: true, onLLMEnd: () => Promise.reject(new Error('later')) },
      {
        raiseError: true,
        onLLMEnd() {
          throw new Error('at once');
        },
      },
    ];
    await expect(new FakeModel().invoke('a', { callbacks })).rejects.toThrow('at once');
  });

  it('raises when its time is up, and hears nothing more', async () => {
    const heard: string[] = [];
    const handler: CallbackHandler = {
      name: 'sleepy',
      raiseError: true,
      handlerTimeoutMs: 5,
      onEvent({ type }) {
        heard.push(type);
        return new Promise(() => {});
      },
    };
    await expect(new FakeModel().invoke('a', { callbacks: [handler] })).rejects.toThrow(
      new ChainError('handler_failed', 'sleepy took longer than 5 ms and hears nothing more of this run'),
    );
    expect(heard).toEqual(['chatModelStart']);
  });

  it("ends a tool's run and those above it", async () => {
    const heard = recorder();
    const error = new Error('boom');
    const raiser = {
      raiseError: true,
      onLLMEnd() {
        throw error;
      },
    };
    const llm = new FakeModel({ callbacks: [raiser] });
    await expect(callTool(() => llm.invoke('a'), { callbacks: [heard] })).rejects.toBe(error);
    expect(heard.types).toEqual([
      'toolStart',
      'chatModelStart',
      'llmNewToken',
      'llmNewToken',
      'llmEnd',
      'toolError',
    ]);
  });

  it('may be caught in the midst, and the rest goes on', async () => {
    const heard = recorder();
    const raiser = { raiseError: true, onLLMEnd: () => Promise.reject(new Error('boom')) };
    const llm = new FakeModel({ callbacks: [raiser], steps: [FINISH] });
    const spare = new FakeModel({ name: 'Spare', steps: [FINISH] });
    await callTool(() => llm.invoke('a').catch(() => spare.invoke('a')), { callbacks: [heard] });
    expect(heard.lines).toEqual([
      'toolStart tool',
      'chatModelStart FakeModel',
      'llmEnd FakeModel',
      'chatModelStart Spare',
      'llmEnd Spare',
      'toolEnd tool',
    ]);
  });

  it('together with background is a TypeError, wherever the handler is passed', async () => {
    const handler: CallbackHandler = { raiseError: true, background: true, onLLMEnd() {} };
    const error = new TypeError(
      'a callback handler cannot be both background and raiseError: nobody waits for its errors',
    );
    const llm = new FakeModel();
    const manager = new CallbackManager();
    expect(() => new CallbackManager([handler])).toThrow(error);
    expect(() => manager.add(handler)).toThrow(error);
    expect(() => new FakeModel({ callbacks: [handler] })).toThrow(error);
    expect(() => new LLMChain({ llm, prompt, callbacks: [handler] })).toThrow(error);
    expect(() => new Run('run', {}, { callbacks: [handler] })).toThrow(error);
    await expect(llm.invoke('a', { callbacks: [handler] })).rejects.toThrow(error);
    await expect(llm.generate(['a'], { callbacks: [handler] })).rejects.toThrow(error);
    expect(llm.calls).toEqual([]);
  });
});
