import { expect, it } from 'vitest';
import { valueText } from '../../src/trace/value-text.js';

const deep = (levels: number) => JSON.parse('[['.repeat(levels) + ']]'.repeat(levels));

it.each([
  ['text', 'a\n"b"', 'a\n"b"', 'a\n"b"'],
  ['nothing', {}, '', ''],
  ['an empty list', [], '', ''],
  ['undefined', undefined, '', ''],
  ['null', null, 'null', 'null'],
  ['a number', 0, '0', '0'],
  ['a short object', { a: 1 }, '{"a":1}', '{"a":1}'],
  ['a long object', { a: 'b'.repeat(70) }, `{"a":"${'b'.repeat(70)}"}`, `{\n  "a": "${'b'.repeat(70)}"\n}`],
  ['what is deep', deep(200), JSON.stringify(deep(200)), JSON.stringify(deep(200))],
  ['what is too deep', deep(100_000), '(nested too deeply to be shown)', '(nested too deeply to be shown)'],
])('of %s', (_, value, line, pretty) => {
  expect(valueText(value)).toBe(line);
  expect(valueText(value, { pretty: true })).toBe(pretty);
});
