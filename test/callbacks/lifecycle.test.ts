import { describe, expect, it, vi } from 'vitest';
import { resultOf, runSteps } from '../../src/callbacks/lifecycle.js';
import { type EventFields, Run } from '../../src/callbacks/run.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import { ChainError, toErrorRecord } from '../../src/errors.js';
import type { CallbackHandler } from '../../src/events.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { deferred, idle } from '../support/deferred.js';
import { FakeModel, type FakeStep, FINISH, hang } from '../support/fake-model.js';
import { callTool } from '../support/fake-tool.js';
import { ofType, type Recorder, recorder } from '../support/recorder.js';

const prompt = PromptTemplate.fromTemplate('{input}');
const started = ['chainStart', 'text', 'chatModelStart'];
const aborted = new ChainError('aborted', 'the run was aborted');

/** A chain and its model, with what a caller does with their stream. */
function setUp(steps: readonly FakeStep[], more: readonly CallbackHandler[] = []) {
  const heard = recorder();
  const controller = new AbortController();
  const llm = new FakeModel({ steps });
  const chain = new LLMChain({ llm, prompt });
  const options = { callbacks: [heard, ...more], signal: controller.signal };
  return {
    heard,
    controller,
    llm,
    invoke: () => chain.invoke({ input: 'a' }, options),
    stream: () => chain.stream({ input: 'a' }, options),
  };
}

/** Every run that was started, by what ended it. */
function endings({ events }: Recorder): Record<string, string[]> {
  const byRun = new Map<string, string[]>();
  for (const { type, runId } of events) {
    if (type.endsWith('Start')) byRun.set(runId, []);
    else if (/(End|Error)$/.test(type)) byRun.get(runId)?.push(type);
  }
  return Object.fromEntries(
    [...byRun].map(([runId, types]) => [events.find((event) => event.runId === runId)?.name ?? '', types]),
  );
}

const oneErrorEach = { LLMChain: ['chainError'], FakeModel: ['llmError'] };

