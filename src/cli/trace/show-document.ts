import type { TokenTotals } from '../../callbacks/token-totals.js';
import type { RunIndex } from '../../trace/run-index.js';
import type { RunSummary } from '../../trace/run-summary.js';
import { durationOf, modelOf, statusOf, type TraceRun, templateOf, totalsOf } from '../../trace/trace-run.js';

/** What `--json` prints of one run: what is derived from its events, then they themselves. */
export function runDocument(run: TraceRun, notes: readonly string[]): object {
  return { schema: 1, run: runFields(run), notes };
}

/** What `--json` prints of a file with several runs. */
export function listDocument({ file, count, runs, census }: RunIndex): object {
  return { schema: 1, file, count, runs: runs.map(summaryFields), notes: census.notes() };
}

function runFields(run: TraceRun): object {
  const { id, parentId, name, time, start, moments, end, streamed, children } = run;
  return {
    id,
    parentId,
    name,
    status: statusOf(run),
    time,
    durationMs: durationOf(run),
    template: templateOf(run),
    model: modelOf(run),
    ...moneyFields(totalsOf(run)),
    start,
    moments,
    streamed: end === null ? streamed : null,
    end,
    children: children.map(runFields),
  };
}

function summaryFields({ totals, from: _, to: __, withoutContent, ...summary }: RunSummary): object {
  return { ...summary, ...moneyFields(totals), content: !withoutContent };
}

function moneyFields({ usage, cost, unpriced, runs }: TokenTotals): object {
  return { usage, cost: usage === null ? null : cost, unpriced, modelRuns: runs };
}
