import { describe, expect, it } from 'vitest';
import type { Message } from '../../src/messages.js';
import type { ModelChunk } from '../../src/models/model.js';
import { ScriptedModel } from '../../src/models/scripted.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import type { PriceOverrides } from '../../src/tokens/prices.js';
import { deferred, idle } from '../support/deferred.js';
import { FAKE_USAGE, FakeModel, FINISH, hang } from '../support/fake-model.js';
import { ofType, recorder } from '../support/recorder.js';

const user = (content: string): Message => ({ role: 'user', content });

describe('what a model takes', () => {
  const conversation: Message[] = [{ role: 'system', content: 'Be brief.' }, user('Hi')];
  const text = 'System: Be brief.\nHuman: Hi';
  it.each([
    ['a text: one user message', 'Hi', [user('Hi')], 'Hi'],
    ['messages', conversation, conversation, text],
    ['a formatted prompt', { messages: conversation, text }, conversation, text],
    ['a prompt of a template', PromptTemplate.fromTemplate('{a}').formatPrompt({ a: 1 }), [user('1')], '1'],
  ])('%s', async (_what, input, messages, prompt) => {
    const llm = new FakeModel();
    await llm.invoke(input);
    expect(llm.calls).toMatchObject([{ messages, prompt, tools: [], params: {}, streaming: true }]);
  });

  it.each([undefined, null, 1, {}, { messages: 'x' }])('not %j', async (input) => {
    const heard = recorder();
    const llm = new FakeModel({ callbacks: [heard] });
    await expect(llm.invoke(input as never)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: 'a model takes a string or a list of messages, not something else',
    });
    expect([heard.types, llm.calls]).toEqual([[], []]);
  });

  it('parameters: those of the request win, and what is undefined says nothing', async () => {
    const llm = new FakeModel({ temperature: 1, seed: 7, stop: ['.'], callbacks: [] });
    await llm.invoke('a', { params: { temperature: 0, maxTokens: 5, seed: undefined } as never });
    expect(llm.calls[0]?.params).toStrictEqual({ temperature: 0, seed: 7, stop: ['.'], maxTokens: 5 });
    expect(llm.params).toStrictEqual({ temperature: 1, seed: 7, stop: ['.'] });
  });
});

describe('what a model gives', () => {
  const chunks: ModelChunk[] = [
    { model: 'fake-1-2026', responseId: 'r1' },
    { text: 'one' },
    { toolCalls: [{ id: 'a', name: 'add', arguments: '{}' }], usage: { ...FAKE_USAGE, outputTokens: 1 } },
    { toolCalls: [{ id: 'b', name: 'sub', arguments: '{}' }] },
    { text: ' two', finishReason: 'tool_calls', usage: FAKE_USAGE },
  ];
  const toolCalls = chunks.flatMap((chunk) => chunk.toolCalls ?? []);

  it('is the answer put together; of usages the last one counts', async () => {
    const heard = recorder();
    const result = await new FakeModel({ steps: [chunks] }).invoke('a', { callbacks: [heard] });
    expect(result).toEqual({
      text: 'one two',
      message: { role: 'assistant', content: 'one two', toolCalls },
      toolCalls,
      finishReason: 'tool_calls',
      usage: FAKE_USAGE,
      cost: null,
      model: 'fake-1-2026',
      responseId: 'r1',
      firstTokenMs: expect.any(Number),
      durationMs: expect.any(Number),
      runId: heard.events[0]?.runId,
    });
    const { runId, ...rest } = result;
    expect(heard.events.at(-1)).toEqual({
      ...rest,
      type: 'llmEnd',
      runId,
      parentRunId: null,
      name: 'FakeModel',
      time: expect.any(Number),
    });
    expect(ofType(heard.events, 'llmNewToken').map(({ token, index }) => [token, index])).toEqual([
      ['one', 0],
      [' two', 1],
    ]);
  });

  it('is streamed chunk by chunk, and then whole', async () => {
    const stream = new FakeModel({ steps: [chunks.slice(0, 2), chunks.slice(2)] }).stream('a');
    const given: ModelChunk[] = [];
    let step = await stream.next();
    for (; !step.done; step = await stream.next()) given.push(step.value);
    expect(given).toEqual(chunks);
    expect(step.value).toMatchObject({ text: 'one two', usage: FAKE_USAGE });
  });

  it('has no time to the first token where no text came', async () => {
    const heard = recorder();
    await new FakeModel({ steps: [FINISH] }).invoke('a', { callbacks: [heard] });
    expect(ofType(heard.events, 'llmEnd')[0]).toMatchObject({ text: '', firstTokenMs: null });
  });

  it.each([
    ['the request says', {}, { streaming: false }],
    ['the model was made so', { streaming: false }, {}],
  ])('without token events where %s streaming: false', async (_where, fields, options) => {
    const heard = recorder();
    const llm = new FakeModel({ ...fields, callbacks: [heard] });
    expect((await llm.invoke('a', options)).text).toBe('onetwo');
    expect([heard.types, llm.calls[0]?.streaming]).toEqual([['chatModelStart', 'llmEnd'], false]);
  });

  it('is estimated where no usage was reported', async () => {
    const llm = new FakeModel({ steps: ['one', 'two'] });
    const { usage } = await llm.invoke('a');
    expect(usage).toEqual({
      ...(await llm.estimateInput('a')),
      outputTokens: 2,
      totalTokens: (usage.inputTokens ?? 0) + 2,
    });
    expect(usage).toMatchObject({ source: 'estimated', inputTokens: expect.any(Number) });
    expect(usage.inputTokens).toBeGreaterThan(0);
  });

  it('is estimated from tool calls too', async () => {
    const toolCalls = [{ id: 'a', name: 'add', arguments: '{"a":1}' }];
    const { usage } = await new FakeModel({ steps: [[{ toolCalls }]] }).invoke('a');
    expect(usage).toMatchObject({ source: 'estimated', outputTokens: expect.any(Number) });
    expect(usage.outputTokens).toBeGreaterThan(0);
  });

  it('has a price where one is known', async () => {
    const prices = { 'fake-1': { input: 1, output: 2 } };
    const { cost } = await new FakeModel({ prices }).invoke('a');
    expect(cost).toBeCloseTo((3 * 1 + 2 * 2) / 1e6, 12);
    const heard = recorder();
    const failing = new FakeModel({ prices, steps: ['one', FINISH, new Error('no')], callbacks: [heard] });
    await failing.invoke('a').catch(() => {});
    expect(ofType(heard.events, 'llmError')[0]?.cost).toBeCloseTo(7 / 1e6, 12);
  });
});

