import { describe, expect, it } from 'vitest';
import { diffText, type TextPart } from '../../src/trace/diff-text.js';

function marked(parts: readonly TextPart[]): string {
  const marks = { same: ['', ''], removed: ['[-', '-]'], added: ['{+', '+}'] } as const;
  return parts.map(({ change, text }) => marks[change].join(text)).join('');
}

/** The texts that parts stand for. */
function texts(parts: readonly TextPart[]): readonly [string, string] {
  const without = (left: TextPart['change']) =>
    parts
      .filter(({ change }) => change !== left)
      .map(({ text }) => text)
      .join('');
  return [without('added'), without('removed')];
}

const CASES: readonly (readonly [name: string, a: string, b: string, shown: string])[] = [
  ['nothing', '', '', ''],
  ['the same', 'one two', 'one two', 'one two'],
  ['a word', '1 + 2 = ', '1 + 3 = ', '1 + [-2-]{+3+} = '],
  ['another text', '3', 'four', '[-3-]{+four+}'],
  ['nothing before', '', 'one', '{+one+}'],
  ['a word less', 'one two three', 'one three', 'one [-two -]three'],
  ['a word more', 'one three', 'one two three', 'one {+two +}three'],
  ['a word less at the end', 'one two three', 'one two', 'one two[- three-]'],
  [
    'a number is one word',
    'It costs 1,234.50 now',
    'It costs 1,334.50 now',
    'It costs [-1,234.50-]{+1,334.50+} now',
  ],
  ['an apostrophe is part of a word', "They don't ask", "They won't ask", "They [-don't-]{+won't+} ask"],
  ['a sign by itself', 'Yes, please', 'Yes; please', 'Yes[-,-]{+;+} please'],
  ['accents', 'un café noir', 'un thé noir', 'un [-café-]{+thé+} noir'],
  ['spaces', 'a b', 'a  b', 'a {+ +}b'],
  ['a newline more', 'a\nb', 'a\n\nb', 'a\n{+\n+}b'],
  ['a final newline', 'the end', 'the end\n', 'the end{+\n+}'],
  ['line ends of Windows', 'one\r\ntwo\r\n', 'one\ntwo\n', 'one[-\r-]\ntwo[-\r-]\n'],
  ['another space', 'one\ttwo', 'one two', 'one[-\t-]{+ +}two'],
  ['a line more', 'one\ntwo\n', 'one\ntwo\nthree\n', 'one\ntwo\n{+three\n+}'],
  [
    'words in lines',
    'same\nsecond one here\nthird\n',
    'same\nsecond two here\nthird\n',
    'same\nsecond [-one-]{+two+} here\nthird\n',
  ],
  [
    'a paragraph in other lines',
    'One paragraph that was\nreflowed to another width\n',
    'One paragraph that was reflowed\nto another width\n',
    'One paragraph that was[-\n-]{+ +}reflowed[- -]{+\n+}to another width\n',
  ],
  [
    'little in common: no confetti',
    'The quick brown fox jumps over the lazy dog and the cat sleeps all day',
    'A slow turtle walked under the bridge and the bird sang its songs',
    '[-The quick brown fox jumps over the lazy dog and the cat sleeps all day-]{+A slow turtle walked under the bridge and the bird sang its songs+}',
  ],
  [
    'a lonely word between two changes',
    'We deliver in Rome. Roses and sunflowers the fragrant lilies. We are open.',
    'We deliver in Rome. Tulips, carnations, the wonderful orchids. We are open.',
    'We deliver in Rome. [-Roses and sunflowers the fragrant lilies-]{+Tulips, carnations, the wonderful orchids+}. We are open.',
  ],
  [
    'Chinese',
    '我喜欢玫瑰花和向日葵，因为它们很漂亮。',
    '我喜欢百合花和向日葵，因为它们非常漂亮。',
    '我喜欢[-玫瑰花-]{+百合花+}和向日葵，因为它们[-很-]{+非常+}漂亮。',
  ],
  ['Chinese beside Latin', '用AI写一首诗', '用ML写一首诗', '用[-AI-]{+ML+}写一首诗'],
  ['Japanese', '写真を撮る', '写真を見る', '写真を[-撮る-]{+見る+}'],
  ['Korean', '나는 장미를 좋아해요', '나는 백합을 좋아해요', '나는 [-장미를-]{+백합을+} 좋아해요'],
  [
    'emoji are whole',
    'a 👨‍👩‍👧 family 👍🏽',
    'a 👨‍👩‍👦 family 👍🏿',
    'a [-👨‍👩‍👧-]{+👨‍👩‍👦+} family [-👍🏽-]{+👍🏿+}',
  ],
  ['flags are whole', 'from 🇩🇪 to you', 'from 🇩🇰 to you', 'from [-🇩🇪-]{+🇩🇰+} to you'],
  ['control characters', 'red \x1b[31malarm', 'red \x1b[32malarm', 'red \x1b[[-31malarm-]{+32malarm+}'],
];

