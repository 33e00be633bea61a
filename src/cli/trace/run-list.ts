import { renderCost, renderDuration } from '../../callbacks/figures.js';
import { renderTime, shortRunId } from '../../callbacks/log-line.js';
import type { RunIndex } from '../../trace/run-index.js';
import type { RunSummary } from '../../trace/run-summary.js';
import { type Column, renderTable } from '../table.js';
import { oneLine } from './render-tree.js';

/** The runs of a file, a row each, oldest first. */
export function renderRunList(
  { runs, count, file }: RunIndex,
  { width, file: shown = file }: { readonly width: number; readonly file?: string },
): string {
  const column = (
    head: string,
    cell: (run: RunSummary) => string,
    align: Column['align'] = 'left',
  ): Column => ({
    head,
    cells: runs.map((run) => oneLine(cell(run))),
    align,
  });
  const columns = [
    column('run', ({ id }) => shortRunId(id)),
    column('started', ({ time }) => renderTime(time).slice(0, -4)),
    column('status', ({ status, errorCode }) => (status === 'error' ? (errorCode ?? status) : status)),
    column('time', ({ durationMs }) => (durationMs === null ? '' : renderDuration(durationMs)), 'right'),
    column('tokens', (run) => renderTokens(run), 'right'),
    column('cost', ({ totals }) => (totals.usage === null ? '' : renderCost(totals.cost)), 'right'),
    column('model', ({ models }) => models.join(', ')),
    column('what', ({ name, template }) => template ?? name),
  ];
  const earlier = count - runs.length;
  return [
    `${oneLine(shown)}: ${count} runs${earlier > 0 ? `, the last ${runs.length}` : ''}\n\n`,
    renderTable(columns, { width, kept: 1 }),
    `\nchain trace show ${oneLine(shown)} ${shortRunId(runs.at(-1)?.id ?? 'last')} shows one.\n`,
  ].join('');
}

/** An estimate is marked by `~`. */
function renderTokens({ totals }: RunSummary): string {
  const { usage } = totals;
  if (usage === null) return '';
  const { totalTokens, source } = usage;
  if (totalTokens === null) return '?';
  const number = totalTokens.toLocaleString('en-US');
  return source === 'reported' ? number : source === 'estimated' ? `~${number}` : `≥${number}`;
}
