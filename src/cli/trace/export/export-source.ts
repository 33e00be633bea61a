import { basename } from 'node:path';
import { assertHasRuns, chooseIn, indexFor } from '../../../trace/choose-run.js';
import { endedRuns } from '../../../trace/ended-runs.js';
import { loadRun } from '../../../trace/load-run.js';
import { type MaskOptions, maskRun } from '../../../trace/mask-run.js';
import { isWithoutContent } from '../../../trace/run-content.js';
import { indexRuns } from '../../../trace/run-index.js';
import { RunTally } from '../../../trace/run-tally.js';
import { statusOf, type TraceRun, totalsOf, withDescendants } from '../../../trace/trace-run.js';
import { traceStats } from '../../../trace/trace-stats.js';
import type { DocumentHead, DocumentRun } from './document.js';

/** Runs that are to be exported, and what is said of them together. */
export interface ExportSource {
  readonly head: DocumentHead;
  readonly runs: AsyncIterable<DocumentRun> | Iterable<DocumentRun>;
}

export interface ExportOptions extends MaskOptions {
  readonly signal: AbortSignal;
}

/**
 * All runs of a file in the order in which they ended, those that have no end behind them; or the one that is named.
 * @param shown what the file is called
 * @throws ChainError `file_not_readable`; `invalid_argument` where there is no such run
 */
export function readExport(
  file: string,
  shown: string,
  name: string | undefined,
  options: ExportOptions,
): Promise<ExportSource> {
  return name === undefined ? readAll(file, shown, options) : readOne(file, shown, name, options);
}

async function readAll(file: string, shown: string, options: ExportOptions): Promise<ExportSource> {
  const { total, first, last, censuses } = await traceStats([file], options);
  const census = censuses[0]!;
  assertHasRuns({ file: shown, count: total.runs, census });
  const head = { title: titleOf(shown), total, first, last, notes: census.notes() };
  return { head, runs: allRuns(file, options) };
}

async function* allRuns(file: string, options: ExportOptions): AsyncGenerator<DocumentRun, void, void> {
  for await (const run of endedRuns(file, options)) yield documentRun(run, isWithoutContent(run), options);
}

function documentRun(run: TraceRun, withoutContent: boolean, options: ExportOptions): DocumentRun {
  return { run: maskRun(run, options), withoutContent: withoutContent || options.content === false };
}

async function readOne(
  file: string,
  shown: string,
  name: string,
  options: ExportOptions,
): Promise<ExportSource> {
  const { signal } = options;
  const index = await indexRuns(file, { ...indexFor(name), signal });
  const { id, root } = chooseIn({ ...index, file: shown }, name);
  const { run } = await loadRun(file, root, { id, signal });
  const total = tallyOf(run).stats();
  const head = { title: titleOf(shown), total, first: run.time, last: run.time, notes: index.census.notes() };
  return { head, runs: [documentRun(run, root.withoutContent, options)] };
}

function tallyOf(run: TraceRun): RunTally {
  const tally = new RunTally();
  let unknownUsage = 0;
  for (const { end } of withDescendants(run)) {
    if (end !== null && 'model' in end && end.usage?.source === 'unknown') unknownUsage += 1;
  }
  const { end } = run;
  tally.add({
    status: statusOf(run),
    errorCode: end !== null && 'error' in end ? end.error.code : null,
    durationMs: end?.durationMs ?? null,
    totals: totalsOf(run),
    unknownUsage,
  });
  return tally;
}

/** Whoever is sent a document need not know where its trace was kept. */
function titleOf(shown: string): string {
  return shown === '-' ? 'standard input' : basename(shown);
}
