import { type RunStats, RunTally, type TalliedRun } from './run-tally.js';

/** Runs that have something in common, counted. */
export interface StatsGroup extends RunStats {
  /** What they have in common; `null` for those that have nothing of the kind. */
  readonly key: string | null;
}

/** What is left when the largest groups are taken, counted together. */
export interface StatsRest extends RunStats {
  /** How many groups these are; `null` where there were too many to be told apart. */
  readonly groups: number | null;
}

/** Groups beyond these are counted together from the beginning. */
const MOST_GROUPS = 10_000;

/** Counts runs by what they have in common. */
export class GroupTallies {
  /** All of them together. */
  readonly all = new RunTally();
  readonly #groups = new Map<string | null, RunTally>();
  /** Of runs whose groups weren't kept apart. */
  #crowd: RunTally | undefined;

  add(key: string | null, run: TalliedRun): void {
    this.all.add(run);
    let tally = this.#groups.get(key);
    if (tally === undefined) {
      if (this.#groups.size < MOST_GROUPS) this.#groups.set(key, (tally = new RunTally()));
      else tally = this.#crowd ??= new RunTally();
    }
    tally.add(run);
  }

  /** What the largest groups are largest in: money where all that was spent has a price, else tokens. */
  get measure(): 'cost' | 'totalTokens' {
    return this.all.cost !== null && this.all.cost > 0 && this.all.unpriced === 0 ? 'cost' : 'totalTokens';
  }

  /**
   * The largest groups, the largest first, or those with the last keys in their order.
   * @param limit how many there are at most
   */
  take(
    order: 'size' | 'key',
    limit: number,
  ): { readonly groups: readonly StatsGroup[]; readonly rest: StatsRest | null } {
    const { measure } = this;
    const sizeOf = (tally: RunTally) => (measure === 'cost' ? tally.cost : tally.usage?.totalTokens) ?? 0;
    const sorted = [...this.#groups].sort(([a, some], [b, others]) =>
      order === 'key'
        ? compareKeys(a, b)
        : sizeOf(others) - sizeOf(some) || others.runs - some.runs || compareKeys(a, b),
    );
    const cut = order === 'key' ? Math.max(0, sorted.length - limit) : 0;
    const taken = sorted.slice(cut, cut + limit);
    const left = [...sorted.slice(0, cut), ...sorted.slice(cut + limit)].map(([, tally]) => tally);
    if (this.#crowd !== undefined) left.push(this.#crowd);
    const rest = new RunTally();
    for (const tally of left) rest.merge(tally);
    return {
      groups: taken.map(([key, tally]) => ({ key, ...tally.stats() })),
      rest:
        left.length === 0
          ? null
          : { groups: this.#crowd === undefined ? left.length : null, ...rest.stats() },
    };
  }
}

/** What has no key comes last. */
function compareKeys(a: string | null, b: string | null): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  return a < b ? -1 : a > b ? 1 : 0;
}
