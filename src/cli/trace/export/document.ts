import { localMinute } from '../../../trace/local-time.js';
import type { RunStats } from '../../../trace/run-tally.js';
import type { TraceRun } from '../../../trace/trace-run.js';
import { many, renderErrors, renderLatency, renderSpent, renderTokens } from '../stats-figures.js';

/** What a document says of all its runs together. */
export interface DocumentHead {
  /** What the trace is called. */
  readonly title: string;
  readonly total: RunStats;
  /** When the first and the last of them were started, in milliseconds since the epoch. */
  readonly first: number | null;
  readonly last: number | null;
  /** What else stood in the file, a sentence each. */
  readonly notes: readonly string[];
}

/** A root run, or a part of one. */
export interface DocumentRun {
  readonly run: TraceRun;
  /** What was said was left out when it was written. */
  readonly withoutContent: boolean;
}

/** A form in which runs are written, piece by piece: what stands before them, each of them, and what stands behind. */
export interface DocumentFormat {
  readonly begin: (head: DocumentHead) => string;
  readonly run: (run: DocumentRun, head: DocumentHead) => Iterable<string>;
  readonly end: string;
}

/** `3 runs, from 2026-11-21 14:13 to 2026-11-23 09:10`. */
export function spanOf({ total, first, last }: DocumentHead): string {
  const runs = many(total.runs, 'run');
  if (first === null || last === null) return runs;
  const [from, to] = [localMinute(first), localMinute(last)];
  return from === to ? `${runs}, ${from}` : `${runs}, from ${from} to ${to}`;
}

/** What all runs took together, each with its label. */
export function figuresOf({
  total,
}: DocumentHead): readonly { readonly label: string; readonly value: string }[] {
  const figures = [
    { label: 'Tokens', value: renderTokens(total) },
    { label: 'Cost', value: renderSpent(total) },
    ...(total.runs > 1 ? [{ label: 'Latency', value: renderLatency(total) }] : []),
    { label: 'Errors', value: renderErrors(total) },
  ];
  return figures.filter(({ value }) => value !== '');
}
