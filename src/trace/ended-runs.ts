import type { ChainEvent } from '../events.js';
import type { LineCensus } from './line-census.js';
import { readEvents } from './read-events.js';
import type { LineSource } from './read-lines.js';
import { TraceBuilder } from './trace-builder.js';
import type { TraceRun } from './trace-run.js';

export interface EndedRunsOptions {
  readonly census?: LineCensus | undefined;
  /** How much of the file may be held for runs that are open, in bytes. Default 256 MiB. */
  readonly mostHeld?: number;
  readonly signal?: AbortSignal | undefined;
}

/** What is known of a root, and all that is under it, while it is open. */
interface OpenRoot {
  readonly id: string;
  /** Runs that have no end yet. */
  readonly open: Set<string>;
  /** In bytes, as its events stand in the file. */
  held: number;
  readonly ids: string[];
}

const MOST_HELD = 256 * 1024 * 1024;

/**
 * The root runs of a trace with all that is in them, each as soon as it has ended, and behind them those that have no
 * end. Reads once. Holds only what is open; where that becomes too much, the oldest is given as it is so far.
 * @throws ChainError `file_not_readable`; the signal's reason
 */
export async function* endedRuns(
  source: LineSource,
  { census, mostHeld = MOST_HELD, signal }: EndedRunsOptions = {},
): AsyncGenerator<TraceRun, void, void> {
  const builder = new TraceBuilder();
  const open = new OpenRoots();
  const take = (root: OpenRoot): TraceRun => {
    const run = builder.find(root.id)!;
    builder.drop(run);
    open.drop(root);
    return run;
  };
  for await (const events of readEvents(source, { census, signal })) {
    for (const { event, line } of events) {
      builder.add(event);
      const root = open.add(event, line.end - line.offset);
      if (root.open.size === 0) yield take(root);
      else if (open.held > mostHeld) yield take(open.oldest);
    }
  }
  while (open.size > 0) yield take(open.oldest);
}

class OpenRoots {
  readonly #roots = new Set<OpenRoot>();
  readonly #rootOf = new Map<string, OpenRoot>();
  held = 0;

  get size(): number {
    return this.#roots.size;
  }

  get oldest(): OpenRoot {
    return this.#roots.values().next().value!;
  }

  add(event: ChainEvent, bytes: number): OpenRoot {
    const root = this.#rootOf.get(event.runId) ?? this.#enter(event);
    if ('durationMs' in event) root.open.delete(event.runId);
    const kept = event.type === 'llmNewToken' ? event.token.length : bytes;
    root.held += kept;
    this.held += kept;
    return root;
  }

  drop(root: OpenRoot): void {
    this.#roots.delete(root);
    this.held -= root.held;
    for (const id of root.ids) this.#rootOf.delete(id);
  }

  #enter({ runId, parentRunId }: ChainEvent): OpenRoot {
    let root = parentRunId === null ? undefined : this.#rootOf.get(parentRunId);
    if (root === undefined) this.#roots.add((root = { id: runId, open: new Set(), held: 0, ids: [] }));
    root.open.add(runId);
    root.ids.push(runId);
    this.#rootOf.set(runId, root);
    return root;
  }
}
