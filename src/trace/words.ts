/** A word, a number or a sign, and the white space before it. */
export interface Word {
  readonly space: string;
  readonly text: string;
}

/**
 * The words of a text; together with the space before them they are the text. The last one is empty: it has the space
 * that the text ends with.
 */
export function wordsOf(text: string): readonly Word[] {
  const words: Word[] = [];
  let end = 0;
  for (const { 0: whole, 1: unspaced, index } of text.matchAll(WORD)) {
    const space = text.slice(end, index);
    end = index + whole.length;
    const parts = unspaced === undefined ? [whole] : segments(unspaced);
    parts.forEach((part, at) => {
      words.push({ space: at === 0 ? space : '', text: part });
    });
  }
  words.push({ space: text.slice(end), text: '' });
  return words;
}

/** Scripts that put no space between words. */
const UNSPACED =
  '[\\p{sc=Han}\\p{sc=Hiragana}\\p{sc=Katakana}\\u30fc\\p{sc=Thai}\\p{sc=Lao}\\p{sc=Khmer}\\p{sc=Myanmar}]';
const LETTER = `(?!${UNSPACED})[\\p{L}\\p{M}\\p{N}_]`;

/** The segmenter's time grows with the square of the length. */
const MOST_AT_ONCE = 300;

const WORD = new RegExp(
  [
    `(${UNSPACED}{1,${MOST_AT_ONCE}})`,
    '\\p{N}+(?:[.,]\\p{N}+)*(?![\\p{L}\\p{N}_])',
    `(?:${LETTER})+(?:['’](?:${LETTER})+)*`,
    '\\p{RI}{2}',
    // Any other sign, with what belongs to it: accents, and what emoji are joined of.
    '\\S(?:[\\p{M}\\u{1f3fb}-\\u{1f3ff}]|\\u200d\\S)*',
  ].join('|'),
  'gu',
);

let segmenter: Intl.Segmenter | undefined;

function segments(text: string): string[] {
  segmenter ??= new Intl.Segmenter('en', { granularity: 'word' });
  return Array.from(segmenter.segment(text), ({ segment }) => segment);
}
