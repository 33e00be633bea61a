import { readEvents } from './read-events.js';
import type { RunSummary } from './run-summary.js';
import { TraceBuilder } from './trace-builder.js';
import type { TraceRun } from './trace-run.js';

/** A run that was chosen, with all that is known of it. */
export interface ChosenRun {
  readonly file: string;
  readonly summary: RunSummary;
  /** The root. */
  readonly root: TraceRun;
  /** The root, or the run under it that was asked for. */
  readonly run: TraceRun;
}

/**
 * Reads a run's events, and puts it together.
 * @param id of a run under the root; default: the root
 * @throws ChainError `file_not_readable`
 */
export async function loadRun(
  file: string,
  summary: RunSummary,
  { id = summary.id, signal }: { readonly id?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<ChosenRun> {
  const builder = new TraceBuilder(summary.id);
  const { from, to } = summary;
  const tokensOf = (runId: string) => builder.has(runId);
  for await (const events of readEvents(file, { from, to, tokensOf, signal })) {
    for (const { event } of events) builder.add(event);
  }
  const root = builder.find(summary.id);
  if (root === undefined) throw new Error(`${file} has changed while it was read`);
  return { file, summary, root, run: builder.find(id) ?? root };
}
