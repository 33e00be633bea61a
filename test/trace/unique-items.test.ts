import { expect, it } from 'vitest';
import { commonUniqueItems } from '../../src/trace/unique-items.js';

it.each([
  ['', '', ''],
  ['abc', 'abc', 'abc'],
  ['abc', 'xbz', 'b'],
  ['aab', 'ab', 'b'],
  ['abcd', 'dabc', 'abc'],
  ['abcdef', 'fcbade', 'cde'],
  ['abc', 'xyz', ''],
])('%s with %s', (a, b, common) => {
  const places = commonUniqueItems([...a], [...b]);
  expect(places.map(([at]) => a[at]).join('')).toBe(common);
  expect(places.map(([, at]) => b[at]).join('')).toBe(common);
});
