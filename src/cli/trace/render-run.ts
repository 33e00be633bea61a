import { wantsColor } from '../../callbacks/color.js';
import { renderDuration } from '../../callbacks/figures.js';
import { renderTime } from '../../callbacks/log-line.js';
import { durationOf, statusOf, type TraceRun, totalsOf } from '../../trace/trace-run.js';
import type { Io } from '../io.js';
import { renderFull } from './render-full.js';
import { oneLine, renderTree, type TreeLayout } from './render-tree.js';
import { renderMoney, treeRows } from './tree-rows.js';

/**
 * One run as text: a line about it, its tree, and with `full` all that was said.
 * @param until when runs that have no end are taken to end; default: with the last that is known of them
 */
export function renderRun(
  run: TraceRun,
  { full }: { readonly full?: boolean },
  layout: TreeLayout,
  until?: number,
): string {
  const parts = [`${renderHead(run, until)}\n`, renderTree(treeRows(run, until), layout)];
  if (full) parts.push(renderFull(run, layout));
  return parts.join('\n');
}

function renderHead(run: TraceRun, until?: number): string {
  const totals = totalsOf(run);
  const money = totals.runs === 0 ? [] : [renderMoney(totals)];
  const status = statusOf(run);
  return [
    `run ${oneLine(run.id)}`,
    renderTime(run.time),
    status,
    renderDuration(durationOf(run, until)),
    ...money,
  ].join(' · ');
}

/** As wide as the terminal; elsewhere 120 columns. */
export function layoutOf({ color }: { readonly color?: boolean }, { stdout, env }: Io): TreeLayout {
  const width = stdout.isTTY === true ? stdout.columns || 80 : 120;
  return { width, color: color !== false && wantsColor(stdout, env) };
}
