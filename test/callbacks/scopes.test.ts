import { describe, expect, it } from 'vitest';
import { CallbackManager } from '../../src/callbacks/manager.js';
import { withCallbacks } from '../../src/callbacks/scope.js';
import { withTokenCounter } from '../../src/callbacks/with-token-counter.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { deferred, idle } from '../support/deferred.js';
import { FakeModel, FINISH } from '../support/fake-model.js';
import { callTool } from '../support/fake-tool.js';
import { ofType, recorder } from '../support/recorder.js';

const prompt = PromptTemplate.fromTemplate('{input}');
const llm = new FakeModel();
const ofModel = ['chatModelStart', 'llmNewToken', 'llmNewToken', 'llmEnd'];

describe('a scope', () => {
  it('hears every run started inside it, however deep and however late, and none outside', async () => {
    const heard = recorder();
    await llm.invoke('before');
    const inside = withCallbacks([heard], async () => {
      await idle();
      await callTool(() => new LLMChain({ llm, prompt }).invoke({ input: 'deep' }));
      await Promise.all([llm.invoke('a'), idle().then(() => llm.invoke('b'))]);
    });
    await llm.invoke('beside');
    await inside;
    await llm.invoke('after');
    const prompts = ofType(heard.events, 'chatModelStart').map(({ messages }) => messages[0]?.content);
    expect(prompts.toSorted()).toEqual(['a', 'b', 'deep']);
    expect(ofType(heard.events, 'llmEnd')).toHaveLength(3);
    expect(heard.lines.filter((line) => !line.endsWith('FakeModel'))).toEqual([
      'toolStart tool',
      'chainStart LLMChain',
      'text LLMChain',
      'chainEnd LLMChain',
      'toolEnd tool',
    ]);
  });

  it('returns what its function returns, now or later', async () => {
    expect(withCallbacks([], () => 'now')).toBe('now');
    expect(await withCallbacks([], async () => 'later')).toBe('later');
    expect(withTokenCounter((counter) => counter.totalTokens)).toBe(0);
  });

  it('that throws or rejects passes that on, and is over', async () => {
    const heard = recorder();
    const error = new Error('no');
    const thrower = () => {
      throw error;
    };
    expect(() => withCallbacks([heard], thrower)).toThrow(error);
    await expect(withCallbacks([heard], () => idle().then(thrower))).rejects.toBe(error);
    await llm.invoke('after');
    expect(heard.types).toEqual([]);
  });

  it('inside another is heard by both, and outside it by the outer alone', async () => {
    const outer = recorder();
    const inner = recorder();
    await withCallbacks([outer], async () => {
      await withCallbacks([inner], () => llm.invoke('inner'));
      await llm.invoke('outer');
    });
    expect([outer.types, inner.types]).toEqual([[...ofModel, ...ofModel], ofModel]);
  });

  it('beside another hears its own runs only', async () => {
    const [first, second] = [recorder(), recorder()];
    const gate = deferred();
    const run = (handler: typeof first, input: string) =>
      withCallbacks([handler], async () => {
        await gate.promise;
        await llm.invoke(input);
        await idle();
        await llm.invoke(input);
      });
    const both = Promise.all([run(first, '1'), run(second, '2')]);
    gate.resolve();
    await both;
    const prompts = [first, second].map(({ events }) =>
      ofType(events, 'chatModelStart').map(({ messages }) => messages[0]?.content),
    );
    expect(prompts).toEqual([
      ['1', '1'],
      ['2', '2'],
    ]);
  });

  it('counts at every level', async () => {
    const counts = await withTokenCounter(async (outer) => {
      const inner = await withTokenCounter(async (counter) => {
        await Promise.all([1, 2, 3].map(() => llm.generate(['a', 'b'])));
        return counter.totalTokens;
      });
      await llm.invoke('c');
      return [inner, outer.totalTokens];
    });
    expect(counts).toEqual([30, 35]);
  });

  it('takes a manager, and reports failures to it', async () => {
    const manager = new CallbackManager([{ onLLMEnd: () => Promise.reject(new Error('no')) }], {
      onHandlerError: () => {},
    });
    await withCallbacks(manager, () => llm.invoke('a'));
    expect(manager.failures).toHaveLength(1);
  });

  it("follows a tool's function, whose runs stay its children", async () => {
    const [scoped, inTool, all] = [recorder(), recorder(), recorder()];
    await withCallbacks([scoped], () =>
      callTool(() => withCallbacks([inTool], () => llm.invoke('a')), { callbacks: [all] }),
    );
    const [tool] = ofType(all.events, 'toolStart');
    const [model] = ofType(all.events, 'chatModelStart');
    expect(model?.parentRunId).toBe(tool?.runId);
    expect([scoped.types, inTool.types]).toEqual([['toolStart', ...ofModel, 'toolEnd'], ofModel]);
  });
});

