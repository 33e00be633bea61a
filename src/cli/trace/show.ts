import { cleanControls } from '../../safety/clean.js';
import { assertHasRuns, chooseIn, indexFor } from '../../trace/choose-run.js';
import { loadRun } from '../../trace/load-run.js';
import { maskRun } from '../../trace/mask-run.js';
import { indexRuns } from '../../trace/run-index.js';
import type { Io } from '../io.js';
import { toJsonLine } from '../json-line.js';
import { printEvents } from './print-events.js';
import { layoutOf, renderRun } from './render-run.js';
import { renderRunList } from './run-list.js';
import { listDocument, runDocument } from './show-document.js';
import { withTraceFile } from './trace-source.js';

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
  const index = { ...(await indexRuns(file, { ...indexFor(name, keep), signal })), file: shown };
  assertHasRuns(index);
  const notes = index.census.notes();
  const all = name === undefined && index.count > 1;
  if (flags.events) {
    const chosen = all ? undefined : chooseIn(index, name);
    await printEvents(file, chosen, io);
  } else if (all) {
    const listed = { ...index, runs: index.runs.slice(-keep) };
    stdout.write(
      flags.json
        ? toJsonLine(listDocument(listed), io.redact)
        : io.redact(renderRunList(listed, layoutOf(flags, io))),
    );
  } else {
    const { id, root } = chooseIn(index, name);
    const { run: kept } = await loadRun(file, root, { id, signal });
    const run = maskRun(kept, io);
    stdout.write(
      flags.json
        ? toJsonLine(runDocument(run, notes), io.redact)
        : renderRun(run, flags, layoutOf(flags, io)),
    );
  }
  if (!flags.json) for (const note of notes) io.stderr.write(`note: ${cleanControls(note)}\n`);
}
