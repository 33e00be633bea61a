import { stat } from 'node:fs/promises';
import cliTruncate from 'cli-truncate';
import { ChainError } from '../../errors.js';
import { cleanControls } from '../../safety/clean.js';
import { chooseIn, indexFor } from '../../trace/choose-run.js';
import { LineCensus } from '../../trace/line-census.js';
import { maskRun } from '../../trace/mask-run.js';
import { readEvents } from '../../trace/read-events.js';
import type { FileLine } from '../../trace/read-lines.js';
import { type FoundRun, indexRuns } from '../../trace/run-index.js';
import { TraceBuilder } from '../../trace/trace-builder.js';
import { type TraceRun, withDescendants } from '../../trace/trace-run.js';
import type { Io } from '../io.js';
import { toJsonLine } from '../json-line.js';
import { LiveRegion } from '../live-region.js';
import { EventPrinter } from './print-events.js';
import { layoutOf, renderRun } from './render-run.js';
import type { ShowFlags } from './show.js';
import { runDocument } from './show-document.js';

/**
 * `chain trace show --follow`: the run that was named until it has ended; without a name every run that is still going
 * on, or comes, until the command is told to stop. A file that isn't there yet is waited for.
 * @throws ChainError `invalid_argument`, `file_not_readable`; the signal's reason
 */
export async function followTrace(
  file: string,
  name: string | undefined,
  flags: ShowFlags,
  io: Io,
): Promise<void> {
  if (file === '-') {
    throw new ChainError('invalid_argument', 'standard input is read to its end, and can’t be followed', {
      hint: 'Name the file that is being written.',
    });
  }
  const { from, shownFrom, chosen } = await whereToBegin(file, name, io);
  const builder = new TraceBuilder(chosen?.root.id);
  const view = viewOf(file, flags, io);
  const printer = new EventPrinter(chosen, io);
  const census = new LineCensus({ numbered: from === 0 });
  /** What is read from before is only for the runs that it goes on with. */
  const isNew = newLines(shownFrom);
  const goingOn = new Set<string>();
  const isShown = (root: TraceRun) => [...withDescendants(root)].some(({ id }) => goingOn.has(id));
  try {
    for await (const read of readEvents(file, { from, follow: true, census, signal: io.signal })) {
      const lines: FileLine[] = [];
      for (const { event, line } of read) {
        builder.add(event);
        if (!isNew(line)) continue;
        goingOn.add(event.runId);
        lines.push(line);
      }
      if (flags.events) await printer.print(lines);
      if (chosen !== undefined) {
        const run = builder.find(chosen.id);
        if (run !== undefined && run.end !== null) {
          view.end(run);
          return tellNotes(census, io);
        }
        view.draw(run === undefined ? [] : [run]);
        continue;
      }
      for (const root of builder.roots.filter(({ end }) => end !== null)) {
        if (isShown(root)) view.end(root);
        builder.drop(root);
        for (const { id } of withDescendants(root)) goingOn.delete(id);
      }
      view.draw(builder.roots.filter(isShown));
    }
  } finally {
    view.close();
  }
}

/** Whether a line stands behind a place, or in a file that was begun anew. */
function newLines(place: number): (line: FileLine) => boolean {
  let behind = place;
  let last = 0;
  return ({ offset }) => {
    if (offset < last) behind = 0;
    last = offset;
    return offset >= behind;
  };
}

interface Beginning {
  /** Where reading begins. */
  readonly from: number;
  /** What stands before isn't news. */
  readonly shownFrom: number;
  readonly chosen?: FoundRun;
}

/** So far back a run may have begun that goes on beside the last one, in bytes. */
const BESIDE = 64 * 1024 * 1024;

/** At a run that was named, or the last one where it hasn't ended; otherwise behind all that is there. */
async function whereToBegin(file: string, name: string | undefined, { signal }: Io): Promise<Beginning> {
  const isThere = await stat(file).then(
    () => true,
    () => false,
  );
  if (!isThere && name === undefined) return { from: 0, shownFrom: 0 };
  const index = await indexRuns(file, { ...indexFor(name), signal });
  if (name !== undefined) {
    const chosen = chooseIn(index, name);
    return { from: chosen.root.from, shownFrom: chosen.root.from, chosen };
  }
  const open = index.runs.filter(({ status }) => status === 'unfinished');
  const last = index.runs.at(-1);
  const shownFrom = last?.status === 'unfinished' ? last.from : index.end;
  const beside = open.filter(({ from }) => from > index.end - BESIDE);
  return { from: Math.min(shownFrom, ...beside.map(({ from }) => from)), shownFrom };
}

interface View {
  /** Runs that go on. */
  draw(runs: readonly TraceRun[]): void;
  /** One that has ended. */
  end(run: TraceRun): void;
  close(): void;
}

function viewOf(file: string, flags: ShowFlags, io: Io): View {
  const { stdout } = io;
  const masked = (run: TraceRun) => maskRun(run, io);
  const nothing = () => {};
  const written = (render: (run: TraceRun) => string): View => ({
    draw: nothing,
    end: (run) => void stdout.write(render(run)),
    close: nothing,
  });
  if (flags.events) return { draw: nothing, end: nothing, close: nothing };
  if (flags.json) return written((run) => toJsonLine(runDocument(masked(run), []), io.redact));
  const text = (run: TraceRun, until?: number) =>
    `${renderRun(masked(run), flags, layoutOf(flags, io), until)}\n`;
  if (stdout.isTTY !== true || io.env.TERM === 'dumb') return written(text);
  return liveView(text, `waiting for runs in ${cleanControls(file)}`, io);
}

/** At a terminal: what goes on stands below all that has ended, and changes there. */
function liveView(
  text: (run: TraceRun, until?: number) => string,
  waiting: string,
  { stdout, stderr }: Io,
): View {
  let shown: readonly TraceRun[] | null = null;
  const region = new LiveRegion({ stdout, stderr }, () => void setImmediate(() => region.show(lines())));
  const lines = () => {
    if (shown === null) return [];
    const now = Date.now();
    const all = shown.flatMap((run) => text(run, now).split('\n').slice(0, -1));
    const last = all.length === 0 ? [waiting] : all.slice(-region.rows);
    return last.map((line) => cliTruncate(line, region.columns));
  };
  return {
    draw(runs) {
      shown = runs;
      region.show(lines());
    },
    end(run) {
      shown = null;
      region.show([]);
      stdout.write(text(run));
    },
    close: () => region.finish(lines()),
  };
}

function tellNotes(census: LineCensus, { stderr }: Io): void {
  for (const note of census.notes()) stderr.write(`note: ${cleanControls(note)}\n`);
}
