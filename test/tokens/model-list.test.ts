import { waitForUpdate } from '@pydantic/genai-prices';
import { expect, test } from 'vitest';
import { type ListedModel, listModels } from '../../src/tokens/model-list.js';
import { loadPrices, PRICES_SOURCE } from '../../src/tokens/prices.js';
import { estimatedUsage } from '../../src/tokens/usage.js';

const OCTOBER = new Date('2026-10-01T12:00:00Z');
const list = await listModels({}, OCTOBER);

test('names every model of the source, once', async () => {
  const providers = (await waitForUpdate()) ?? [];
  expect(list.models).toHaveLength(providers.flatMap(({ models }) => models).length);
  expect(new Set(list.models.map(({ provider, model }) => `${provider}:${model}`)).size).toBe(
    list.models.length,
  );
  expect(list.source).toBe(PRICES_SOURCE);
  expect(list.date).toMatch(/^20\d\d-\d\d-\d\d$/);
});

test('has the names by which a run asks, so that both have the same price and the same window', async () => {
  const different: unknown[] = [];
  for (const { provider, model, contextWindow, prices } of list.models) {
    // By the hour they differ on purpose.
    if (prices.some(({ hours }) => hours !== null)) continue;
    const ofRun = await loadPrices(provider);
    for (const tokens of [1000, 300_000]) {
      const price = prices.findLast(
        ({ from, aboveInputTokens }) => from === null && aboveInputTokens < tokens,
      )!;
      const expected =
        price.input === null ? null : (price.input * tokens) / 1e6 + (price.thousandRequests ?? 0) / 1e3;
      const cost = ofRun.cost(model, estimatedUsage(tokens, 0), OCTOBER);
      const same = cost === null || expected === null ? cost === expected : Math.abs(cost - expected) < 1e-9;
      if (!same || ofRun.contextWindow(model) !== contextWindow)
        different.push({ provider, model, cost, expected });
    }
  }
  expect(different).toEqual([]);
});

const NONE = {
  from: null,
  hours: null,
  aboveInputTokens: 0,
  cachedInput: null,
  reasoning: null,
  thousandRequests: null,
};

test.each<[string, string, string, Partial<ListedModel>]>([
  [
    'cached input',
    'openai',
    'gpt-4o',
    { contextWindow: 128_000, prices: [{ ...NONE, input: 2.5, cachedInput: 1.25, output: 10 }] },
  ],
  ['no cached input', 'openai', 'gpt-4', { prices: [{ ...NONE, input: 30, output: 60 }] }],
  [
    'reasoning at its own rate, and requests',
    'perplexity',
    'sonar-deep-research',
    { prices: [{ ...NONE, input: 2, output: 8, reasoning: 3 }] },
  ],
  ['requests', 'perplexity', 'sonar', { prices: [{ ...NONE, input: 1, output: 1, thousandRequests: 12 }] }],
  [
    'tiers',
    'gemini',
    'gemini-2.5-pro',
    {
      prices: [
        { ...NONE, input: 1.25, cachedInput: 0.125, output: 10 },
        { ...NONE, aboveInputTokens: 200_000, input: 2.5, cachedInput: 0.25, output: 15 },
      ],
    },
  ],
  [
    'hours of their own',
    'deepseek',
    'deepseek-chat',
    {
      prices: [
        { ...NONE, input: 0.135, cachedInput: 0.035, output: 0.55 },
        { ...NONE, hours: ['00:30', '16:30'], input: 0.27, cachedInput: 0.07, output: 1.1 },
      ],
    },
  ],
  [
    'a price that is to come',
    'gemini',
    'gemini-3.6-flash',
    {
      prices: [
        { ...NONE, input: 0.75, cachedInput: 0.075, output: 3.75 },
        { ...NONE, from: '2027-01-01', input: 1.5, cachedInput: 0.15, output: 7.5 },
      ],
    },
  ],
  ['a price that is past', 'openai', 'o3', { prices: [{ ...NONE, input: 2, cachedInput: 0.5, output: 8 }] }],
  ['input alone', 'openai', 'text-embedding-3-small', { prices: [{ ...NONE, input: 0.02, output: null }] }],
  ['no price for tokens', 'openai', 'whisper-1', { prices: [{ ...NONE, input: null, output: null }] }],
])('a model with %s', (_, provider, model, expected) => {
  expect(list.models.filter((each) => each.provider === provider && each.model === model)).toEqual([
    expect.objectContaining({ ...expected, own: false }),
  ]);
});

test('what is to come has come some day, and what was before is gone', async () => {
  const find = async (at: string, provider: string, name: string) =>
    (await listModels({}, new Date(at))).models
      .find(({ provider: whose, model }) => whose === provider && model === name)!
      .prices.map(({ from, hours, input }) => [from, hours?.[0] ?? null, input]);
  expect(await find('2027-01-01T00:00:00Z', 'gemini', 'gemini-3.6-flash')).toEqual([[null, null, 1.5]]);
  expect(await find('2025-06-09T23:59:59Z', 'openai', 'o3')).toEqual([
    [null, null, 10],
    ['2025-06-10', null, 2],
  ]);
});

test('the user’s own prices take the place of those on the list, wherever the model is asked', async () => {
  const { models } = await listModels({
    'gpt-4o': { input: 1, output: 2, cachedInput: 0.5 },
    'llama3.2': { input: 0, output: 0 },
  });
  expect(models[0]).toEqual({
    provider: null,
    model: 'llama3.2',
    contextWindow: null,
    own: true,
    prices: [{ ...NONE, input: 0, output: 0 }],
  });
  const own = models.filter(({ own }) => own).slice(1);
  expect(own.map(({ model }) => model)).toContain('gpt-4o');
  expect(new Set(own.map(({ model }) => model))).toEqual(new Set(['gpt-4o']));
  expect(own.find(({ provider }) => provider === 'openai')).toEqual({
    provider: 'openai',
    model: 'gpt-4o',
    contextWindow: 128_000,
    own: true,
    prices: [{ ...NONE, input: 1, cachedInput: 0.5, output: 2 }],
  });
});

test('nothing that runs on one’s own machine is on it, so nothing there is free', () => {
  const local = list.models.filter(({ provider }) =>
    ['ollama', 'llamacpp', 'lmstudio', 'vllm'].includes(provider!),
  );
  expect(local).toEqual([]);
});
