import { expect, it } from 'vitest';
import { wordsOf } from '../../src/trace/words.js';

it.each([
  ['', '·'],
  ['  ', '  ·'],
  ['one two', 'one· two··'],
  ['\n one\ttwo \n', '\n one·\ttwo· \n·'],
  ['don’t 1,234.5 2nd x_1', 'don’t· 1,234.5· 2nd· x_1··'],
  ['a+b=c', 'a·+·b·=·c··'],
  ['我喜欢玫瑰花，AI也是。', '我·喜欢·玫瑰花·，·AI·也是·。··'],
])('%j', (text, shown) => {
  const words = wordsOf(text);
  expect(words.map((word) => `${word.space}${word.text}·`).join('')).toBe(
    shown === '' ? '·' : shown.replace(/··$/, '··'),
  );
  expect(words.map((word) => word.space + word.text).join('')).toBe(text);
});

it('takes a time in proportion to the text, however long it goes on without a space', () => {
  const text = '玫瑰和百合'.repeat(100_000);
  expect(
    wordsOf(text)
      .map((word) => word.space + word.text)
      .join(''),
  ).toBe(text);
});
