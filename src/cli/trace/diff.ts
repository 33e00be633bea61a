import { wantsColor } from '../../callbacks/color.js';
import { toErrorRecord } from '../../errors.js';
import { diffRuns } from '../../trace/diff-runs.js';
import type { ChosenRun } from '../../trace/load-run.js';
import { maskRun } from '../../trace/mask-run.js';
import { renderErrorJson, Verdict } from '../exit.js';
import type { Io } from '../io.js';
import { toJsonLine } from '../json-line.js';
import { choosePair } from './choose-pair.js';
import { renderRunDiff } from './render-diff.js';

export interface DiffFlags {
  readonly exitCode?: boolean;
  readonly json?: boolean;
  readonly color?: boolean;
}

/**
 * `chain trace diff`.
 * @throws ChainError where a run can't be read; `Verdict` where the runs differ and that was asked
 */
export async function diffTraces(a: string, b: string | undefined, flags: DiffFlags, io: Io): Promise<void> {
  const { stdout, env } = io;
  let pair: readonly [ChosenRun, ChosenRun];
  try {
    pair = await choosePair(a, b, io);
  } catch (error) {
    if (flags.json) stdout.write(renderErrorJson(toErrorRecord(error), '', io.redact));
    throw error;
  }
  const [runA, runB] = pair.map(({ run }) => maskRun(run, io));
  const diff = diffRuns(runA!, runB!);
  if (flags.json) {
    const [fileA, fileB] = pair.map(({ file }) => file);
    stdout.write(toJsonLine({ schema: 1, files: { a: fileA, b: fileB }, ...diff }, io.redact));
  } else {
    const [titleA, titleB] = pair.map((chosen) => io.redact(titleOf(chosen)));
    stdout.write(
      renderRunDiff(diff, {
        width: stdout.columns,
        color: flags.color !== false && wantsColor(stdout, env),
        titles: [titleA!, titleB!],
      }),
    );
  }
  if (flags.exitCode && diff.change !== 'same') throw new Verdict(1);
}

/** `run.jsonl 4c1d2e3f  add.txt`. */
function titleOf({ file, run, summary }: ChosenRun): string {
  const { template } = summary;
  return `${file} ${run.id.slice(0, 8)}${template === null ? '' : `  ${template}`}`;
}
