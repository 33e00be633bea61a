import { ChainError } from '../errors.js';
import { type ChosenRun, loadRun } from './load-run.js';
import { type FoundRun, type IndexOptions, indexRuns, type RunIndex } from './run-index.js';

/** Which run is meant: the beginning of its id, `last`, or `last~1` for the one before it. */
export type RunName = string;

/** A name that counts from the end. */
const LAST_RUN = /^last(?:~(\d+))?$/;

/**
 * What an index needs so that the run that a name means is in it; without a name the last one is.
 * @param keep so many of the last runs at least
 */
export function indexFor(name: RunName = 'last', keep = KEPT): Pick<IndexOptions, 'find' | 'keep'> {
  const back = LAST_RUN.exec(name);
  return back === null ? { keep, find: name } : { keep: Math.max(keep, Number(back[1] ?? 0) + 1) };
}

const KEPT = 1000;

/**
 * The run of a file that a name means; without a name the last one.
 * @param shown what the file is called; default: its path
 * @throws ChainError `invalid_argument` where there is no such run, or several; `file_not_readable`
 */
export async function chooseRun(
  file: string,
  name: RunName = 'last',
  { shown = file, signal }: { readonly shown?: string; readonly signal?: AbortSignal | undefined } = {},
): Promise<ChosenRun> {
  const index = await indexRuns(file, { signal, ...indexFor(name) });
  const { id, root } = chooseIn({ ...index, file: shown }, name);
  return { ...(await loadRun(file, root, { id, signal })), file: shown };
}

/**
 * The same in an index, which was made with {@link indexFor}.
 * @throws ChainError `invalid_argument` where there is no such run, or several
 */
export function chooseIn(index: RunIndex, name: RunName = 'last'): FoundRun {
  assertHasRuns(index);
  const back = LAST_RUN.exec(name);
  return back === null ? named(index, name) : fromEnd(index, Number(back[1] ?? 0), name);
}

/** What would be a trace, where a file is none. */
export const HOW_TRACED =
  'A trace is JSON lines: chain run … --log run.jsonl, or --log-format jsonl for another name';

/** @throws ChainError `invalid_argument`, saying what is in the file instead */
export function assertHasRuns({ file, count, census }: Pick<RunIndex, 'file' | 'count' | 'census'>): void {
  if (count > 0) return;
  const notes = census.notes();
  throw new ChainError(
    'invalid_argument',
    `${file}: no run is in it${notes.length > 0 ? `; ${notes.join('; ')}` : ''}`,
    {
      hint: HOW_TRACED,
    },
  );
}

function fromEnd(index: RunIndex, back: number, name: RunName): FoundRun {
  const root = index.runs.at(-1 - back);
  if (root === undefined) {
    throw new ChainError('invalid_argument', `${index.file}: no run ${name}: it has ${index.count}`);
  }
  return { id: root.id, root };
}

function named(index: RunIndex, name: RunName): FoundRun {
  const { file, found } = index;
  const exact = found.find(({ id }) => id === name);
  if (exact !== undefined) return exact;
  // Lists show the ids of roots.
  const roots = found.filter(({ id, root }) => id === root.id);
  const meant = roots.length > 0 ? roots : found;
  const [first] = meant;
  if (first === undefined || name === '') {
    throw new ChainError('invalid_argument', `${file}: no run ${name}`, {
      hint: `chain trace show ${file} lists them.`,
    });
  }
  if (meant.length === 1) return first;
  const some = meant.slice(0, MOST_SHOWN).map(({ id }) => id);
  const more = meant.length > MOST_SHOWN ? ', …' : '';
  throw new ChainError(
    'invalid_argument',
    `${file}: ${name} is the beginning of several runs: ${some.join(', ')}${more}`,
  );
}

const MOST_SHOWN = 4;
