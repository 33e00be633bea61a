import { expect, it } from 'vitest';
import { TokenCounter } from '../../src/callbacks/token-counter.js';
import { answer, syntheticRun, UNKNOWN, usage } from './synthetic-events.js';

const error = { name: 'ChainError', code: 'stream_cut', message: 'the stream was cut' };

function fails(runId: string, more: object = {}) {
  const run = syntheticRun('ChatOpenAI', runId);
  return run('llmError', {
    error,
    model: 'gpt-5-mini',
    text: '',
    usage: null,
    cost: null,
    durationMs: 1,
    ...more,
  });
}

function ends(runId: string, more: Parameters<typeof answer>[1] = {}) {
  return syntheticRun('ChatOpenAI', runId)('llmEnd', answer('3', more));
}

function totals(counter: TokenCounter) {
  const { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens, source, cost, unpriced } =
    counter;
  return { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens, source, cost, unpriced };
}

const ZERO = {
  inputTokens: 0,
  outputTokens: 0,
  totalTokens: 0,
  cachedTokens: 0,
  reasoningTokens: 0,
  source: 'reported',
  cost: 0,
  unpriced: 0,
};

it('starts at zero', () => {
  const counter = new TokenCounter();
  expect(totals(counter)).toEqual(ZERO);
  expect(counter.usage).toBeNull();
  expect([counter.runs, counter.successfulRequests, counter.failedRequests]).toEqual([0, 0, 0]);
  expect(String(counter)).toBe('0 in + 0 out = 0 tokens (reported), $0\n0 succeeded, 0 failed');
});

it('hears the starts and ends of model runs and nothing else', () => {
  expect(Object.getOwnPropertyNames(TokenCounter.prototype).filter((name) => name.startsWith('on'))).toEqual([
    'onLLMStart',
    'onChatModelStart',
    'onLLMEnd',
    'onLLMError',
  ]);
});

it('sums up', () => {
  const counter = new TokenCounter();
  counter.onLLMEnd(ends('a', { usage: usage(12, 5, { cachedTokens: 8, reasoningTokens: 2 }), cost: 0.25 }));
  counter.onLLMEnd(ends('b', { usage: usage(3, 4, { source: 'estimated' }), cost: 0.5, model: 'gpt-4o' }));
  expect(totals(counter)).toEqual({
    inputTokens: 15,
    outputTokens: 9,
    totalTokens: 24,
    cachedTokens: 8,
    reasoningTokens: 2,
    source: 'estimated',
    cost: 0.75,
    unpriced: 0,
  });
  expect(counter.bySource).toEqual({ reported: 17, estimated: 7 });
  expect(counter.usage).toMatchObject({ totalTokens: 24, runs: 2, source: 'estimated' });
  expect(counter.byModel['gpt-5-mini']).toMatchObject({
    totalTokens: 17,
    source: 'reported',
    cost: 0.25,
    runs: 1,
  });
  expect(counter.byModel['gpt-4o']).toMatchObject({
    totalTokens: 7,
    source: 'estimated',
    cost: 0.5,
    runs: 1,
  });
  expect(String(counter)).toBe(
    [
      '15 in (8 cached) + 9 out (2 reasoning) = 24 tokens (estimated: 7 estimated, 17 reported), $0.75',
      '2 succeeded, 0 failed',
      '  gpt-5-mini: 12 in (8 cached) + 5 out (2 reasoning) = 17 tokens (reported), $0.25',
      '  gpt-4o: 3 in + 4 out = 7 tokens (estimated), $0.50',
    ].join('\n'),
  );
});

it('counts a run once', () => {
  const counter = new TokenCounter();
  counter.onLLMEnd(ends('a'));
  counter.onLLMEnd(ends('a'));
  expect([counter.runs, counter.totalTokens, counter.byRun.length]).toEqual([1, 17, 1]);
});

