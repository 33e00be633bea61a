import { cleanControls } from '../../safety/clean.js';
import { isOverBudget, renderSpent } from '../budget.js';
import { dim } from '../dim.js';
import type { FinishedRun } from '../execute-run.js';
import type { Io } from '../io.js';
import { toJsonLine } from '../json-line.js';
import { renderMiss } from '../miss.js';
import type { RunPlan } from '../run-plan.js';
import { makeReport, toDocument } from '../run-report.js';
import { renderComparison } from './comparison-table.js';
import { joinFailures } from './failures.js';
import { variantOf } from './variant-document.js';

/** What came of all runs. */
export interface Finish {
  /** In the order of the plan. */
  readonly finished: readonly FinishedRun[];
  /** Of no run in particular. */
  readonly warnings: readonly string[];
  /** From the first start to the last end. */
  readonly durationMs: number;
}

/**
 * Shows what each run took, or all documents.
 * @throws what went wrong with any of them
 */
export function concludeComparison(plan: RunPlan, finish: Finish, io: Io): void {
  const { flags, runs } = plan;
  if (flags.json) io.stdout.write(toJsonLine(documentsOf(plan, finish), io.redact));
  else if (!flags.quiet) io.stderr.write(dim(io.redact(renderFinish(plan, finish, io)), flags, io));
  io.stderr.write(io.redact(renderMisses(plan, finish, io)));
  const error = joinFailures(runs, finish.finished);
  if (error !== undefined) throw error;
}

/** What each would have printed by itself, and which it is. A warning that concerns all stands in all. */
function documentsOf(plan: RunPlan, { finished, warnings }: Finish): readonly object[] {
  return finished.map((one, index) => {
    const { schema, ...document } = toDocument(makeReport(one, warnings), plan);
    return { schema, variant: variantOf(plan.runs[index]!), ...document };
  });
}

/** How requests that aren't in a recording differ from it; the same is said once. */
function renderMisses({ flags }: RunPlan, { finished }: Finish, io: Io): string {
  return [...new Set(finished.map(({ error }) => renderMiss(error, flags, io)))].join('');
}

function renderFinish({ runs, budget }: RunPlan, { finished, warnings, durationMs }: Finish, io: Io): string {
  const reports = finished.map((one) => makeReport(one, []));
  const width = io.stderr.isTTY === true ? io.stderr.columns || 80 : Number.POSITIVE_INFINITY;
  const over = budget !== undefined && finished.some(({ error }) => isOverBudget(error));
  const lines = [
    ...reports.flatMap((report, index) =>
      report.warnings.map((warning) => `warning: ${runs[index]!.label}: ${warning}`),
    ),
    ...warnings.map((warning) => `warning: ${warning}`),
  ];
  return [
    renderComparison(runs, reports, { durationMs, width }),
    ...lines.map((line) => `${cleanControls(line)}\n`),
    ...(over
      ? [renderSpent(budget).replace(/\n$/, `; each of ${runs.length} runs has an equal share\n`)]
      : []),
  ].join('');
}
