import { compareSequences } from './compare-sequences.js';

/** What corresponds to each other in two sequences; `null` where nothing does. */
export type Pair<T> = readonly [a: T, b: T] | readonly [a: T, b: null] | readonly [a: null, b: T];

/**
 * Puts two sequences side by side without changing the order of either.
 * @param keys what must be equal of two items that belong together, the strictest first: a later one is tried for what
 *   is left between those that an earlier one has found
 */
export function align<T>(
  a: readonly T[],
  b: readonly T[],
  [key, ...looser]: readonly ((item: T) => string)[],
): readonly Pair<T>[] {
  if (key === undefined || a.length === 0 || b.length === 0) {
    return [...a.map((item) => [item, null] as const), ...b.map((item) => [null, item] as const)];
  }
  return compareSequences(a.map(key), b.map(key)).flatMap((stretch) => {
    const [inA, inB] = [a.slice(...stretch.a), b.slice(...stretch.b)];
    return stretch.same ? inA.map((item, at) => [item, inB[at]!] as const) : align(inA, inB, looser);
  });
}
