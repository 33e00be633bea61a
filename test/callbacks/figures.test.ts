import { expect, it } from 'vitest';
import { renderCost, renderDuration, renderUsage } from '../../src/callbacks/figures.js';
import { sumUsage } from '../../src/tokens/usage.js';
import { UNKNOWN, usage } from './synthetic-events.js';

const estimated = usage(3, 4, { source: 'estimated' });

const USAGES: readonly (readonly [given: Parameters<typeof renderUsage>[0], text: string])[] = [
  [usage(12, 5), '12 in + 5 out = 17 tokens (reported)'],
  [usage(0, 0), '0 in + 0 out = 0 tokens (reported)'],
  [estimated, '3 in + 4 out = 7 tokens (estimated)'],
  [
    usage(12, 5, { cachedTokens: 8, reasoningTokens: 3 }),
    '12 in (8 cached) + 5 out (3 reasoning) = 17 tokens (reported)',
  ],
  [usage(12, 5, { cachedTokens: 0, reasoningTokens: 0 }), '12 in + 5 out = 17 tokens (reported)'],
  [usage(12, 5, { outputTokens: null, totalTokens: null }), '12 in + ? out = ? tokens (reported)'],
  [UNKNOWN, 'tokens unknown'],
  [sumUsage([usage(1, 1), usage(2, 2)]), '3 in + 3 out = 6 tokens (reported)'],
  [sumUsage([usage(12, 5), estimated]), '15 in + 9 out = 24 tokens (estimated: 7 estimated, 17 reported)'],
  [sumUsage([usage(12, 5), UNKNOWN]), '12 in + 5 out = 17 tokens (unknown: 17 reported)'],
];

for (const [given, text] of USAGES) it(text, () => expect(renderUsage(given)).toBe(text));

it.each([
  [null, 'no price'],
  [0, '$0'],
  [12.345, '$12.35'],
  [1, '$1.00'],
  [0.5, '$0.50'],
  [0.0123, '$0.0123'],
  [0.00012, '$0.00012'],
  [0.0001234567, '$0.000123'],
  [3e-8, '$0.00000003'],
])('%s dollars: %s', (cost, text) => expect(renderCost(cost)).toBe(text));

it.each([
  [0.3, '0 ms'],
  [350.4, '350 ms'],
  [999.4, '999 ms'],
  [999.6, '1.00 s'],
  [1234, '1.23 s'],
  [9994, '9.99 s'],
  [9996, '10.0 s'],
  [125_000, '125.0 s'],
])('%s ms: %s', (ms, text) => expect(renderDuration(ms)).toBe(text));
