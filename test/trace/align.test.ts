import { expect, it } from 'vitest';
import { align } from '../../src/trace/align.js';

/** Items are `kind` or `kind:detail`; the kind alone is the looser key. */
const KEYS = [(item: string) => item, (item: string) => item.split(':')[0]!];

it.each([
  ['', '', ''],
  ['m', '', 'm|'],
  ['', 'm', '|m'],
  ['m t m', 'm t m', 'm|m t|t m|m'],
  ['m t', 'm s t', 'm|m |s t|t'],
  ['m:1 m:2 m:3', 'm:1 m:3', 'm:1|m:1 m:2| m:3|m:3'],
  ['m:1 m:2', 'm:3 m:4', 'm:1|m:3 m:2|m:4'],
  ['m:1 t:a m:2', 'm:8 t:a m:9', 'm:1|m:8 t:a|t:a m:2|m:9'],
  ['t:a m:1 t:b', 'm:1 t:b t:c', 't:a| m:1|m:1 t:b|t:b |t:c'],
  ['a b', 'b a', 'a| b|b |a'],
])('%s with %s', (a, b, pairs) => {
  const [listA, listB] = [a, b].map((text) => text.split(' ').filter((item) => item !== ''));
  expect(
    align(listA!, listB!, KEYS)
      .map(([one, other]) => `${one ?? ''}|${other ?? ''}`)
      .join(' '),
  ).toBe(pairs);
});
