import type { UsageSum } from '../messages.js';
import { addUsage } from '../tokens/usage.js';
import { Durations, type Percentiles } from './durations.js';
import type { RunSummary } from './run-summary.js';
import type { RunStatus } from './trace-run.js';

export interface ErrorCount {
  readonly code: string;
  readonly runs: number;
}

/** Some runs, counted. */
export interface RunStats {
  readonly runs: number;
  readonly byStatus: Readonly<Record<RunStatus, number>>;
  /** What ended runs with the status `error`, the most frequent first. */
  readonly errors: readonly ErrorCount[];
  /** Model runs that ended, among these runs or under them. */
  readonly modelRuns: number;
  /** Of all model runs together, with subtotals by label; `null` where none was answered. */
  readonly usage: UsageSum | null;
  /** Model runs that were answered, and whose tokens aren't all known. */
  readonly unknownUsage: number;
  /** US dollars, of those model runs whose price is known; `null` where some spent something and none has a price. */
  readonly cost: number | null;
  /** Model runs that spent something and have no price. */
  readonly unpriced: number;
  /** Of runs that ended, well or not; `null` where there is none. */
  readonly durationMs: Percentiles | null;
}

/** What is counted of a run. */
export type TalliedRun = Pick<RunSummary, 'status' | 'errorCode' | 'durationMs' | 'totals' | 'unknownUsage'>;

/** Codes beyond these are counted together: a file full of nonsense shouldn't fill the memory. */
const MOST_CODES = 100;
const OTHER_CODES = 'others';

/** Counts runs, in memory that grows by eight bytes for each. */
export class RunTally {
  runs = 0;
  /** What was spent, for putting the largest first. */
  usage: UsageSum | null = null;
  readonly #byStatus: Record<RunStatus, number> = { ok: 0, error: 0, aborted: 0, unfinished: 0 };
  readonly #errors = new Map<string, number>();
  readonly #durations = new Durations();
  #modelRuns = 0;
  #unknownUsage = 0;
  #known = 0;
  #priced = false;
  #unpriced = 0;

  add({ status, errorCode, durationMs, totals, unknownUsage }: TalliedRun): void {
    this.runs += 1;
    this.#byStatus[status] += 1;
    if (status === 'error' && errorCode !== null) this.#countError(errorCode, 1);
    if (durationMs !== null) this.#durations.add(durationMs);
    this.#modelRuns += totals.runs;
    this.#unknownUsage += unknownUsage;
    this.#unpriced += totals.unpriced;
    if (totals.usage === null) return;
    this.usage = addUsage(this.usage, totals.usage);
    if (totals.cost === null) return;
    this.#known += totals.cost;
    this.#priced = true;
  }

  /** Counts all of another tally, too. */
  merge(other: RunTally): void {
    this.runs += other.runs;
    for (const [status, runs] of Object.entries(other.#byStatus)) this.#byStatus[status as RunStatus] += runs;
    for (const [code, runs] of other.#errors) this.#countError(code, runs);
    this.#durations.merge(other.#durations);
    this.#modelRuns += other.#modelRuns;
    this.#unknownUsage += other.#unknownUsage;
    this.#unpriced += other.#unpriced;
    this.#known += other.#known;
    this.#priced ||= other.#priced;
    if (other.usage !== null) this.usage = addUsage(this.usage, other.usage);
  }

  /** `null` where some runs spent something and none has a price. */
  get cost(): number | null {
    return this.#unpriced > 0 && !this.#priced ? null : this.#known;
  }

  get unpriced(): number {
    return this.#unpriced;
  }

  stats(): RunStats {
    const errors = [...this.#errors].map(([code, runs]) => ({ code, runs }));
    return {
      runs: this.runs,
      byStatus: { ...this.#byStatus },
      errors: errors.sort((a, b) => b.runs - a.runs || (a.code < b.code ? -1 : 1)),
      modelRuns: this.#modelRuns,
      usage: this.usage,
      unknownUsage: this.#unknownUsage,
      cost: this.cost,
      unpriced: this.#unpriced,
      durationMs: this.#durations.percentiles(),
    };
  }

  #countError(code: string, runs: number): void {
    const key = this.#errors.has(code) || this.#errors.size < MOST_CODES ? code : OTHER_CODES;
    this.#errors.set(key, (this.#errors.get(key) ?? 0) + runs);
  }
}