describe('every start is followed by exactly one end or error', () => {
  it('after success', async () => {
    const { heard, invoke } = setUp(['one', FINISH]);
    await invoke();
    expect(endings(heard)).toEqual({ LLMChain: ['chainEnd'], FakeModel: ['llmEnd'] });
  });

  it.each<[string, FakeStep[]]>([
    ['at once', [new Error('no')]],
    ['in the midst', ['one', new Error('no')]],
    ['after all', ['one', FINISH, new Error('no')]],
  ])('after the provider threw %s', async (_when, steps) => {
    const { heard, invoke } = setUp(steps);
    await expect(invoke()).rejects.toThrow('no');
    expect(endings(heard)).toEqual(oneErrorEach);
    expect(heard.types.slice(-2)).toEqual(['llmError', 'chainError']);
  });

  it('after an abort before the start: nothing was asked', async () => {
    const { heard, controller, llm, invoke } = setUp([]);
    controller.abort();
    await expect(invoke()).rejects.toThrow(aborted);
    expect([heard.types, llm.calls]).toEqual([['chainStart', 'chainError'], []]);
  });

  it('after an abort before the start of a model alone', async () => {
    const heard = recorder();
    const llm = new FakeModel();
    const call = llm.invoke('a', { callbacks: [heard], signal: AbortSignal.abort() });
    await expect(call).rejects.toThrow(aborted);
    expect([heard.types, llm.calls]).toEqual([['chatModelStart', 'llmError'], []]);
    expect(ofType(heard.events, 'llmError')[0]).toMatchObject({ text: '', usage: null, cost: null });
  });

  it('after an abort while the answer comes', async () => {
    const { heard, controller, llm, invoke } = setUp(['one', hang]);
    const call = invoke();
    await idle();
    controller.abort(new Error('enough'));
    await expect(call).rejects.toThrow(aborted);
    expect(endings(heard)).toEqual(oneErrorEach);
    expect(llm.left).toBe(1);
    const [error] = ofType(heard.events, 'llmError');
    expect([error?.error.code, error?.text]).toEqual(['aborted', 'one']);
    expect(error?.error.original).toMatchObject({ cause: new Error('enough') });
  });

  it('after an abort that the provider takes no notice of, within one batch and between two', async () => {
    const batch = [{ text: 'one' }, { text: 'two' }, { text: 'three' }];
    for (const steps of [
      [batch, FINISH],
      ['one', 'two', FINISH],
      ['one', 'two'],
    ]) {
      const { heard, controller, llm, invoke } = setUp(steps, [{ onLLMNewToken: () => controller.abort() }]);
      await expect(invoke()).rejects.toThrow(aborted);
      expect(ofType(heard.events, 'llmNewToken').map(({ token }) => token)).toEqual(['one']);
      expect(endings(heard)).toEqual(oneErrorEach);
      expect(llm.left).toBe(1);
    }
  });

  it('after an abort at the last token', async () => {
    const { heard, controller, invoke } = setUp(['one'], [{ onLLMNewToken: () => controller.abort() }]);
    await expect(invoke()).rejects.toThrow(aborted);
    expect(endings(heard)).toEqual(oneErrorEach);
  });

  it.each([
    ['onChainStart', ['chainStart', 'chainError']],
    ['onChatModelStart', [...started, 'llmError', 'chainError']],
    ['onText', ['chainStart', 'text', 'chainError']],
    ['onLLMNewToken', [...started, 'llmNewToken', 'llmError', 'chainError']],
  ])('after an abort while %s is waited for, at once', async (method, types) => {
    const never = () => new Promise<void>(() => {});
    const { heard, controller, invoke } = setUp(['one', 'two', FINISH], [{ [method]: never }]);
    const call = expect(invoke()).rejects.toThrow(aborted);
    await idle();
    controller.abort();
    await call;
    expect(heard.types).toEqual(types);
  });

  it('after an abort while onLLMEnd is waited for, which it still is', async () => {
    const gate = deferred();
    const { heard, controller, invoke } = setUp(['one', 'two', FINISH], [{ onLLMEnd: () => gate.promise }]);
    const call = expect(invoke()).rejects.toThrow(aborted);
    await idle();
    controller.abort();
    await idle();
    expect(heard.types.at(-1)).toBe('llmEnd');
    gate.resolve();
    await call;
    expect(heard.types).toEqual([...started, 'llmNewToken', 'llmNewToken', 'llmEnd', 'chainError']);
  });

  it('after an abort with handlers that never settle on what follows, in the time that they get', async () => {
    vi.useFakeTimers();
    const never = () => new Promise<void>(() => {});
    const { heard, controller, invoke } = setUp(['one'], [{ onLLMNewToken: never, onLLMError: never }]);
    const call = expect(invoke()).rejects.toThrow(aborted);
    await vi.advanceTimersByTimeAsync(10);
    controller.abort();
    await vi.advanceTimersByTimeAsync(5000);
    vi.useRealTimers();
    await call;
    expect(heard.types).toEqual([...started, 'llmNewToken', 'llmError', 'chainError']);
  });

  it('after a `break` at the first chunk', async () => {
    const { heard, llm, stream } = setUp(['one', 'two', FINISH]);
    for await (const _ of stream()) break;
    expect(heard.types).toEqual([...started, 'llmNewToken', 'llmError', 'chainError']);
    const errors = [...ofType(heard.events, 'llmError'), ...ofType(heard.events, 'chainError')];
    expect(errors.map(({ error }) => error)).toEqual([toErrorRecord(aborted), toErrorRecord(aborted)]);
    expect(llm.left).toBe(1);
  });

  it('after a `break` out of the stream of a model alone', async () => {
    const heard = recorder();
    const llm = new FakeModel();
    for await (const _ of llm.stream('a', { callbacks: [heard] })) break;
    expect(heard.types).toEqual(['chatModelStart', 'llmNewToken', 'llmError']);
    expect(llm.left).toBe(1);
  });

  it('after return() and throw(), once', async () => {
    for (const leave of ['return', 'throw'] as const) {
      const { heard, stream } = setUp(['one', 'two', FINISH]);
      const answer = stream();
      await answer.next();
      const left = answer[leave](new Error('thrown in') as never);
      if (leave === 'throw') await expect(left).rejects.toThrow('thrown in');
      else expect(await left).toEqual({ done: true, value: new Error('thrown in') });
      expect(heard.types).toEqual([...started, 'llmNewToken', 'llmError', 'chainError']);
      const [error] = ofType(heard.events, 'chainError');
      expect(error?.error.message).toBe(leave === 'throw' ? 'thrown in' : 'the run was aborted');
      await answer.return(undefined as never);
      expect(await answer.next()).toEqual({ done: true, value: undefined });
      expect(heard.types).toHaveLength(6);
    }
  });

  it('after return() while a handler is waited for', async () => {
    const gate = deferred();
    const { heard, stream } = setUp(['one', 'two', FINISH], [{ onChatModelStart: () => gate.promise }]);
    const answer = stream();
    const first = answer.next();
    const left = answer.return(undefined as never);
    await idle();
    expect(heard.types).toEqual(started);
    gate.resolve();
    expect(await first).toEqual({ done: false, value: 'one' });
    await left;
    expect(heard.types).toEqual([...started, 'llmNewToken', 'llmError', 'chainError']);
  });

  it.each(['invoke', 'break'])('a handler that raises at the error event: %s rejects', async (way) => {
    const steps = way === 'invoke' ? [new Error('no')] : ['one', 'two'];
    const raiser = { raiseError: true, onLLMError: () => Promise.reject(new Error('boom')) };
    const { heard, invoke, stream } = setUp(steps, [raiser]);
    const leave = async () => {
      for await (const _ of stream()) break;
    };
    await expect(way === 'invoke' ? invoke() : leave()).rejects.toThrow('boom');
    expect(endings(heard)).toEqual(oneErrorEach);
  });

  it('after a template that lacks variables: no model ran', async () => {
    const heard = recorder();
    const llm = new FakeModel();
    const chain = new LLMChain({ llm, prompt: PromptTemplate.fromTemplate('{a} {b}'), callbacks: [heard] });
    await expect(chain.invoke({}, { callbacks: [heard] })).rejects.toMatchObject({
      code: 'missing_variable',
    });
    expect([heard.types, llm.calls]).toEqual([['chainStart', 'chainError'], []]);
    expect(ofType(heard.events, 'chainError')[0]).toMatchObject({
      error: { name: 'MissingVariablesError', code: 'missing_variable' },
      usage: null,
    });
  });

  it("of a tool's run and of those inside it", async () => {
    const heard = recorder();
    const llm = new FakeModel({ steps: [new Error('no')] });
    await expect(callTool(() => llm.invoke('a'), { callbacks: [heard] })).rejects.toThrow('no');
    expect(endings(heard)).toEqual({ tool: ['toolError'], FakeModel: ['llmError'] });
  });
});

