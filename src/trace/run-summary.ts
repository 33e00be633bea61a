import { TokenTotals } from '../callbacks/token-totals.js';
import type { ChainEvent } from '../events.js';
import type { FileLine } from './read-lines.js';
import { isWithoutContent } from './run-content.js';
import { type RunStatus, statusOf, templateOf } from './trace-run.js';

/** A root run of a trace file: what a list says of it, and where its events stand. */
export interface RunSummary {
  readonly id: string;
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
  readonly status: RunStatus;
  /** The code of the error that it ended in. */
  readonly errorCode: string | null;
  /** `null` where it has no end. */
  readonly durationMs: number | null;
  readonly template: string | null;
  /** The models that answered under it, each once. */
  readonly models: readonly string[];
  readonly totals: TokenTotals;
  /** Model runs under it that were answered, and whose tokens aren't all known. */
  readonly unknownUsage: number;
  /** The bytes of the file between which all of its events stand. */
  readonly from: number;
  readonly to: number;
  /** The file has its events, and says that what was said was left out. */
  readonly withoutContent: boolean;
}

type Summary = { -readonly [K in keyof RunSummary]: RunSummary[K] } & { models: string[] };

/** More runs that are open at once aren't kept apart: the oldest then counts as unfinished. */
const MOST_OPEN = 100_000;

/** Tells root runs from a stream of events, and sums each one up. Holds only those that are open. */
export class RunSummarizer {
  /** The roots of runs that are open, by the ids of all runs under them. */
  readonly #open = new Map<string, Summary>();
  /** With the ids of those under each that are open. */
  readonly #roots = new Map<Summary, Set<string>>();

  /**
   * @param line where it stands
   * @returns the event's root run, as far as it is known; it goes on changing until it is closed
   */
  add(event: ChainEvent, line: Pick<FileLine, 'offset' | 'end'>): RunSummary {
    const root = this.#open.get(event.runId) ?? this.#enter(event, line);
    root.to = line.end;
    if (event.type === 'llmEnd' || event.type === 'llmError') {
      root.totals.add(event);
      if (event.usage?.source === 'unknown') root.unknownUsage += 1;
      if (!root.models.includes(event.model)) root.models.push(event.model);
    }
    if (!('durationMs' in event)) return root;
    this.#open.delete(event.runId);
    this.#roots.get(root)?.delete(event.runId);
    if (event.runId !== root.id) return root;
    root.status = statusOf({ end: event });
    root.errorCode = 'error' in event ? event.error.code : null;
    root.durationMs = event.durationMs;
    return root;
  }

  /** Those that were closed since this was last asked, or that can't be held any longer. */
  take(): readonly RunSummary[] {
    const taken: RunSummary[] = [];
    for (const [root, ids] of this.#roots) {
      const crowded = this.#open.size > MOST_OPEN;
      if (root.durationMs === null && !crowded) continue;
      this.#roots.delete(root);
      taken.push(root);
      if (root.durationMs !== null) continue;
      root.to = Number.POSITIVE_INFINITY;
      for (const id of ids) this.#open.delete(id);
    }
    return taken;
  }

  /** Those that have no end, in the order in which they were started. Their events may stand anywhere behind. */
  unfinished(): readonly RunSummary[] {
    const roots = [...this.#roots.keys()];
    for (const root of roots) root.to = Number.POSITIVE_INFINITY;
    return roots;
  }

  #enter(event: ChainEvent, { offset, end }: Pick<FileLine, 'offset' | 'end'>): Summary {
    const parent = event.parentRunId === null ? undefined : this.#open.get(event.parentRunId);
    const root = parent ?? newSummary(event, offset, end);
    if (parent === undefined) this.#roots.set(root, new Set());
    this.#roots.get(root)?.add(event.runId);
    this.#open.set(event.runId, root);
    return root;
  }
}

function newSummary(event: ChainEvent, from: number, to: number): Summary {
  const start = 'metadata' in event ? event : null;
  return {
    id: event.runId,
    name: event.name,
    time: event.time,
    status: 'unfinished',
    errorCode: null,
    durationMs: null,
    template: templateOf({ start }),
    models: [],
    totals: new TokenTotals(),
    unknownUsage: 0,
    from,
    to,
    withoutContent: isWithoutContent({ start }),
  };
}
