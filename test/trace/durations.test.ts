import { expect, it } from 'vitest';
import { Durations } from '../../src/trace/durations.js';

it.each([
  [[], null],
  [[7], { p50: 7, p90: 7, p99: 7 }],
  [[2, 1], { p50: 1, p90: 2, p99: 2 }],
  [[3, 1, 2], { p50: 2, p90: 3, p99: 3 }],
  [[10, 9, 8, 7, 6, 5, 4, 3, 2, 1], { p50: 5, p90: 9, p99: 10 }],
  [Array.from({ length: 100 }, (_, index) => 100 - index), { p50: 50, p90: 90, p99: 99 }],
  [Array.from({ length: 1000 }, (_, index) => index + 0.5), { p50: 499.5, p90: 899.5, p99: 989.5 }],
  [[0, 0, 0.25], { p50: 0, p90: 0.25, p99: 0.25 }],
])('of %j they are %j', (values, expected) => {
  const durations = new Durations();
  for (const value of values) durations.add(value);
  expect(durations.percentiles()).toEqual(expected);
});

it('of two together are those of all', () => {
  const [some, others] = [new Durations(), new Durations()];
  for (const value of [5, 3, 1]) some.add(value);
  for (const value of [4, 2]) others.add(value);
  some.percentiles();
  some.merge(others);
  expect(some.percentiles()).toEqual({ p50: 3, p90: 5, p99: 5 });
});
