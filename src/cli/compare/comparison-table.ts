import { renderCost, renderDuration } from '../../callbacks/figures.js';
import { cleanControls } from '../../safety/clean.js';
import { sumUsage } from '../../tokens/usage.js';
import type { PlannedRun } from '../planned-run.js';
import type { RunReport } from '../run-report.js';
import { endOf, renderSpeed } from '../run-summary.js';
import { type Column, renderTable } from '../table.js';
import { totalPrice } from './total-price.js';

/** A run that is over, as a row. */
interface Row {
  readonly run: PlannedRun;
  readonly report: RunReport;
}

/**
 * What each run took, and all together.
 * @param durationMs of all of them, at once
 * @param width in columns, of where the table is shown
 */
export function renderComparison(
  runs: readonly PlannedRun[],
  reports: readonly RunReport[],
  { durationMs, width }: { readonly durationMs: number; readonly width: number },
): string {
  const rows = runs.map((run, index) => ({ run, report: reports[index]! }));
  const usages = reports.flatMap(({ usage }) => usage ?? []);
  const sum = usages.length === 0 ? null : sumUsage(usages);
  const column = (head: string, cell: (row: Row) => string, last = ''): Column => ({
    head,
    cells: [...rows.map(cell), last],
  });
  const saved = runs.some(({ output }) => output !== undefined);
  const columns: readonly Column[] = [
    { ...column('run', ({ run }) => run.label, 'all'), align: 'left' },
    column('in', ({ report }) => count(report.usage?.inputTokens), count(sum?.inputTokens)),
    column('out', ({ report }) => count(report.usage?.outputTokens), count(sum?.outputTokens)),
    column(
      'price',
      ({ report }) => priceOf(report),
      totalPrice(reports.filter(({ usage }) => usage !== null)),
    ),
    column('first token', ({ report: { firstTokenMs } }) =>
      firstTokenMs === null ? '' : renderDuration(firstTokenMs),
    ),
    column('time', ({ report }) => renderDuration(report.durationMs), renderDuration(durationMs)),
    column('tokens/s', ({ report }) => renderSpeed(report) ?? ''),
    { ...column('tokens are', ({ report }) => report.usage?.source ?? '', sum?.source), align: 'left' },
    { ...column('status', ({ report }) => statusOf(report)), align: 'left' },
    ...(saved ? [{ ...column('answer in', savedIn), align: 'left' as const }] : []),
  ];
  const notes = reports.some(({ offline }) => offline) ? 'offline is not a language model\n' : '';
  return `${cleanControls(renderTable(columns, { width }))}${notes}`;
}

/** Nothing where no model answered; `?` where it isn't known. */
function count(tokens: number | null | undefined): string {
  return tokens === undefined ? '' : (tokens?.toLocaleString('en-US') ?? '?');
}

function priceOf({ usage, cost, offline }: RunReport): string {
  if (usage === null) return '';
  return offline ? 'none' : renderCost(cost);
}

/** `ok`, `stopped`, `failed: rate_limited`; `cut off: length` for an answer that isn't whole. */
function statusOf(report: RunReport): string {
  const { error, finishReason } = report;
  const end = endOf(report);
  if (error !== null) return end === 'stopped' ? 'stopped' : `failed: ${error.code}`;
  return finishReason === 'length' || finishReason === 'content_filter' ? `cut off: ${finishReason}` : 'ok';
}

function savedIn({ run: { output }, report: { error } }: Row): string {
  return error === null && output !== undefined ? output : '';
}
