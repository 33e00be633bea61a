/** A turn, from 1; `never` where there is none; `unknown` where a number of the two isn't known. */
export type CheaperFrom = number | 'never' | 'unknown';

/**
 * The first turn from which on the one has taken less in all than the other, and goes on doing so to the end.
 * @param one what each turn took; likewise `other`
 */
export function cheaperFrom(one: readonly (number | null)[], other: readonly (number | null)[]): CheaperFrom {
  let ahead = 0;
  let from: CheaperFrom = 'never';
  for (const [index, amount] of one.entries()) {
    const against = other[index] ?? null;
    if (amount === null || against === null) return 'unknown';
    ahead += against - amount;
    // Sums of fractions of a dollar are off by less than this.
    if (ahead <= ROUNDING) from = 'never';
    else if (from === 'never') from = index + 1;
  }
  return from;
}

const ROUNDING = 1e-9;
