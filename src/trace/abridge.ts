import type { TextPart } from './diff-text.js';

/** How much is shown around a change, and of what was changed, in characters. */
const AROUND = 40;
const MOST_CHANGED = 400;

/** The parts with only the surroundings of what differs left of what is the same. */
export function abridge(parts: readonly TextPart[]): readonly TextPart[] {
  return parts.map(({ change, text }, index) => {
    if (change !== 'same') return { change, text: cutMiddle(text, MOST_CHANGED / 2, MOST_CHANGED / 2) };
    const isLast = index === parts.length - 1;
    return { change, text: cutMiddle(text, index === 0 ? 0 : AROUND, isLast ? 0 : AROUND) };
  });
}

/** Its beginning and its end, where the text is so long that this makes it shorter. No character is cut in two. */
export function cutMiddle(text: string, head: number, tail: number): string {
  if (text.length <= head + tail + ELLIPSIS.length) return text;
  const first = text.slice(0, head).replace(/[\ud800-\udbff]$/, '');
  const last = tail === 0 ? '' : text.slice(-tail).replace(/^[\udc00-\udfff]/, '');
  return `${first}${ELLIPSIS}${last}`;
}

const ELLIPSIS = '…';
