import { expect, it } from 'vitest';
import { compact, count, roundNumbers, roundStep } from '../../../src/cli/memory/numbers.js';

it.each<[number | null, string]>([
  [null, '?'],
  [0, '0'],
  [999, '999'],
  [92762, '92,762'],
  [55119050, '55,119,050'],
])('%j is %s', (number, text) => {
  expect(count(number)).toBe(text);
});

it.each([
  [0, '0'],
  [450, '450'],
  [1500, '1.5K'],
  [92762, '92.8K'],
  [100_000, '100K'],
  [55_119_050, '55.1M'],
])('%j is %s on an axis', (number, text) => {
  expect(compact(number)).toBe(text);
});

it.each([
  [1, 10, 1],
  [10, 10, 1],
  [11, 10, 2],
  [40, 10, 5],
  [41, 4, 20],
  [92762, 6, 20_000],
  [1000, 10, 100],
])('to %d it is no more than %d steps of %d', (last, most, step) => {
  expect(roundStep(last, most)).toBe(step);
});

it.each<[last: number, most: number, numbers: number[]]>([
  [1, 6, [1]],
  [6, 6, [1, 2, 3, 4, 5, 6]],
  [7, 6, [1, 2, 4, 6, 7]],
  [12, 6, [1, 5, 10, 12]],
  [40, 6, [1, 10, 20, 30, 40]],
  [1000, 6, [1, 500, 1000]],
])('up to %d, %d at the most: %j', (last, most, numbers) => {
  expect(roundNumbers(last, most)).toEqual(numbers);
  expect(numbers.length).toBeLessThanOrEqual(most);
});
