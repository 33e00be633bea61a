import { expect, it } from 'vitest';
import { InputCollector } from '../../../src/cli/chat/input-collector.js';

/** Each line, and what was whole after it; `…` where the input went on. */
function collect(...lines: readonly string[]) {
  const collector = new InputCollector();
  return lines.map((line) => collector.take(line) ?? (collector.isOpen ? '…' : 'nothing'));
}

const typed = (text: string) => ({ text, verbatim: false });
const block = (text: string) => ({ text, verbatim: true });

it.each<{ lines: string[]; inputs: unknown[] }>([
  { lines: ['hello', ''], inputs: [typed('hello'), typed('')] },
  { lines: ['one\\', 'two\\', 'three'], inputs: ['…', '…', typed('one\ntwo\nthree')] },
  { lines: ['\\', ''], inputs: ['…', typed('\n')] },
  { lines: ['C:\\\\', 'a\\\\\\', 'b'], inputs: [typed('C:\\\\'), '…', typed('a\\\\\nb')] },
  { lines: ['"""', 'one', '/two \\', '"""'], inputs: ['…', '…', '…', block('one\n/two \\')] },
  { lines: ['"""one', 'two"""  '], inputs: ['…', block('one\ntwo')] },
  { lines: ['  """/help"""', 'x'], inputs: [block('/help'), typed('x')] },
  { lines: ['"""', '"""'], inputs: ['…', block('')] },
  { lines: ['""""""'], inputs: [block('')] },
  { lines: ['"""', '', '"""'], inputs: ['…', '…', block('')] },
  { lines: ['"""', 'a', '', '"""'], inputs: ['…', '…', '…', block('a\n')] },
  { lines: ['say """hi"""'], inputs: [typed('say """hi"""')] },
  { lines: ['"""doc"""\ncode()'], inputs: [typed('"""doc"""\ncode()')] },
  { lines: ['a\nb\\', 'c'], inputs: ['…', typed('a\nb\nc')] },
])('$lines', ({ lines, inputs }) => {
  expect(collect(...lines)).toEqual(inputs);
});

it('forgets what has begun', () => {
  const collector = new InputCollector();
  collector.take('"""');
  collector.take('a');
  collector.reset();
  expect(collector.isOpen).toBe(false);
  expect(collector.take('b')).toEqual(typed('b'));
});
