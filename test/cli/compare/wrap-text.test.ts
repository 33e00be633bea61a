import { expect, it } from 'vitest';
import { widthOf, wrapText } from '../../../src/cli/compare/wrap-text.js';

it.each([
  { what: 'words', text: 'one two three four', lines: ['one two ', 'three four'] },
  { what: 'spaces at the break', text: 'one two     three', lines: ['one two     ', 'three'] },
  { what: 'spaces inside', text: 'a    b', lines: ['a    b'] },
  { what: 'spaces before', text: '    return 1;', lines: ['    return ', '1;'] },
  { what: 'a word that fits exactly', text: 'abcdefghij klm', lines: ['abcdefghij ', 'klm'] },
  { what: 'a word that is too long', text: 'ab abcdefghijklm no', lines: ['ab ', 'abcdefghij', 'klm no'] },
  { what: 'an address', text: 'https://a.b/c/d', lines: ['https://', 'a.b/c/d'] },
  { what: 'a hyphen', text: 'well-known-name', lines: ['well-', 'known-name'] },
  { what: 'Chinese, two columns each', text: '玫瑰是经典选择', lines: ['玫瑰是经典', '选择'] },
  { what: 'Chinese before its punctuation', text: '玫瑰很经典，是', lines: ['玫瑰很经', '典，是'] },
  { what: 'Chinese behind a word', text: 'GPT 玫瑰是经典', lines: ['GPT 玫瑰是', '经典'] },
  { what: 'emoji', text: '👍🏽 👩‍👩‍👧‍👦 🇩🇪 🇫🇷 x', lines: ['👍🏽 👩‍👩‍👧‍👦 🇩🇪 ', '🇫🇷 x'] },
  { what: 'a long row of emoji', text: '👩‍👩‍👧‍👦'.repeat(6), lines: ['👩‍👩‍👧‍👦'.repeat(5), '👩‍👩‍👧‍👦'] },
  {
    what: 'accents of their own',
    text: 'e\u0301'.repeat(12),
    lines: ['e\u0301'.repeat(10), 'e\u0301'.repeat(2)],
  },
  { what: 'nothing', text: '', lines: [''] },
])('wraps $what', ({ text, lines }) => {
  expect(wrapText(text, 10)).toEqual(lines);
});

const MIXED =
  'Roses are 玫瑰是生日的经典选择，GPT-5 says “hi” 👩‍👩‍👧‍👦🇩🇪 https://example.com/a/b?c=d and-so-on  x';

it.each([1, 2, 3, 7, 10, 24, 200])('in %i columns nothing is lost and no line is too wide', (width) => {
  const lines = wrapText(MIXED, width);
  expect(lines.join('')).toBe(MIXED);
  // What is wider than the column by itself has a line of its own.
  const wide = lines.filter((line) => widthOf(line.trimEnd()) > Math.max(width, 2));
  expect(wide).toEqual([]);
});

it('all lines but the last stay as they are when there is more', () => {
  for (let end = 1; end <= MIXED.length; end += 1) {
    const before = wrapText(MIXED.slice(0, end), 12).slice(0, -1);
    // In the middle of a character there is no telling what it will be.
    if (/[\ud800-\udbff\u200d]$/.test(MIXED.slice(0, end))) continue;
    expect(wrapText(MIXED, 12).slice(0, before.length)).toEqual(before);
  }
});
