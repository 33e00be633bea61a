import { expect, it } from 'vitest';
import { bar, sparkline } from '../../../src/cli/trace/bars.js';

it.each([
  [0, ''],
  [-1, ''],
  [1, '████'],
  [2, '████'],
  [0.5, '██'],
  [0.53, '██▏'],
  [0.97, '███▉'],
  [0.001, '▏'],
])('a bar of %d is %s', (part, text) => expect(bar(part, 4)).toBe(text));

it.each([
  [[], ''],
  [[0, 0], '  '],
  [[1, 2, 3, 4, 5, 6, 7, 8], '▁▂▃▄▅▆▇█'],
  [[1, 0, 1000], '▁ █'],
  [[5, 5], '██'],
])('a line of %j is "%s"', (numbers, text) => expect(sparkline(numbers)).toBe(text));
