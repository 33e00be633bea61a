import { ChainError, toError, toErrorRecord } from '../../errors.js';
import { isOverBudget } from '../budget.js';
import type { FinishedRun } from '../execute-run.js';
import type { PlannedRun } from '../planned-run.js';

/** Mistakes of which each alone would stop the command, as one; what isn't a mistake but a failure comes first. */
export function joinMistakes(errors: readonly unknown[]): unknown {
  const stranger = errors.find((error) => !(error instanceof ChainError));
  const [first, ...others] = unique(errors as readonly ChainError[]);
  if (stranger !== undefined || others.length === 0) return stranger ?? first;
  const all = [first!, ...others];
  const hint = [...new Set(all.flatMap((error) => error.hint ?? []))].join(' ');
  return new ChainError(first!.code, all.map(({ message }) => message).join('; '), {
    cause: first,
    ...(hint !== '' && { hint }),
  });
}

function unique(errors: readonly ChainError[]): readonly ChainError[] {
  return [...new Map(errors.map((error) => [error.message, error])).values()];
}

/**
 * The failures of runs as one, a line for each. Its code, which decides the exit code, is the budget's where that
 * stopped one of them, and otherwise that of the first in the order of the command line.
 */
export function joinFailures(
  runs: readonly Pick<PlannedRun, 'label'>[],
  finished: readonly Pick<FinishedRun, 'error'>[],
): Error | undefined {
  const failed = finished.flatMap(({ error }, index) =>
    error === undefined ? [] : [{ error, label: runs[index]!.label }],
  );
  if (failed.length === 0) return undefined;
  const { error: cause } = failed.find(({ error }) => isOverBudget(error)) ?? failed[0]!;
  const lines = failed.map(({ error, label }, at) => {
    const line = `${INDENT}${label}: ${toErrorRecord(error).message}`;
    const hint = hintOf(error);
    // Most often all have the same one.
    const isSaid = hint === undefined || hint === hintOf(failed[at + 1]?.error);
    return isSaid ? line : `${line}\n${INDENT}  ${hint}`;
  });
  const message = [`${failed.length} of ${runs.length} runs failed`, ...lines].join('\n');
  return cause instanceof ChainError
    ? new ChainError(cause.code, message, { cause })
    : new Error(message, { cause: toError(cause) });
}

function hintOf(error: unknown): string | undefined {
  return error instanceof ChainError ? error.hint : undefined;
}

/** Under `chain: `. */
const INDENT = '       ';
