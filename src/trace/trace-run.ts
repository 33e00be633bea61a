import { TokenTotals } from '../callbacks/token-totals.js';
import type { ChainEvent, EventOf, StartEventType } from '../events.js';

export type StartEvent = EventOf<StartEventType>;
export type ClosingEvent = Extract<ChainEvent, { readonly durationMs: number }>;
/** What happens inside a run, and opens or closes none. */
export type MomentEvent = Exclude<ChainEvent, StartEvent | ClosingEvent | EventOf<'llmNewToken'>>;

/** The tokens that a model's run streamed. */
export interface Streamed {
  /** Chunks, not tokens. */
  readonly count: number;
  /** What they say together, for as long as no closing event says it. */
  readonly text: string;
  /** When the last one came, in milliseconds since the epoch. */
  readonly lastTime: number;
}

/** One run of a trace, put together from its events again. */
export interface TraceRun {
  readonly id: string;
  readonly parentId: string | null;
  readonly name: string;
  /** `null` where the file doesn't have it. */
  readonly start: StartEvent | null;
  /** `null` for a run that goes on, or broke off. */
  readonly end: ClosingEvent | null;
  readonly moments: readonly MomentEvent[];
  readonly streamed: Streamed | null;
  /** In the order in which they were started. */
  readonly children: readonly TraceRun[];
  /** The time of its first event, in milliseconds since the epoch. */
  readonly time: number;
  /** Of its last event so far. */
  readonly lastTime: number;
}

export type RunStatus = 'ok' | 'error' | 'aborted' | 'unfinished';

export function statusOf({ end }: Pick<TraceRun, 'end'>): RunStatus {
  if (end === null) return 'unfinished';
  if (!('error' in end)) return 'ok';
  return end.error.code === 'aborted' ? 'aborted' : 'error';
}

/**
 * In milliseconds.
 * @param until of a run that has no end; default: the last that is known of it or of its children
 */
export function durationOf(run: TraceRun, until?: number): number {
  return run.end?.durationMs ?? Math.max(0, (until ?? lastTimeOf(run)) - run.time);
}

function lastTimeOf(run: TraceRun): number {
  let last = run.lastTime;
  for (const { lastTime } of withDescendants(run)) last = Math.max(last, lastTime);
  return last;
}

/** A run and all that are under it, parents first. */
export function* withDescendants(run: TraceRun): Generator<TraceRun, void, void> {
  for (const { run: each } of withDepth(run)) yield each;
}

/** The same, and how deep each stands under the first, from 0. However deep, without recursion. */
export function* withDepth(
  root: TraceRun,
): Generator<{ readonly run: TraceRun; readonly depth: number }, void, void> {
  const waiting = [{ run: root, depth: 0 }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    yield next;
    const { run, depth } = next;
    for (const child of run.children.toReversed()) waiting.push({ run: child, depth: depth + 1 });
  }
}

/** Tokens and money of the models under a run, or of its own where it is a model's. */
export function totalsOf(run: TraceRun): TokenTotals {
  const totals = new TokenTotals();
  for (const { end } of withDescendants(run)) {
    if (end?.type === 'llmEnd' || end?.type === 'llmError') totals.add(end);
  }
  return totals;
}

/** What a run was asked for: a model's name, where it is a model's. */
export function modelOf({ start, end }: Pick<TraceRun, 'start' | 'end'>): string | null {
  if (start !== null && 'model' in start) return start.model;
  return end !== null && 'model' in end ? end.model : null;
}

/** The template that a run was made from, where the run says so. */
export function templateOf({ start }: Pick<TraceRun, 'start'>): string | null {
  const template = start?.metadata.template;
  return typeof template === 'string' ? template : null;
}
