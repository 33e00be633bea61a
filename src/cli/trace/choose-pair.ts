import { existsSync } from 'node:fs';
import { ChainError } from '../../errors.js';
import { chooseRun, type RunName } from '../../trace/choose-run.js';
import { type ChosenRun, loadRun } from '../../trace/load-run.js';
import { indexRuns } from '../../trace/run-index.js';
import type { Io } from '../io.js';
import { withTraceFile } from './trace-source.js';

/**
 * The two runs that are to be compared.
 * @param a `file` or `file#run`; without a run the last one; `-` is standard input
 * @param b likewise; without it `a` is the second, and the first is the run before it in its file
 * @throws ChainError `invalid_argument` where there is no such run; `file_not_readable`
 */
export async function choosePair(
  a: string,
  b: string | undefined,
  io: Io,
): Promise<readonly [ChosenRun, ChosenRun]> {
  if (b !== undefined) return [await choose(a, io), await choose(b, io)];
  const { file, name } = parse(a);
  return withTraceFile(file, io, async (kept) => {
    const last = await chooseRun(kept, name, { shown: file, signal: io.signal });
    return [await before(last, kept, io), last];
  });
}

async function choose(place: string, io: Io): Promise<ChosenRun> {
  const { file, name } = parse(place);
  return withTraceFile(file, io, (kept) => chooseRun(kept, name, { shown: file, signal: io.signal }));
}

/** A file may have a `#` in its own name. */
function parse(place: string): { readonly file: string; readonly name?: RunName } {
  const at = place.lastIndexOf('#');
  if (at < 1 || existsSync(place)) return { file: place };
  return { file: place.slice(0, at), name: place.slice(at + 1) };
}

async function before(
  { file, run, root, summary }: ChosenRun,
  kept: string,
  { signal }: Io,
): Promise<ChosenRun> {
  if (run !== root) {
    throw new ChainError('invalid_argument', `${file}: ${run.id} is a step of a run; no run is before it`, {
      hint: 'Name two runs: chain trace diff A B',
    });
  }
  const { runs } = await indexRuns(kept, { keep: 1, to: summary.from, signal });
  const found = runs.at(-1);
  if (found !== undefined) return { ...(await loadRun(kept, found, { signal })), file };
  throw new ChainError('invalid_argument', `${file}: no run is before ${run.id.slice(0, 8)} in it`, {
    hint: 'Name two runs: chain trace diff A B',
  });
}
