import { existsSync } from 'node:fs';
import { ChainError } from '../../errors.js';
import { chooseRun, type RunName } from '../../trace/choose-run.js';
import { type ChosenRun, loadRun } from '../../trace/load-run.js';
import { indexRuns } from '../../trace/run-index.js';
import type { Io } from '../io.js';

/**
 * The two runs that are to be compared.
 * @param a `file` or `file#run`; without a run the last one
 * @param b likewise; without it `a` is the second, and the first is the run before it in its file
 * @throws ChainError `invalid_argument` where there is no such run; `file_not_readable`
 */
export async function choosePair(
  a: string,
  b: string | undefined,
  { signal }: Pick<Io, 'signal'>,
): Promise<readonly [ChosenRun, ChosenRun]> {
  const first = await choose(a, signal);
  if (b !== undefined) return [first, await choose(b, signal)];
  return [await before(first, signal), first];
}

async function choose(place: string, signal: AbortSignal): Promise<ChosenRun> {
  const { file, name } = parse(place);
  return chooseRun(file, name, { signal });
}

/** A file may have a `#` in its own name. */
function parse(place: string): { readonly file: string; readonly name?: RunName } {
  const at = place.lastIndexOf('#');
  if (at < 1 || existsSync(place)) return { file: place };
  return { file: place.slice(0, at), name: place.slice(at + 1) };
}

async function before({ file, run, root, summary }: ChosenRun, signal: AbortSignal): Promise<ChosenRun> {
  if (run !== root) {
    throw new ChainError('invalid_argument', `${file}: ${run.id} is a step of a run; no run is before it`, {
      hint: 'Name two runs: chain trace diff A B',
    });
  }
  const { runs } = await indexRuns(file, { keep: 1, to: summary.from, signal });
  const found = runs.at(-1);
  if (found !== undefined) return loadRun(file, found, { signal });
  throw new ChainError('invalid_argument', `${file}: no run is before ${run.id.slice(0, 8)} in it`, {
    hint: 'Name two runs: chain trace diff A B',
  });
}