const DATED = 'gpt-4o-mini-2024-07-18';
const MILLION = { inputTokens: 1e6, outputTokens: 0 };

describe('the price of an answer that names another model than was asked for', () => {
  it.each<[whose: string, PriceOverrides, cost: number]>([
    ['is the answering one’s', {}, 0.15],
    ["is the user's own for the asked one", { 'gpt-4o-mini': { input: 1000, output: 0 } }, 1000],
    ["is the user's own for the answering one", { [DATED]: { input: 7, output: 0 } }, 7],
    [
      "is the user's own for the answering one before that for the asked one",
      { 'gpt-4o-mini': { input: 1000, output: 0 }, [DATED]: { input: 7, output: 0 } },
      7,
    ],
  ])('%s', async (_, prices, cost) => {
    const replies = [{ text: 'a', model: DATED, usage: MILLION }];
    const llm = new ScriptedModel({ model: 'gpt-4o-mini', provider: 'openai', prices, replies });
    expect((await llm.invoke('x')).cost).toBeCloseTo(cost, 9);
  });
});

describe('what a run that did not end well has spent', () => {
  const failed = async (steps: ConstructorParameters<typeof FakeModel>[0]) => {
    const heard = recorder();
    const llm = new FakeModel({ ...steps, callbacks: [heard] });
    await llm.invoke('a').catch(() => {});
    return { llm, event: ofType(heard.events, 'llmError')[0] };
  };

  it('is nothing when nothing was answered', async () => {
    const { event } = await failed({ steps: [new Error('no')] });
    expect(event).toMatchObject({ text: '', usage: null, cost: null });
  });

  it('is estimated from the prompt and the text that came', async () => {
    const { llm, event } = await failed({ steps: ['one', 'two', new Error('no')] });
    const { inputTokens } = await llm.estimateInput('a');
    expect(event).toMatchObject({
      text: 'onetwo',
      usage: { inputTokens, outputTokens: 2, source: 'estimated' },
    });
  });

  it('is estimated from the prompt alone when no text had come yet', async () => {
    const { llm, event } = await failed({ steps: [[{ responseId: 'r1' }], new Error('no')] });
    const { inputTokens } = await llm.estimateInput('a');
    expect(event).toMatchObject({ text: '', usage: { inputTokens, outputTokens: 0, source: 'estimated' } });
  });

  it('is estimated in spite of a usage that came before the answer was whole', async () => {
    const partial = { ...FAKE_USAGE, outputTokens: 0, totalTokens: 3 };
    const { event } = await failed({ steps: [[{ text: 'one', usage: partial }], new Error('no')] });
    expect(event?.usage).toMatchObject({ outputTokens: 1, source: 'estimated' });
  });

  it('is what was reported when the answer was whole', async () => {
    const { event } = await failed({ steps: ['one', FINISH, new Error('no')] });
    expect(event?.usage).toEqual(FAKE_USAGE);
  });

  it('is estimated after an abort, and after a break', async () => {
    const heard = recorder();
    const controller = new AbortController();
    const llm = new FakeModel({ steps: ['one', 'two', hang], callbacks: [heard] });
    const call = llm.invoke('a', { signal: controller.signal });
    await idle();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    for await (const _ of llm.stream('a')) break;
    expect(
      ofType(heard.events, 'llmError').map(({ text, usage }) => [text, usage?.outputTokens, usage?.source]),
    ).toEqual([
      ['onetwo', 2, 'estimated'],
      ['one', 1, 'estimated'],
    ]);
  });
});

