import { compareSequences, type Range, type Stretch } from './compare-sequences.js';
import { type Word, wordsOf } from './words.js';

/**
 * A part of two texts that are compared. The parts that aren't `added` make up the first text, and those that aren't
 * `removed` the second.
 */
export interface TextPart {
  readonly change: 'same' | 'removed' | 'added';
  readonly text: string;
}

const PATIENCE_MS = 2000;

/**
 * Compares two texts word by word. Lines that have little in common are given whole, and so are those that are left
 * when this has taken two seconds.
 * @param latest when to be done, as by `performance.now()`
 */
export function diffText(a: string, b: string, latest = Number.POSITIVE_INFINITY): readonly TextPart[] {
  if (a === b) return a === '' ? [] : [{ change: 'same', text: a }];
  const until = Math.min(performance.now() + PATIENCE_MS, latest);
  const [linesA, linesB] = [linesOf(a), linesOf(b)];
  const parts = new Parts();
  for (const { same, a: inA, b: inB } of compare(linesA, linesB, (line) => line, until)) {
    const removed = linesA.slice(...inA).join('');
    if (same) parts.add('same', removed);
    else addWords(parts, removed, linesB.slice(...inB).join(''), until);
  }
  return parts.list;
}

class Parts {
  readonly list: { change: TextPart['change']; text: string }[] = [];

  add(change: TextPart['change'], text: string): void {
    if (text === '') return;
    const last = this.list.at(-1);
    if (last?.change === change) last.text += text;
    else this.list.push({ change, text });
  }

  replace(removed: string, added: string): void {
    this.add('removed', removed);
    this.add('added', added);
  }
}

function linesOf(text: string): string[] {
  return text === '' ? [] : text.split(/(?<=\n)/);
}

function addWords(parts: Parts, a: string, b: string, until: number): void {
  if (a === '' || b === '' || performance.now() > until) {
    parts.replace(a, b);
    return;
  }
  const [wordsA, wordsB] = [wordsOf(a), wordsOf(b)];
  const stretches = compare(wordsA, wordsB, ({ text }) => text, until);
  const kept = stretches.reduce((sum, { same, sizeA }) => sum + (same ? sizeA : 0), 0);
  if (kept * LITTLE < Math.max(a.length, b.length)) {
    parts.replace(a, b);
    return;
  }
  let spaceIsGiven = false;
  for (const {
    same,
    a: [fromA, toA],
    b: [fromB, toB],
  } of stretches) {
    if (!same) {
      const [nextA, nextB] = [wordsA[toA]?.space, wordsB[toB]?.space];
      const next = nextA === nextB ? nextA : undefined;
      spaceIsGiven = addChange(parts, wordsA.slice(fromA, toA), wordsB.slice(fromB, toB), next);
      continue;
    }
    for (let index = fromA; index < toA; index += 1) {
      const [wordA, wordB] = [wordsA[index]!, wordsB[index - fromA + fromB]!];
      if (!spaceIsGiven) addSpace(parts, wordA.space, wordB.space);
      spaceIsGiven = false;
      parts.add('same', wordA.text);
    }
  }
}

/** A change that leaves less than one in so many characters as it was is no change inside of a text, but another text. */
const LITTLE = 4;

/**
 * Of white space that both texts have around a change one is before it: `a [-b -]c`, `a [-b-]{+d+} c`.
 * @param next the space behind it, where that is the same in both
 * @returns whether that space is given with the change
 */
function addChange(
  parts: Parts,
  removed: readonly Word[],
  added: readonly Word[],
  next: string | undefined,
): boolean {
  const [first, other] = [removed[0] ?? added[0]!, added[0] ?? removed[0]!];
  const oneSided = removed.length === 0 || added.length === 0;
  const shared = first.space === other.space && (!oneSided || first.space === next) ? first.space : '';
  const textOf = (words: readonly Word[]) => {
    if (words.length === 0) return '';
    const text = words.map((word) => word.space + word.text).join('');
    return text.slice(shared.length) + (oneSided ? shared : '');
  };
  parts.add('same', shared);
  parts.replace(textOf(removed), textOf(added));
  return oneSided && shared !== '';
}

/** What is the same at both ends of two spaces isn't part of the change. */
function addSpace(parts: Parts, a: string, b: string): void {
  const most = Math.min(a.length, b.length);
  let start = 0;
  while (start < most && a[start] === b[start]) start += 1;
  let end = 0;
  while (end < most - start && a.at(-1 - end) === b.at(-1 - end)) end += 1;
  parts.add('same', a.slice(0, start));
  parts.replace(a.slice(start, a.length - end), b.slice(start, b.length - end));
  parts.add('same', a.slice(a.length - end));
}

interface Sized extends Stretch {
  /** In characters, without white space around. */
  readonly sizeA: number;
  readonly sizeB: number;
}

/**
 * What is the same between two changes that are much longer is taken for a part of one change: a lonely "the" is no
 * help to a reader.
 */
function compare<T>(
  a: readonly T[],
  b: readonly T[],
  textOf: (item: T) => string,
  until: number,
): readonly Sized[] {
  const [textsA, textsB] = [a.map(textOf), b.map(textOf)];
  const kept: Sized[] = [];
  for (const found of compareSequences(textsA, textsB, until)) {
    let stretch = { ...found, sizeA: sizeOf(textsA, found.a), sizeB: sizeOf(textsB, found.b) };
    for (;;) {
      const [before, island] = kept.slice(-2);
      if (stretch.same || before === undefined || island?.same !== true) break;
      if (island.sizeA * 2 >= Math.min(longest(before), longest(stretch))) break;
      kept.splice(-2);
      stretch = joined(joined(before, island), stretch);
    }
    kept.push(stretch);
  }
  return kept;
}

function sizeOf(texts: readonly string[], [from, to]: Range): number {
  let size = 0;
  for (let at = from; at < to; at += 1) size += texts[at]!.trim().length;
  return size;
}

function longest({ sizeA, sizeB }: Sized): number {
  return Math.max(sizeA, sizeB);
}

function joined(first: Sized, second: Sized): Sized {
  return {
    same: false,
    a: [first.a[0], second.a[1]],
    b: [first.b[0], second.b[1]],
    sizeA: first.sizeA + second.sizeA,
    sizeB: first.sizeB + second.sizeB,
  };
}