describe('a run of steps', () => {
  const steps = {
    start: (): EventFields => ({ type: 'chainStart', inputs: {} }),
    async body() {
      return 'result';
    },
    end: (): EventFields => ({ type: 'chainEnd', outputs: {}, usage: null, durationMs: 0 }),
    error: (error: Error): EventFields => ({
      type: 'chainError',
      error: toErrorRecord(error),
      usage: null,
      durationMs: 0,
    }),
  };
  const boom = () => {
    throw new Error('boom');
  };

  it.each([
    ['start', []],
    ['body', ['chainStart', 'chainError']],
    ['end', ['chainStart', 'chainError']],
  ])('whose %s throws', async (step, types) => {
    const heard = recorder();
    const run = new Run('run', {}, { callbacks: [heard] });
    await expect(resultOf(runSteps(run, { ...steps, [step]: boom }))).rejects.toThrow('boom');
    expect(heard.types).toEqual(types);
  });

  it('waits for what its end and its error take to be made', async () => {
    const heard = recorder();
    const later = <A extends unknown[]>(make: (...args: A) => EventFields) =>
      vi.fn((...args: A) => idle().then(() => make(...args)));
    const slow = { ...steps, end: later(steps.end), error: later(steps.error) };
    await resultOf(runSteps(new Run('run', {}, { callbacks: [heard] }), slow));
    const failing = { ...slow, body: boom };
    await expect(resultOf(runSteps(new Run('run', {}, { callbacks: [heard] }), failing))).rejects.toThrow(
      'boom',
    );
    expect(heard.types).toEqual(['chainStart', 'chainEnd', 'chainStart', 'chainError']);
  });

  it.each([undefined, null, 'text', 0])('that throws %s rejects with an error', async (thrown) => {
    const body = () => {
      throw thrown;
    };
    const call = resultOf(runSteps(new Run('run', {}, {}), { ...steps, body }));
    await expect(call).rejects.toThrow(new ChainError('internal', String(thrown)));
  });
});