it('counts what a failed run spent, and nothing for one that got no answer', () => {
  const counter = new TokenCounter();
  counter.onLLMError(fails('a'));
  expect([totals(counter), counter.usage, counter.failedRequests]).toEqual([ZERO, null, 1]);
  counter.onLLMError(fails('b', { usage: usage(12, 1, { source: 'estimated' }), cost: 0.5 }));
  counter.onLLMEnd(ends('c', { cost: 0.25 }));
  expect(counter).toMatchObject({ runs: 3, successfulRequests: 1, failedRequests: 2 });
  expect(counter).toMatchObject({ totalTokens: 30, source: 'estimated', cost: 0.75, unpriced: 0 });
  expect(counter.usage?.runs).toBe(2);
});

it('lists the runs', () => {
  const counter = new TokenCounter();
  counter.onLLMEnd(ends('a', { cost: 0.25 }));
  counter.onLLMError(fails('b', { model: 'gpt-5' }));
  expect(counter.byRun).toEqual([
    { runId: 'a', name: 'ChatOpenAI', model: 'gpt-5-mini', usage: usage(12, 5), cost: 0.25 },
    { runId: 'b', name: 'ChatOpenAI', model: 'gpt-5', usage: null, cost: null, error },
  ]);
});

const PRICES: readonly (readonly [
  costs: readonly (number | null)[],
  cost: number | null,
  unpriced: number,
])[] = [
  [[null], null, 1],
  [[null, null], null, 2],
  [[null, 0.5], 0.5, 1],
  [[0.5, null], 0.5, 1],
  [[0], 0, 0],
  [[null, 0], 0, 1],
];

it.each(PRICES)('runs that cost %j cost %j, %i of them without a price', (costs, cost, unpriced) => {
  const counter = new TokenCounter();
  for (const [index, each] of costs.entries()) counter.onLLMEnd(ends(`${index}`, { cost: each }));
  expect([counter.cost, counter.unpriced]).toEqual([cost, unpriced]);
});

it('says what has no price', () => {
  const counter = new TokenCounter();
  counter.onLLMEnd(ends('a', { cost: 0.5 }));
  counter.onLLMEnd(ends('b'));
  expect(String(counter)).toBe(
    '24 in + 10 out = 34 tokens (reported), $0.50 (1 of 2 runs without a price)\n2 succeeded, 0 failed',
  );
  counter.reset();
  counter.onLLMEnd(ends('b'));
  expect(String(counter)).toBe('12 in + 5 out = 17 tokens (reported), no price\n1 succeeded, 0 failed');
});

it('an unknown count is not zero', () => {
  const counter = new TokenCounter();
  counter.onLLMEnd(ends('a', { usage: UNKNOWN }));
  expect(totals(counter)).toEqual({
    inputTokens: null,
    outputTokens: null,
    totalTokens: null,
    cachedTokens: null,
    reasoningTokens: null,
    source: 'unknown',
    cost: null,
    unpriced: 1,
  });
});

it('goes back to zero', () => {
  const counter = new TokenCounter();
  counter.onLLMEnd(ends('a'));
  counter.reset();
  expect(totals(counter)).toEqual(ZERO);
  expect([counter.runs, counter.usage, counter.bySource, { ...counter.byModel }, counter.byRun]).toEqual([
    0,
    null,
    {},
    {},
    [],
  ]);
  counter.onLLMEnd(ends('a'));
  expect(counter.totalTokens).toBe(17);
});

it('takes any name of a model', () => {
  const counter = new TokenCounter();
  for (const model of ['__proto__', 'constructor', 'toString']) counter.onLLMEnd(ends(model, { model }));
  expect(Object.keys(counter.byModel)).toEqual(['__proto__', 'constructor', 'toString']);
  expect(counter.byModel.constructor).toMatchObject({ totalTokens: 17, runs: 1 });
});

it('survives JSON', () => {
  const counter = new TokenCounter();
  counter.onLLMEnd(ends('a', { cost: 0.25 }));
  expect(JSON.parse(JSON.stringify(counter))).toMatchObject({
    totalTokens: 17,
    cost: 0.25,
    byModel: { 'gpt-5-mini': { totalTokens: 17 } },
    byRun: [{ runId: 'a' }],
  });
});