describe('a retry', () => {
  it('is an event of the run, and is waited for', async () => {
    const gate = deferred();
    const log: string[] = [];
    const heard = recorder();
    const llm = new FakeModel({
      steps: [
        async ({ onRetry }) => {
          await onRetry({ attempt: 1, delayMs: 20, reason: '429' });
          log.push('again');
          return FINISH;
        },
      ],
    });
    const call = llm.invoke('a', { callbacks: [heard, { onRetry: () => gate.promise }] });
    await idle();
    expect(log).toEqual([]);
    gate.resolve();
    await call;
    expect([log, heard.types]).toEqual([['again'], ['chatModelStart', 'retry', 'llmEnd']]);
    expect(heard.events[1]).toEqual({
      type: 'retry',
      runId: heard.events[0]?.runId,
      parentRunId: null,
      name: 'FakeModel',
      time: expect.any(Number),
      attempt: 1,
      delayMs: 20,
      reason: '429',
    });
  });
});

describe('generate', () => {
  const echo = new FakeModel({ steps: [({ prompt }) => prompt.toUpperCase(), FINISH] });

  it('is one run a prompt, with the generations in their order and the usage summed', async () => {
    const heard = recorder();
    const { generations, llmOutput } = await echo.generate(['a', [user('b')], 'c'], { callbacks: [heard] });
    expect(generations.map((alternatives) => alternatives.map(({ text }) => text))).toEqual([
      ['A'],
      ['HUMAN: B'],
      ['C'],
    ]);
    expect(llmOutput.tokenUsage).toMatchObject({ inputTokens: 9, outputTokens: 6, totalTokens: 15, runs: 3 });
    const starts = ofType(heard.events, 'chatModelStart');
    expect(new Set(starts.map(({ runId }) => runId)).size).toBe(3);
    expect(starts.map(({ parentRunId }) => parentRunId)).toEqual([null, null, null]);
  });

  it('of nothing is nothing', async () => {
    expect(await echo.generate([])).toEqual({ generations: [], llmOutput: { tokenUsage: null } });
  });

  it('runs all at once, or as many as it may', async () => {
    for (const [maxConcurrency, atOnce] of [
      [undefined, 4],
      [2, 2],
      [1, 1],
    ] as const) {
      let open = 0;
      let most = 0;
      const llm = new FakeModel({
        steps: [
          async () => {
            open += 1;
            most = Math.max(most, open);
            await idle();
            open -= 1;
            return FINISH;
          },
        ],
      });
      await llm.generate(['a', 'b', 'c', 'd'], maxConcurrency === undefined ? {} : { maxConcurrency });
      expect(most).toBe(atOnce);
    }
  });

  it('throws the first failure in the order of the prompts, once all have ended', async () => {
    const heard = recorder();
    const gate = deferred();
    const llm = new FakeModel({
      callbacks: [heard],
      steps: [
        async ({ prompt }) => {
          if (prompt === 'late') await gate.promise;
          if (prompt === 'soon') queueMicrotask(() => gate.resolve());
          return prompt === 'good' ? FINISH : new Error(prompt);
        },
      ],
    });
    await expect(llm.generate(['good', 'late', 'soon'])).rejects.toThrow('late');
    expect(heard.types.toSorted()).toEqual([
      ...Array<string>(3).fill('chatModelStart'),
      'llmEnd',
      'llmError',
      'llmError',
    ]);
  });
});
