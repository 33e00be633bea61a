import { mkdtemp, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import {
  calcPrice,
  findProvider,
  type MatchLogic,
  type ModelInfo,
  type Provider,
  waitForUpdate,
} from '@pydantic/genai-prices';
import { describe, expect, test, vi } from 'vitest';
import { buildPrices } from '../../scripts/prices.mjs';
import type { Usage } from '../../src/messages.js';
import { contextWindow, loadPrices, PRICES_SOURCE, priceOf } from '../../src/tokens/prices.js';
import { UNKNOWN_USAGE } from '../../src/tokens/usage.js';

const providers = (await waitForUpdate()) as readonly Provider[];

describe('against the package that the prices come from', () => {
  const USAGES = [
    usage(0, 0),
    usage(1000, 100),
    usage(1000, 0),
    usage(0, 100),
    usage(1000, 2000, 800, 1500),
    usage(128_001, 10, 128_000, 10),
    usage(200_000, 10),
    usage(200_001, 70_000, 150_000),
    usage(1_000_000, 30_000, 1_000_000, 30_000),
  ];
  const ONE_USAGE = [usage(1000, 2000, 800, 1500)];
  // Before and after changes of prices, and in and out of the hours that have their own.
  const TIMES = [
    '2024-01-01T00:00:00Z',
    '2025-06-10T00:00:00Z',
    '2025-12-03T00:29:59Z',
    '2026-03-12T23:59:59.999Z',
    '2026-03-13T00:00:00Z',
    '2026-08-31T00:30:00Z',
    '2026-08-31T03:59:59.5Z',
    '2026-08-31T04:00:00Z',
    '2026-08-31T06:00:00Z',
    '2026-08-31T16:30:00Z',
    '2027-02-01T12:00:00Z',
  ].map((time) => new Date(time));

  test.each(providers.map((provider) => provider.id))('%s: every model costs the same', async (id) => {
    const prices = await loadPrices(id);
    expect(prices.provider).toBe(id);
    const differences: unknown[] = [];
    let compared = 0;
    for (const [model, usages] of modelNames(id)) {
      const found = calcPrice({}, model, { providerId: id })?.model;
      const window = found?.context_window ?? null;
      if (prices.contextWindow(model) !== window) differences.push({ model, window });
      for (const at of Array.isArray(found?.prices) ? TIMES : TIMES.slice(-1)) {
        for (const each of usages) {
          const ours = prices.cost(model, each, at);
          const theirs = theirCost(id, model, found, each, at);
          const same = ours === null || theirs === null ? ours === theirs : near(ours, theirs);
          if (!same) differences.push({ model, at, each, ours, theirs });
          if (ours !== null) compared++;
        }
      }
    }
    expect(differences).toEqual([]);
    expect(compared).toBeGreaterThan(0);
  });

  /** `null` where the package says nothing, or says 0 because it has no price for what was used. */
  function theirCost(
    providerId: string,
    model: string,
    found: ModelInfo | undefined,
    of: Usage,
    timestamp: Date,
  ): number | null {
    if (found === undefined) return null;
    const provider = { ...providers.find(({ id }) => id === providerId)!, models: [found] };
    const result = calcPrice(
      {
        input_tokens: of.inputTokens!,
        output_tokens: of.outputTokens!,
        cache_read_tokens: of.cachedTokens!,
        output_reasoning_tokens: of.reasoningTokens!,
      },
      model,
      { provider, timestamp },
    );
    if (!result) return null;
    const hasInput = 'input_mtok' in result.model_price;
    const hasOutput = 'output_mtok' in result.model_price;
    const unpriced =
      (!hasInput && !hasOutput) || (!hasInput && of.inputTokens! > 0) || (!hasOutput && of.outputTokens! > 0);
    return unpriced ? null : result.total_price;
  }

  /** Each model's id, to be asked for every usage, and names that its rule or another's may match, for one. */
  function modelNames(id: string): ReadonlyMap<string, readonly Usage[]> {
    const { fallback_model_providers: fallbacks = [] } = providers.find((provider) => provider.id === id)!;
    const models = [id, ...fallbacks].flatMap(
      (each) => providers.find((provider) => provider.id === each)!.models,
    );
    const names = new Map(['no-such-model', ''].map((name) => [name, ONE_USAGE]));
    for (const value of models.flatMap((model) => matchValues(model.match))) {
      names.set(value.toUpperCase(), ONE_USAGE);
      names.set(`ft:${value}-20240806`, ONE_USAGE);
      names.set(`${value}-20240806`, ONE_USAGE);
    }
    for (const model of models) names.set(model.id, USAGES);
    return names;
  }
});

test.each<[string, string | null, string, Usage, number]>([
  ['input and output', 'openai', 'gpt-4o', usage(1_000_000, 1_000_000), 12.5],
  ['a dated name', 'openai', 'gpt-4o-2024-08-06', usage(1_000_000, 1_000_000), 12.5],
  ['cached tokens once, at their own rate', 'openai', 'gpt-4o', usage(1_000_000, 0, 400_000), 2],
  ['the output of o3 at the output rate', 'openai', 'o3', usage(0, 1_000_000), 8],
  ['reasoning tokens once, as output', 'openai', 'o3', usage(0, 1_000_000, 0, 900_000), 8],
  [
    'a fine-tuned model, at its own rate',
    'openai',
    'ft:gpt-4o-2024-08-06:acme::id',
    usage(1_000_000, 0),
    3.75,
  ],
  ['a request besides its tokens', 'perplexity', 'sonar', usage(1_000_000, 1_000_000), 2.012],
  ['more cached than read as all cached', 'openai', 'gpt-4o', usage(1_000_000, 0, 2_000_000), 1.25],
  ['under our name of the provider', 'gemini', 'gemini-2.0-flash', usage(1_000_000, 1_000_000), 0.5],
])('counts %s', async (_, provider, model, of, dollars) => {
  expect(await priceOf(provider, model, of, { at: new Date('2026-01-01') })).toBeCloseTo(dollars, 12);
});

test.each<[string, string | null, string, Usage]>([
  ['a model that is not in the list', 'openai', 'gpt-99', usage(1, 1)],
  ['a fine-tuned model that is not', 'openai', 'ft:gpt-5:acme', usage(1, 1)],
  ['a provider that is not', 'nobody', 'gpt-4o', usage(1, 1)],
  ['a provider whose name only contains one', 'openai-compatible', 'gpt-4o', usage(1, 1)],
  ['a property of every object', 'constructor', 'gpt-4o', usage(1, 1)],
  ['a local server', 'ollama', 'llama3.2:3b', usage(1, 1)],
  ['no provider', null, 'gpt-4o', usage(1, 1)],
  ['a model listed without a price', 'openai', 'whisper-1', usage(1, 1)],
  ['the same, with no tokens', 'openai', 'whisper-1', usage(0, 0)],
  ['output of a model that is priced for input only', 'openai', 'text-embedding-3-small', usage(1, 1)],
  ['unknown usage', 'openai', 'gpt-4o', UNKNOWN_USAGE],
  ['usage known in part', 'openai', 'gpt-4o', { ...usage(1, 1), outputTokens: null }],
])('has no price for %s', async (_, provider, model, of) => {
  expect(await priceOf(provider, model, of)).toBeNull();
});

test('cached tokens that were not reported count as none', async () => {
  const of: Usage = { ...usage(1_000_000, 0), cachedTokens: null, reasoningTokens: null };
  expect(await priceOf('openai', 'gpt-4o', of)).toBeCloseTo(2.5, 12);
});

test.each<[string, string | null, string | null]>([
  ['https://api.openai.com/v1', 'openai', 'openai'],
  ['https://API.OPENAI.COM/v1/', 'openai', 'openai'],
  ['https://api.openai.com/v1', null, 'openai'],
  ['https://api.groq.com/openai/v1', 'groq', 'groq'],
  ['https://openrouter.ai/api/v1', 'openrouter', 'openrouter'],
  ['https://api.anthropic.com/v1/', 'anthropic', 'anthropic'],
  ['https://generativelanguage.googleapis.com/v1beta/openai/', 'gemini', 'google'],
  ['https://api.mistral.ai/v1', 'mistral', 'mistral'],
  ['https://api.deepseek.com', 'deepseek', 'deepseek'],
  ['https://api.together.xyz/v1', 'together', 'together'],
  ['https://api.fireworks.ai/inference/v1', 'fireworks', 'fireworks'],
  ['https://api.x.ai/v1', 'xai', 'x-ai'],
  ['https://api.cerebras.ai/v1', 'cerebras', 'cerebras'],
  ['https://acme.openai.azure.com/openai/v1/', 'azure', 'azure'],
  // The host decides.
  ['https://api.groq.com/openai/v1', 'openai', 'groq'],
  ['http://127.0.0.1:8080/v1', 'openai', null],
  ['http://localhost:11434/v1', 'ollama', null],
  ['https://api.openai.com@example.com/v1', 'openai', null],
  ['not a URL', 'openai', null],
])('%s, called %s, has the prices of %s', async (baseUrl, provider, id) => {
  expect((await loadPrices(provider, { baseUrl })).provider).toBe(id);
});

describe('overrides', () => {
  const overrides = {
    'gpt-4o': { input: 1, output: 2 },
    'my-model': { input: 4, output: 8, cachedInput: 1 },
  };

  test.each<[string, string | null, string, Usage, number | null]>([
    ['win over the list', 'openai', 'gpt-4o', usage(1_000_000, 1_000_000), 3],
    ['count cached tokens as others without a price of theirs', 'openai', 'gpt-4o', usage(1e6, 0, 5e5), 1],
    ['give a price where none is known', 'ollama', 'my-model', usage(1e6, 1e6, 5e5), 10.5],
    ['need no provider', null, 'my-model', usage(1_000_000, 0), 4],
    ['leave other models alone', 'openai', 'gpt-4o-mini', usage(1_000_000, 0), 0.15],
    ['are own properties only', null, 'constructor', usage(1, 1), null],
    ['do not make unknown usage known', null, 'my-model', UNKNOWN_USAGE, null],
  ])('%s', async (_, provider, model, of, dollars) => {
    expect(await priceOf(provider, model, of, { overrides })).toEqual(
      dollars === null ? null : expect.closeTo(dollars, 12),
    );
  });

  test('may say that a model is free', async () => {
    expect(await priceOf(null, 'mine', usage(5, 5), { overrides: { mine: { input: 0, output: 0 } } })).toBe(
      0,
    );
  });
});

test.each([
  ['openai', 'gpt-4o', 128_000],
  ['openai', 'no-such-model', null],
  ['ollama', 'llama3.2:3b', null],
])('contextWindow of %s %s is %s', async (provider, model, tokens) => {
  expect(await contextWindow(provider, model)).toBe(tokens);
});

test('a price is that of the given time, now by default', async () => {
  const prices = await loadPrices('openai');
  const at = (time: string) => prices.cost('o3', usage(1_000_000, 0), new Date(time));
  expect([at('2025-06-09T23:59:59Z'), at('2025-06-10T00:00:00Z')]).toEqual([10, 2]);
  vi.useFakeTimers({ now: new Date('2025-06-01'), toFake: ['Date'] });
  try {
    expect(prices.cost('o3', usage(1_000_000, 0))).toBe(10);
  } finally {
    vi.useRealTimers();
  }
});

describe('the build', () => {
  const generated = new URL('../../src/tokens/generated/prices/', import.meta.url);

  test('writes the same files each time, touches none that is right, and leaves no others', async () => {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'prices-'));
    await writeFile(path.join(folder, 'gone.ts'), '');
    await buildPrices(folder);
    const names = await readdir(folder);
    expect(names).toEqual(await readdir(generated));
    expect(names).toHaveLength(providers.length + 2);
    const first = await Promise.all(names.map((name) => stat(path.join(folder, name))));
    await buildPrices(folder);
    const second = await Promise.all(names.map((name) => stat(path.join(folder, name))));
    expect(second.map((each) => each.mtimeMs)).toEqual(first.map((each) => each.mtimeMs));
    for (const name of names) {
      expect(await readFile(path.join(folder, name), 'utf8')).toBe(
        await readFile(new URL(name, generated), 'utf8'),
      );
    }
  });

  test('says which version it is of', async () => {
    const file = createRequire(import.meta.url)
      .resolve('@pydantic/genai-prices')
      .replace(/dist.*$/, 'package.json');
    const { version } = JSON.parse(await readFile(file, 'utf8'));
    expect(PRICES_SOURCE).toBe(`@pydantic/genai-prices ${version}`);
    expect((await loadPrices(null)).source).toBe(PRICES_SOURCE);
  });

  test('matches every provider that the package finds by its own id', () => {
    for (const { id } of providers) expect(findProvider({ providerId: id })?.id).toBe(id);
  });
});

function usage(inputTokens: number, outputTokens: number, cachedTokens = 0, reasoningTokens = 0): Usage {
  const totalTokens = inputTokens + outputTokens;
  return { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens, source: 'reported' };
}

function near(a: number, b: number): boolean {
  return Math.abs(a - b) <= 1e-12 * Math.max(1, Math.abs(a), Math.abs(b));
}

function matchValues(match: MatchLogic): readonly string[] {
  return Object.entries(match).flatMap(([kind, value]) =>
    Array.isArray(value) ? value.flatMap(matchValues) : kind === 'regex' ? [] : [value as string],
  );
}
