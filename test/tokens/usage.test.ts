import { expect, test } from 'vitest';
import type { Usage } from '../../src/messages.js';
import { addUsage, estimatedUsage, sumUsage, UNKNOWN_USAGE } from '../../src/tokens/usage.js';

const reported: Usage = {
  inputTokens: 10,
  outputTokens: 5,
  totalTokens: 15,
  cachedTokens: 4,
  reasoningTokens: 0,
  source: 'reported',
};
const estimated = estimatedUsage(100, 50);

test('an estimate has a total, and knows nothing of caches and reasoning', () => {
  expect(estimated).toEqual({
    inputTokens: 100,
    outputTokens: 50,
    totalTokens: 150,
    cachedTokens: null,
    reasoningTokens: null,
    source: 'estimated',
  });
});

test.each([
  ['nothing', [], { ...UNKNOWN_USAGE, runs: 0, bySource: {} }],
  ['one run', [reported], { ...reported, runs: 1, bySource: { reported: 15 } }],
  [
    'runs of one label',
    [reported, reported],
    {
      inputTokens: 20,
      outputTokens: 10,
      totalTokens: 30,
      cachedTokens: 8,
      reasoningTokens: 0,
      source: 'reported',
      runs: 2,
      bySource: { reported: 30 },
    },
  ],
  [
    'runs of every label: known numbers are summed, the worst label wins',
    [estimated, UNKNOWN_USAGE, reported],
    {
      inputTokens: 110,
      outputTokens: 55,
      totalTokens: 165,
      cachedTokens: 4,
      reasoningTokens: 0,
      source: 'unknown',
      runs: 3,
      bySource: { estimated: 150, reported: 15 },
    },
  ],
  [
    'a field that no run knows stays null',
    [estimated, estimated],
    { ...estimatedUsage(200, 100), runs: 2, bySource: { estimated: 300 } },
  ],
  ['only unknown ones', [UNKNOWN_USAGE, UNKNOWN_USAGE], { ...UNKNOWN_USAGE, runs: 2, bySource: {} }],
])('sumUsage of %s', (_, usages, sum) => {
  expect(sumUsage(usages)).toEqual(sum);
});

test('addUsage takes a sum as all of its runs, and changes neither', () => {
  const first = sumUsage([reported, estimated]);
  const second = sumUsage([reported, UNKNOWN_USAGE]);
  const before = structuredClone([first, second]);
  expect(addUsage(first, second)).toEqual(sumUsage([reported, estimated, reported, UNKNOWN_USAGE]));
  expect(addUsage(null, second)).toEqual(second);
  expect([first, second]).toEqual(before);
});

test('zero is a number, not an unknown one', () => {
  const zero: Usage = { ...reported, inputTokens: 0, outputTokens: 0, totalTokens: 0 };
  expect(sumUsage([zero, UNKNOWN_USAGE])).toMatchObject({ totalTokens: 0, bySource: { reported: 0 } });
});