describe("a run's signal", () => {
  it("is its parent's and its own: either ends it", async () => {
    for (const which of [0, 1]) {
      const controllers = [new AbortController(), new AbortController()];
      const [outer, inner] = controllers.map(({ signal }) => signal);
      const heard = recorder();
      const llm = new FakeModel({ steps: [hang] });
      const call = callTool(() => llm.invoke('a', { signal: inner }), { callbacks: [heard], signal: outer });
      await idle();
      controllers[which]?.abort('why');
      await expect(call).rejects.toThrow(aborted);
      expect(endings(heard)).toEqual({ tool: ['toolError'], FakeModel: ['llmError'] });
      expect(ofType(heard.events, 'llmError')[0]?.error.original).toMatchObject({ cause: 'why' });
    }
  });

  it.each(['own', "parent's"])('that was aborted before, its %s, asks nothing', async (whose) => {
    const llm = new FakeModel();
    const live = new AbortController().signal;
    const parent = new Run('parent', {}, { signal: whose === 'own' ? live : AbortSignal.abort('why') });
    const call = llm.invoke('a', { parent, signal: whose === 'own' ? AbortSignal.abort('why') : live });
    await expect(call).rejects.toMatchObject({ code: 'aborted', cause: 'why' });
    expect(llm.calls).toEqual([]);
  });

  it('has nothing listening to it afterwards, however the run was left', async () => {
    const [outer, inner] = [new AbortController().signal, new AbortController().signal];
    const listening = new Set<unknown>();
    const warnings = vi.spyOn(process, 'emitWarning').mockReturnValue();
    for (const signal of [outer, inner]) {
      const [add, remove] = [signal.addEventListener.bind(signal), signal.removeEventListener.bind(signal)];
      signal.addEventListener = (type: string, listener: never, options: never) => {
        listening.add(listener);
        add(type, listener, options);
      };
      signal.removeEventListener = (type: string, listener: never) => {
        listening.delete(listener);
        remove(type, listener);
      };
    }
    const parent = new Run('parent', {}, { signal: outer });
    const options = { parent, signal: inner };
    const gate = deferred();
    const waiting = new FakeModel({ steps: [() => gate.promise.then(() => undefined), FINISH] });
    const calls = Array.from({ length: 20 }, () => waiting.invoke('a', options));
    expect(listening.size).toBe(20);
    gate.resolve();
    await Promise.all(calls);
    await expect(new FakeModel({ steps: [new Error('no')] }).invoke('a', options)).rejects.toThrow('no');
    for await (const _ of new FakeModel().stream('a', options)) break;
    expect(listening.size).toBe(0);
    expect(warnings.mock.calls).toEqual([]);
    warnings.mockRestore();
  });

  it('is not listened to at all where there is but one', async () => {
    const { signal } = new AbortController();
    const listen = vi.spyOn(signal, 'addEventListener');
    const chain = new LLMChain({ llm: new FakeModel(), prompt });
    await chain.invoke({ input: 'a' }, { signal });
    expect(listen).not.toHaveBeenCalled();
  });
});
