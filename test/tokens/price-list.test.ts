import { expect, test } from 'vitest';
import type { Usage } from '../../src/messages.js';
import { createPriceList, type Match, type PricedModel } from '../../src/tokens/price-list.js';

const million: Usage = {
  inputTokens: 1_000_000,
  outputTokens: 0,
  totalTokens: 1_000_000,
  cachedTokens: null,
  reasoningTokens: null,
  source: 'reported',
};

test.each<[Match, string, boolean]>([
  ['=abc', 'abc', true],
  ['=abc', ' ABC ', true],
  ['=abc', 'abcd', false],
  ['^abc', 'abcd', true],
  ['^abc', 'xabc', false],
  ['$abc', 'xabc', true],
  ['$abc', 'abcx', false],
  ['*abc', 'xabcx', true],
  ['*abc', 'ab', false],
  ['/^a[bc]+$', 'abcb', true],
  ['/^a[bc]+$', 'abd', false],
  [['=a', '=b'], 'b', true],
  [['=a', '=b'], 'c', false],
  [{ and: ['^a', ['$b', '$c']] }, 'axc', true],
  [{ and: ['^a', ['$b', '$c']] }, 'axd', false],
  ['=m-2024-08-06', 'm-20240806', true],
  ['=m-2024-08-06:x', 'm-20240806:x', true],
  ['=m-20240806', 'm-20240806', true],
  ['=m-2024-13-06', 'm-20241306', false],
])('%j matches %j: %s', (match, model, matches) => {
  const list = createPriceList('p', 's', [[match, [1]]], {});
  expect(list.cost(model, million)).toBe(matches ? 1 : null);
});

test('the first model that matches is the model', () => {
  const models: readonly PricedModel[] = [
    ['=mini', [1]],
    ['^m', [2], 4096],
  ];
  const list = createPriceList('p', 's', models, {});
  expect([list.cost('mini', million), list.cost('max', million)]).toEqual([1, 2]);
  expect([list.contextWindow('mini'), list.contextWindow('max'), list.contextWindow('x')]).toEqual([
    null,
    4096,
    null,
  ]);
});

test.each([
  // It is 1, from 2026 on 2, between 22:00 and 02:00 always 3, and from 2027 on 4 at any time.
  ['2025-12-31T12:00:00Z', 1],
  ['2025-12-31T23:00:00Z', 3],
  ['2026-01-01T02:00:00Z', 2],
  ['2026-01-01T21:59:59.999Z', 2],
  ['2026-01-01T22:00:00Z', 3],
  ['2026-01-02T00:00:00Z', 3],
  ['2026-01-02T01:59:59.999Z', 3],
  ['2026-01-02T02:00:00Z', 2],
  ['2027-01-01T00:00:00Z', 4],
])('at %s the price is %i', (time, dollars) => {
  const later = [
    ['2026-01-01', [2]],
    [[22 * 3600, 2 * 3600], [3]],
    ['2027-01-01', [4]],
  ] as const;
  const list = createPriceList('p', 's', [['=m', [1], null, later]], {});
  expect(list.cost('m', million, new Date(time))).toBe(dollars);
});

test('a tier holds for all tokens once the input is above its start', () => {
  const list = createPriceList(
    'p',
    's',
    [
      [
        '=m',
        [
          [1, 10, 2, 20, 3],
          [10, 10, 20],
        ],
      ],
    ],
    {},
  );
  const cost = (inputTokens: number) => list.cost('m', { ...million, inputTokens, outputTokens: 1 })! * 1e6;
  expect([10, 11, 20, 21].map((input) => Math.round(cost(input)))).toEqual([20, 42, 60, 83]);
});
