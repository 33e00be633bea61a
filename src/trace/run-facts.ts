import type { ErrorRecord } from '../errors.js';
import type { FinishReason, Usage, UsageSum } from '../messages.js';
import { isWithoutContent } from './run-content.js';
import { kindOf, type RunKind } from './run-kind.js';
import {
  durationOf,
  modelOf,
  type RunStatus,
  statusOf,
  type TraceRun,
  templateOf,
  totalsOf,
  withDescendants,
} from './trace-run.js';

/** What a run was and what it took, without what was said in it. */
export interface RunFacts {
  readonly id: string;
  readonly kind: RunKind;
  readonly name: string;
  /** `null` where the run doesn't say so. */
  readonly template: string | null;
  /** The model that was asked for; `null` of what is none. */
  readonly model: string | null;
  /** When it was started, in milliseconds since the epoch. */
  readonly time: number;
  readonly status: RunStatus;
  readonly error: Pick<ErrorRecord, 'code' | 'message'> | null;
  readonly finishReason: FinishReason | null;
  /** Of all models under it; `null` where none answered. */
  readonly usage: Usage | UsageSum | null;
  /** In US dollars, of the models whose price is known; `null` where none is. */
  readonly cost: number | null;
  /** How many models under it spent something and have no known price. */
  readonly unpriced: number;
  /** In milliseconds; of a run without an end, until the last that is known of it. */
  readonly durationMs: number;
  /** From its start to the first text, in milliseconds; `null` where none came, or it is no model's run. */
  readonly firstTokenMs: number | null;
  /** How often a request was made again, by any model under it. */
  readonly retries: number;
  /** `start-missing`, `left-out`: what went in isn't known, since the trace lacks the start, or all content. */
  readonly content: 'whole' | 'start-missing' | 'left-out';
}

/** @param withoutContent what is known of the trace that the run is in */
export function factsOf(run: TraceRun, withoutContent: boolean): RunFacts {
  const { id, name, time, end, start } = run;
  const { usage, cost, unpriced } = totalsOf(run);
  const ended = end?.type === 'llmEnd' ? end : null;
  return {
    id,
    kind: kindOf(run),
    name,
    template: templateOf(run),
    model: modelOf(run),
    time,
    status: statusOf(run),
    error: end !== null && 'error' in end ? { code: end.error.code, message: end.error.message } : null,
    finishReason: ended?.finishReason ?? null,
    usage: kindOf(run) === 'model' ? (ended?.usage ?? (end?.type === 'llmError' ? end.usage : null)) : usage,
    cost: usage === null ? null : cost,
    unpriced,
    durationMs: durationOf(run),
    firstTokenMs: ended?.firstTokenMs ?? null,
    retries: [...withDescendants(run)]
      .flatMap(({ moments }) => moments)
      .filter(({ type }) => type === 'retry').length,
    content:
      withoutContent || isWithoutContent(run) ? 'left-out' : start === null ? 'start-missing' : 'whole',
  };
}
