import { wantsColor } from '../../callbacks/color.js';
import { renderDuration } from '../../callbacks/figures.js';
import { renderTime } from '../../callbacks/log-line.js';
import { cleanControls } from '../../safety/clean.js';
import { assertHasRuns, chooseIn, LAST_RUN } from '../../trace/choose-run.js';
import { loadRun } from '../../trace/load-run.js';
import { indexRuns } from '../../trace/run-index.js';
import { durationOf, statusOf, type TraceRun, totalsOf } from '../../trace/trace-run.js';
import type { Io } from '../io.js';
import { toJsonLine } from '../json-line.js';
import { printEvents } from './print-events.js';
import { renderFull } from './render-full.js';
import { oneLine, renderTree, type TreeLayout } from './render-tree.js';
import { renderRunList } from './run-list.js';
import { listDocument, runDocument } from './show-document.js';
import { withTraceFile } from './trace-source.js';
import { renderMoney, treeRows } from './tree-rows.js';

export interface ShowFlags {
  readonly full?: boolean;
  readonly events?: boolean;
  readonly follow?: boolean;
  readonly json?: boolean;
  readonly color?: boolean;
  readonly limit?: number;
}

const LISTED = 50;

/**
 * `chain trace show`: one run as a tree, or the runs of a file as a list.
 * @throws ChainError `file_not_readable`, `invalid_argument` where there is no such run
 */
export async function showTrace(
  file: string,
  name: string | undefined,
  flags: ShowFlags,
  io: Io,
): Promise<void> {
  if (flags.follow) {
    const { followTrace } = await import('./follow.js');
    return followTrace(file, name, flags, io);
  }
  await withTraceFile(file, io, (kept) => showFile(kept, file, name, flags, io));
}

async function showFile(
  file: string,
  shown: string,
  name: string | undefined,
  flags: ShowFlags,
  io: Io,
): Promise<void> {
  const { signal, stdout } = io;
  const keep = flags.limit ?? LISTED;
  const find = name === undefined || LAST_RUN.test(name) ? undefined : name;
  const index = { ...(await indexRuns(file, { keep: Math.max(keep, KEPT), find, signal })), file: shown };
  assertHasRuns(index);
  const notes = index.census.notes();
  const all = name === undefined && index.count > 1;
  if (flags.events) {
    const chosen = all ? undefined : chooseIn(index, name);
    await printEvents(file, chosen, io);
  } else if (all) {
    const listed = { ...index, runs: index.runs.slice(-keep) };
    stdout.write(flags.json ? toJsonLine(listDocument(listed)) : renderRunList(listed, layoutOf(flags, io)));
  } else {
    const { id, root } = chooseIn(index, name);
    const { run } = await loadRun(file, root, { id, signal });
    stdout.write(
      flags.json ? toJsonLine(runDocument(run, notes)) : renderRun(run, flags, layoutOf(flags, io)),
    );
  }
  if (!flags.json) for (const note of notes) io.stderr.write(`note: ${cleanControls(note)}\n`);
}

/** `last~N` looks so far back at least. */
const KEPT = 1000;

/**
 * One run as text: a line about it, its tree, and with `full` all that was said.
 * @param until when runs that have no end are taken to end; default: with the last that is known of them
 */
export function renderRun(
  run: TraceRun,
  { full }: Pick<ShowFlags, 'full'>,
  layout: TreeLayout,
  until?: number,
): string {
  const parts = [`${renderHead(run, until)}\n`, renderTree(treeRows(run, until), layout)];
  if (full) parts.push(renderFull(run, layout));
  return parts.join('\n');
}

function renderHead(run: TraceRun, until?: number): string {
  const totals = totalsOf(run);
  const money = totals.runs === 0 ? [] : [renderMoney(totals)];
  const status = statusOf(run);
  return [
    `run ${oneLine(run.id)}`,
    renderTime(run.time),
    status,
    renderDuration(durationOf(run, until)),
    ...money,
  ].join(' · ');
}

export function layoutOf({ color }: Pick<ShowFlags, 'color'>, { stdout, env }: Io): TreeLayout {
  const width = stdout.isTTY === true ? stdout.columns || 80 : 120;
  return { width, color: color !== false && wantsColor(stdout, env) };
}