describe('diffText', () => {
  it.each(CASES)('%s', (_, a, b, shown) => {
    const parts = diffText(a, b);
    expect(marked(parts)).toBe(shown);
    expect(texts(parts)).toEqual([a, b]);
  });

  it('loses nothing of random texts', () => {
    const random = generator(7);
    const pieces = ['rose', 'lily', ' ', '  ', '\n', '\r\n', '\t', '。', '花', ', ', 'é', '👍🏽', '\u200b'];
    for (let round = 0; round < 300; round += 1) {
      const one = Array.from({ length: 60 }, () => pieces[random(pieces.length)]!);
      const other = one.flatMap((piece) =>
        random(5) > 0 ? [piece] : random(2) > 0 ? [] : [piece, pieces[random(9)]!],
      );
      const [a, b] = [one.join(''), other.join('')];
      expect(texts(diffText(a, b))).toEqual([a, b]);
    }
  });

  it('finds a few changes in a megabyte', () => {
    const random = generator(11);
    const lines = Array.from(
      { length: 20_000 },
      (_, at) => `line ${at}: ${random(1e9)} roses and ${random(1e9)} lilies\n`,
    );
    const changed = lines.map((line, at) => (at % 1000 === 500 ? line.replace('roses', 'tulips') : line));
    const changes = diffText(lines.join(''), changed.join('')).filter(({ change }) => change !== 'same');
    expect(changes.map(({ text }) => text)).toEqual(
      Array.from({ length: 20 }, () => ['roses', 'tulips']).flat(),
    );
  });

  it('finds many, by way of the lines that are there once', () => {
    const lines = Array.from({ length: 4000 }, (_, at) => `line ${at}: roses and lilies\n`);
    const changed = lines.map((line, at) => (at % 4 === 1 ? line.replace('roses', 'tulips') : line));
    const changes = diffText(lines.join(''), changed.join('')).filter(({ change }) => change !== 'same');
    expect(changes).toHaveLength(2000);
  });

  it.each([
    ['words', 'rose lily ', 'tulip aster '],
    ['signs', '.,', ';:'],
    ['letters', 'a', 'b'],
    ['Chinese', '玫瑰和百合', '郁金香和菊花'],
    ['lines', 'rose\n', 'lily\n'],
  ])('comes to an end with two fifths of a megabyte of other %s', (_, one, other) => {
    const [a, b] = [one, other].map((text) => text.repeat(400_000 / Buffer.byteLength(text)));
    expect(texts(diffText(a!, b!))).toEqual([a, b]);
  });

  it('doesn’t look at words once it is late', () => {
    expect(marked(diffText('one two\nsame\n', 'one three\nsame\n', 0))).toBe(
      '[-one two\n-]{+one three\n+}same\n',
    );
  });
});

/** The same numbers at every run, below a limit: xorshift32. */
function generator(seed: number): (limit: number) => number {
  let state = seed;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % limit;
  };
}
