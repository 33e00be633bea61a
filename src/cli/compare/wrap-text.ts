import LineBreaker from 'linebreak';
import stringWidth from 'string-width';

/**
 * A text without newlines as lines of so many columns: broken where Unicode's rules allow it (between words, after
 * hyphens, between Chinese characters but not before their punctuation), and inside of what is too long by itself.
 * The lines together are the text: spaces where it was broken stay at the end of a line, and don't count.
 *
 * All lines but the last stay as they are when there is more of the text.
 */
export function wrapText(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  let line = '';
  let used = 0;
  const breakLine = () => {
    lines.push(line);
    line = '';
    used = 0;
  };
  for (const piece of piecesOf(text)) {
    const word = piece.trimEnd();
    const needed = widthOf(word);
    if (used > 0 && used + needed > width) breakLine();
    if (needed <= width) {
      line += piece;
      used += needed + piece.length - word.length;
      continue;
    }
    for (const { segment } of GRAPHEMES.segment(piece)) {
      const columns = widthOf(segment.trimEnd());
      if (used > 0 && used + columns > width) breakLine();
      line += segment;
      used += widthOf(segment);
    }
  }
  return [...lines, line];
}

/** In columns of a terminal. */
export function widthOf(text: string): number {
  return ASCII.test(text) ? text.length : stringWidth(text);
}

export const ASCII = /^[ -~]*$/;

const GRAPHEMES = new Intl.Segmenter();

/** What can't be broken, and the spaces behind it. */
function* piecesOf(text: string): Generator<string> {
  const breaker = new LineBreaker(text);
  let from = 0;
  for (let next = breaker.nextBreak(); next !== null; next = breaker.nextBreak()) {
    yield text.slice(from, next.position);
    from = next.position;
  }
}
