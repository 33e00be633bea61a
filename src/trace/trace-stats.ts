import { TokenTotals } from '../callbacks/token-totals.js';
import type { ChainEvent, LLMEndEvent, LLMErrorEvent } from '../events.js';
import { GroupTallies, type StatsGroup, type StatsRest } from './group-tallies.js';
import { LineCensus } from './line-census.js';
import { localDay } from './local-time.js';
import { NO_TOKENS, readEvents } from './read-events.js';
import type { LineSource } from './read-lines.js';
import { RunSummarizer, type RunSummary } from './run-summary.js';
import { type RunStats, RunTally } from './run-tally.js';
import { StartTimes, type Timeline } from './timeline.js';
import { statusOf } from './trace-run.js';

/** What runs are grouped by. By `model` the runs of models are counted, otherwise root runs. */
export const STATS_FIELDS = ['template', 'model', 'day', 'status'] as const;
export type StatsField = (typeof STATS_FIELDS)[number];

export interface StatsOptions {
  readonly by?: StatsField | undefined;
  /** How many groups are kept apart at most; the rest is counted together. Default: all. */
  readonly limit?: number | undefined;
  /** Only root runs that were started then or later, in milliseconds since the epoch, and what is under them. */
  readonly since?: number | undefined;
  /** Only those that were started before. */
  readonly until?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** What trace files say of their runs together. */
export interface TraceStats {
  /** Of root runs; its tokens and money are those of all models under them. */
  readonly total: RunStats;
  /** When the first and the last of them were started, in milliseconds since the epoch. */
  readonly first: number | null;
  readonly last: number | null;
  readonly timeline: Timeline | null;
  readonly grouped: GroupedStats | null;
  /** Root runs that `since` and `until` left out. */
  readonly leftOut: number;
  /** What stood in each source besides events. */
  readonly censuses: readonly LineCensus[];
}

export interface GroupedStats {
  readonly by: StatsField;
  /** What is counted. */
  readonly unit: 'run' | 'model run';
  readonly measure: GroupTallies['measure'];
  /** All groups together. */
  readonly all: RunStats;
  /** Days in their order, of many the last ones; other groups the largest first. */
  readonly groups: readonly StatsGroup[];
  readonly rest: StatsRest | null;
}

/**
 * Counts the runs of trace files. A run may go on from one file to the next, as logs do that are rotated. Holds only
 * runs that are open, and eight bytes for each that has ended.
 * @throws ChainError `file_not_readable`; the signal's reason
 */
export async function traceStats(
  sources: readonly LineSource[],
  options: StatsOptions = {},
): Promise<TraceStats> {
  const counter = new StatsCounter(options);
  const censuses: LineCensus[] = [];
  for (const source of sources) {
    const census = new LineCensus();
    censuses.push(census);
    for await (const events of readEvents(source, { tokensOf: NO_TOKENS, census, signal: options.signal })) {
      for (const { event, line } of events) counter.add(event, line);
      counter.take();
    }
  }
  return { ...counter.stats(), censuses };
}

/** More model runs that are open at once are counted as unfinished, the oldest first. */
const MOST_OPEN = 100_000;

class StatsCounter {
  readonly #options: StatsOptions;
  readonly #summarizer = new RunSummarizer();
  readonly #total = new RunTally();
  readonly #groups = new GroupTallies();
  readonly #starts = new StartTimes();
  /** The models of runs that have no end yet, by their ids. */
  readonly #open = new Map<string, string>();
  #leftOut = 0;

  constructor(options: StatsOptions) {
    this.#options = options;
  }

  add(event: ChainEvent, line: Parameters<RunSummarizer['add']>[1]): void {
    const root = this.#summarizer.add(event, line);
    if (this.#options.by !== 'model' || !this.#isWanted(root)) return;
    if (event.type === 'chatModelStart' || event.type === 'llmStart')
      this.#open.set(event.runId, event.model);
    if (this.#open.size > MOST_OPEN) this.#giveUp();
    if (event.type !== 'llmEnd' && event.type !== 'llmError') return;
    this.#open.delete(event.runId);
    this.#groups.add(event.model, modelRun(event));
  }

  take(): void {
    for (const root of this.#summarizer.take()) this.#count(root);
  }

  stats(): Omit<TraceStats, 'censuses'> {
    const { by, limit = Number.POSITIVE_INFINITY } = this.#options;
    this.take();
    for (const root of this.#summarizer.unfinished()) this.#count(root);
    while (this.#open.size > 0) this.#giveUp();
    const { first, last } = this.#starts;
    const total = this.#total.stats();
    const grouped = by !== undefined && {
      by,
      unit: by === 'model' ? ('model run' as const) : ('run' as const),
      measure: this.#groups.measure,
      ...this.#groups.take(by === 'day' ? 'key' : 'size', limit),
      all: this.#groups.all.stats(),
    };
    return {
      total,
      first,
      last,
      timeline: this.#starts.timeline(),
      grouped: grouped || null,
      leftOut: this.#leftOut,
    };
  }

  /** Counts the oldest of the model runs that are open as one that has no end. */
  #giveUp(): void {
    for (const [id, model] of this.#open) {
      this.#open.delete(id);
      this.#groups.add(model, UNFINISHED);
      return;
    }
  }

  #isWanted({ time }: RunSummary): boolean {
    const { since = Number.NEGATIVE_INFINITY, until = Number.POSITIVE_INFINITY } = this.#options;
    return time >= since && time < until;
  }

  #count(root: RunSummary): void {
    const { by } = this.#options;
    if (!this.#isWanted(root)) {
      this.#leftOut += 1;
      return;
    }
    this.#total.add(root);
    this.#starts.add(root.time);
    if (by === 'template') this.#groups.add(root.template, root);
    if (by === 'day') this.#groups.add(localDay(root.time), root);
    if (by === 'status') this.#groups.add(root.status, root);
  }
}

function modelRun(end: LLMEndEvent | LLMErrorEvent) {
  const totals = new TokenTotals();
  totals.add(end);
  return {
    status: statusOf({ end }),
    errorCode: 'error' in end ? end.error.code : null,
    durationMs: end.durationMs,
    totals,
    unknownUsage: end.usage?.source === 'unknown' ? 1 : 0,
  };
}

const UNFINISHED = {
  status: 'unfinished',
  errorCode: null,
  durationMs: null,
  totals: new TokenTotals(),
  unknownUsage: 0,
} as const;
