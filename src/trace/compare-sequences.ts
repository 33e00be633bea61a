import { diffArrays } from 'diff';
import { commonUniqueItems } from './unique-items.js';

/** A stretch of two sequences: the same in both, or what one has in place of what the other has, which may be nothing. */
export interface Stretch {
  readonly same: boolean;
  /** The first index, and the one behind the last. */
  readonly a: Range;
  readonly b: Range;
}

export type Range = readonly [from: number, to: number];

/** To find more differences than this takes too long: time and memory grow with their square. */
const MOST_EDITS = 1000;

/**
 * What two sequences have in common, in order, by as few differences as can be. Where there are too many of them, by way
 * of what is in both only once; and where that isn't enough either, only what they begin and end with.
 * @param until when to give up, as by `performance.now()`
 */
export function compareSequences(
  a: readonly string[],
  b: readonly string[],
  until = Number.POSITIVE_INFINITY,
): readonly Stretch[] {
  const stretches = new Stretches();
  addDifferences(stretches, ...numbered(a, b), until);
  return stretches.list;
}

function addDifferences(
  stretches: Stretches,
  a: readonly number[],
  b: readonly number[],
  until: number,
): void {
  const start = commonStart(a, b);
  const end = commonEnd(a, b, start);
  stretches.same(start);
  addMiddle(stretches, a.slice(start, a.length - end), b.slice(start, b.length - end), until);
  stretches.same(end);
}

function addMiddle(stretches: Stretches, a: number[], b: number[], until: number): void {
  const timeout = until - performance.now();
  const comparable = a.length > 0 && b.length > 0 && timeout > 0;
  const changes = comparable ? diffArrays(a, b, { maxEditLength: MOST_EDITS, timeout }) : undefined;
  if (changes !== undefined) {
    for (const { added, removed, count } of changes) {
      if (added) stretches.added(count);
      else if (removed) stretches.removed(count);
      else stretches.same(count);
    }
    return;
  }
  const anchors = comparable ? commonUniqueItems(a, b) : [];
  if (anchors.length === 0) {
    stretches.removed(a.length);
    stretches.added(b.length);
    return;
  }
  let [fromA, fromB] = [0, 0];
  for (const [atA, atB] of [...anchors, [a.length, b.length] as const]) {
    addDifferences(stretches, a.slice(fromA, atA), b.slice(fromB, atB), until);
    [fromA, fromB] = [atA, atB];
  }
}

class Stretches {
  readonly list: { same: boolean; a: [number, number]; b: [number, number] }[] = [];
  #a = 0;
  #b = 0;

  same(count: number): void {
    if (count > 0) this.#add(true, count, count);
  }

  removed(count: number): void {
    if (count > 0) this.#add(false, count, 0);
  }

  added(count: number): void {
    if (count > 0) this.#add(false, 0, count);
  }

  #add(same: boolean, inA: number, inB: number): void {
    let last = this.list.at(-1);
    if (last?.same !== same) this.list.push((last = { same, a: [this.#a, this.#a], b: [this.#b, this.#b] }));
    last.a[1] = this.#a += inA;
    last.b[1] = this.#b += inB;
  }
}

function commonStart(a: readonly number[], b: readonly number[]): number {
  let count = 0;
  while (count < a.length && count < b.length && a[count] === b[count]) count += 1;
  return count;
}

function commonEnd(a: readonly number[], b: readonly number[], start: number): number {
  const most = Math.min(a.length, b.length) - start;
  let count = 0;
  while (count < most && a[a.length - 1 - count] === b[b.length - 1 - count]) count += 1;
  return count;
}

/** The same number for the same text: each is compared many times, and may be long. */
function numbered(...lists: readonly [readonly string[], readonly string[]]): [number[], number[]] {
  const numbers = new Map<string, number>();
  const number = (text: string) => {
    const known = numbers.get(text) ?? numbers.size;
    numbers.set(text, known);
    return known;
  };
  return [lists[0].map(number), lists[1].map(number)];
}
