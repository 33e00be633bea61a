import { expect, it } from 'vitest';
import { compareSequences } from '../../src/trace/compare-sequences.js';

const shown = (a: string, b: string, until?: number) =>
  compareSequences([...a], [...b], until)
    .map(({ same, a: inA, b: inB }) => (same ? a.slice(...inA) : `(${a.slice(...inA)}|${b.slice(...inB)})`))
    .join('');

it.each([
  ['', '', ''],
  ['abc', 'abc', 'abc'],
  ['abc', '', '(abc|)'],
  ['abc', 'adc', 'a(b|d)c'],
  ['abcabc', 'abc', 'abc(abc|)'],
  ['abxcd', 'abcdy', 'ab(x|)cd(|y)'],
])('%s with %s', (a, b, text) => expect(shown(a, b)).toBe(text));

it('knows what both begin and end with, even when there is no time', () => {
  expect(shown('abxycd', 'abzcd', 0)).toBe('ab(xy|z)cd');
});

it('of too many differences finds what is there only once', () => {
  const numbers = Array.from({ length: 5000 }, (_, at) => `${at}`);
  const other = numbers.map((text, at) => (at % 100 === 50 ? text : `x${at}`));
  const same = compareSequences(numbers, other).filter((stretch) => stretch.same);
  expect(same.flatMap(({ a: [from, to] }) => numbers.slice(from, to))).toEqual(
    numbers.filter((_, at) => at % 100 === 50),
  );
});
