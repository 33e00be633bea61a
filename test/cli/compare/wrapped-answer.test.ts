import { expect, it } from 'vitest';
import { WrappedAnswer } from '../../../src/cli/compare/wrapped-answer.js';

/** The lines after each piece. */
function growing(width: number, ...pieces: readonly string[]): readonly (readonly string[])[] {
  const answer = new WrappedAnswer();
  return pieces.map((piece) => {
    answer.append(piece);
    return answer.lines(width);
  });
}

it.each([
  { what: 'words', pieces: ['one tw', 'o three', '\nfour'], last: ['one two', 'three', 'four'] },
  { what: 'empty lines', pieces: ['\na\n\n', '\nb'], last: ['', 'a', '', '', 'b'] },
  { what: 'no line for a newline at the end', pieces: ['a\n', 'b\n'], last: ['a', 'b'] },
  { what: 'tabs and carriage returns', pieces: ['\tx\r\n', 'y'], last: ['    x', 'y'] },
  { what: 'a colour', pieces: ['\x1b[31mred\x1b[0m'], last: ['red'] },
  { what: 'a colour in pieces', pieces: ['a \x1b', '[3', '1mred and b'], last: ['a red and', 'b'] },
  { what: 'a title in pieces', pieces: ['a \x1b]0;some long title', ' and more\x07b'], last: ['a b'] },
  { what: 'a direction', pieces: ['a\u202eb'], last: ['a\\u202eb'] },
])('shows $what', ({ pieces, last }) => {
  expect(growing(10, ...pieces).at(-1)).toEqual(last);
});

it('is the same, however it came', () => {
  const text =
    'Roses are the classic choice 玫瑰是生日的经典选择，很好。\n\n\tcode(); // and-so-on\nhttps://example.com/a/b 👩‍👩‍👧‍👦 x\n';
  const whole = growing(12, text).at(-1);
  expect(growing(12, ...text).at(-1)).toEqual(whole);
  expect(growing(12, ...text.match(/[\s\S]{1,5}/g)!).at(-1)).toEqual(whole);
});

it('is wrapped again for another width', () => {
  const answer = new WrappedAnswer();
  answer.append('one two\nthree four');
  expect(answer.lines(20)).toEqual(['one two', 'three four']);
  expect(answer.lines(6)).toEqual(['one', 'two', 'three', 'four']);
  expect(answer.lines(20)).toEqual(['one two', 'three four']);
});

it('knows whether anything has come', () => {
  const answer = new WrappedAnswer();
  expect([answer.isEmpty, answer.lines(9)]).toEqual([true, []]);
  answer.append('x');
  expect(answer.isEmpty).toBe(false);
});
