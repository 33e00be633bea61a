import type { ChainEvent } from '../events.js';
import {
  type ClosingEvent,
  type MomentEvent,
  type StartEvent,
  type TraceRun,
  withDescendants,
} from './trace-run.js';

interface OpenRun {
  readonly id: string;
  readonly parentId: string | null;
  name: string;
  start: StartEvent | null;
  end: ClosingEvent | null;
  readonly moments: MomentEvent[];
  streamed: { count: number; text: string; lastTime: number } | null;
  readonly children: OpenRun[];
  time: number;
  lastTime: number;
}

/** No trace that means something is deeper, and whoever walks a tree may call itself once a level. */
const MOST_LEVELS = 500;

/** Where a run stands in its tree. */
class Place {
  readonly run: OpenRun;
  /** 0 of a root. */
  readonly depth: number;
  /** What its children stand under: itself, or on the last level what it stands under. */
  readonly holder: Place;

  constructor(run: OpenRun, above: Place | undefined) {
    this.run = run;
    this.depth = above === undefined ? 0 : above.depth + 1;
    this.holder = above === undefined || this.depth < MOST_LEVELS ? this : above;
  }
}

/**
 * Puts runs together from their events, in whatever order several of them went on. Runs that are nested deeper than 500
 * levels stand beside each other on the last one.
 */
export class TraceBuilder {
  readonly #places = new Map<string, Place>();
  readonly #roots = new Set<OpenRun>();
  readonly #only: string | undefined;

  /** @param only the id of a run: what doesn't belong to it, or to what is under it, is left out */
  constructor(only?: string) {
    this.#only = only;
  }

  /** Those whose parent isn't known, in the order in which they were started. They go on changing with what is added. */
  get roots(): readonly TraceRun[] {
    return [...this.#roots];
  }

  /** Any run, by its whole id. */
  find(id: string): TraceRun | undefined {
    return this.#places.get(id)?.run;
  }

  /** Whether this event's run is one of those that are put together. */
  has(runId: string): boolean {
    return this.#places.has(runId);
  }

  /** Forgets a root, and all that is under it. */
  drop(root: TraceRun): void {
    this.#roots.delete(root as OpenRun);
    for (const { id } of withDescendants(root)) this.#places.delete(id);
  }

  add(event: ChainEvent): void {
    const run = this.#places.get(event.runId)?.run ?? this.#open(event);
    if (run === undefined) return;
    run.lastTime = Math.max(run.lastTime, event.time);
    if ('metadata' in event) {
      run.start = event;
      run.name = event.name;
      run.time = event.time;
    } else if ('durationMs' in event) {
      run.end = event;
      // The closing event says it, and a trace may have many.
      if (run.streamed !== null) run.streamed.text = '';
    } else if (event.type === 'llmNewToken') {
      run.streamed ??= { count: 0, text: '', lastTime: event.time };
      run.streamed.count += 1;
      run.streamed.text += event.token;
      run.streamed.lastTime = event.time;
    } else run.moments.push(event);
  }

  #open({ runId: id, parentRunId: parentId, name, time }: ChainEvent): OpenRun | undefined {
    const parent = parentId === null ? undefined : this.#places.get(parentId);
    const wanted = this.#only === undefined || id === this.#only || parent !== undefined;
    if (!wanted) return undefined;
    const run: OpenRun = {
      id,
      parentId,
      name,
      start: null,
      end: null,
      moments: [],
      streamed: null,
      children: [],
      time,
      lastTime: time,
    };
    if (parent === undefined) this.#roots.add(run);
    else parent.holder.run.children.push(run);
    this.#places.set(id, new Place(run, parent?.holder));
    return run;
  }
}

/**
 * Puts runs together from their events: those of a log of JSON lines, or what a handler has heard. Of several runs that
 * went on at once the events may be mixed.
 *
 * @returns the roots, in the order in which they were started; a run without an end has `end: null`, and one whose
 *   parent isn't among the events is a root
 */
export function buildTrace(events: Iterable<ChainEvent>): readonly TraceRun[] {
  const builder = new TraceBuilder();
  for (const event of events) builder.add(event);
  return builder.roots;
}
