import { expect, it } from 'vitest';
import { type CheaperFrom, cheaperFrom } from '../../../src/chains/measurement/cheaper-from.js';

it.each<[string, one: (number | null)[], other: (number | null)[], from: CheaperFrom]>([
  ['is ahead from its first turn', [1, 1], [2, 2], 1],
  ['counts all turns so far, not one turn', [9, 1, 1, 1], [2, 4, 4, 4], 4],
  ['stays ahead to the end, or it does not count', [1, 9, 1], [2, 2, 8], 3],
  ['falls behind at the end', [1, 1, 9], [2, 2, 2], 'never'],
  ['is never ahead where both are the same', [3, 3], [3, 3], 'never'],
  ['takes no fraction of a fraction of a dollar for an advantage', [0.1, 0.2], [0.1 + 0.2, 0], 'never'],
  ['is unknown where a number of its own is', [1, null], [2, 2], 'unknown'],
  ['is unknown where a number of the other is', [1, 1], [2, null], 'unknown'],
  ['is never ahead without any turn', [], [], 'never'],
])('%s', (_, one, other, from) => {
  expect(cheaperFrom(one, other)).toBe(from);
});