describe('the scope of a run is captured when it is asked for', () => {
  const drain = async (stream: AsyncIterable<unknown>) => {
    for await (const _ of stream);
  };
  const chain = new LLMChain({ llm, prompt });
  const ofChain = ['chainStart', 'text', ...ofModel, 'chainEnd'];

  it.each<[string, () => AsyncIterable<unknown>, string[]]>([
    ['a model', () => llm.stream('a'), ofModel],
    ['a chain', () => chain.stream({ input: 'a' }), ofChain],
  ])('the stream of %s, made in a scope and consumed outside, is heard', async (_what, make, types) => {
    const heard = recorder();
    const other = recorder();
    const stream = withCallbacks([heard], make);
    await withCallbacks([other], () => drain(stream));
    expect([heard.types, other.types]).toEqual([types, []]);
  });

  it.each<[string, () => AsyncIterable<unknown>]>([
    ['a model', () => llm.stream('a')],
    ['a chain', () => chain.stream({ input: 'a' })],
  ])('the stream of %s, made outside and consumed in a scope, is not', async (_what, make) => {
    const heard = recorder();
    const stream = make();
    await withCallbacks([heard], () => drain(stream));
    expect(heard.types).toEqual([]);
  });

  it('what a stream calls while it is consumed elsewhere is in its own scope', async () => {
    const heard = recorder();
    const inner = new FakeModel({ name: 'Inner' });
    // A provider that asks another model, without knowing of runs.
    const step = async () => {
      await idle();
      await inner.invoke('a');
      return 'one';
    };
    const outer = new FakeModel({ name: 'Outer', steps: [step, step, FINISH] });
    const stream = withCallbacks([heard], () => outer.stream('a'));
    await drain(stream);
    expect(ofType(heard.events, 'llmEnd').map(({ name }) => name)).toEqual(['Inner', 'Inner', 'Outer']);
    const free = outer.stream('a');
    const other = recorder();
    await withCallbacks([other], () => drain(free));
    expect(other.types).toEqual([]);
  });

  it('also for invoke, run and generate', async () => {
    const heard = recorder();
    const calls = withCallbacks([heard], () => [
      llm.invoke('a'),
      chain.run({ input: 'a' }),
      llm.generate(['a', 'b'], { maxConcurrency: 1 }),
    ]);
    await Promise.all(calls);
    expect(ofType(heard.events, 'llmEnd')).toHaveLength(4);
    const outside = llm.generate(['a']);
    await withCallbacks([heard], () => outside);
    expect(ofType(heard.events, 'llmEnd')).toHaveLength(4);
  });

  it('a stream left elsewhere tells the scope it was made in', async () => {
    const heard = recorder();
    const stream = withCallbacks([heard], () => llm.stream('a'));
    for await (const _ of stream) break;
    expect(heard.types).toEqual(['chatModelStart', 'llmNewToken', 'llmError']);
  });

  it('the consumer keeps its own scope meanwhile', async () => {
    const [made, used] = [recorder(), recorder()];
    const stream = withCallbacks([made], () => llm.stream('made'));
    await withCallbacks([used], async () => {
      for await (const _ of stream) await new FakeModel({ name: 'Used', steps: [FINISH] }).invoke('used');
    });
    expect(new Set(used.lines)).toEqual(new Set(['chatModelStart Used', 'llmEnd Used']));
    expect(made.lines.filter((line) => line.includes('Used'))).toEqual([]);
  });
});
