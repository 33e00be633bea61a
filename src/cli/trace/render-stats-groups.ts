import { renderCost, renderDuration } from '../../callbacks/figures.js';
import type { RunStats } from '../../trace/run-tally.js';
import type { GroupedStats, StatsField } from '../../trace/trace-stats.js';
import { type Column, renderTable } from '../table.js';
import { bar } from './bars.js';
import { oneLine } from './render-tree.js';
import { count, many, percent, renderSourceShares } from './stats-figures.js';

const BAR = 16;
const LONGEST_KEY = 60;

/** What those are called that have no key. */
const NO_KEY: Readonly<Record<StatsField, string>> = {
  template: '(no template)',
  model: '(no model)',
  day: '(no day)',
  status: '(no status)',
};

interface Row {
  readonly key: string;
  readonly stats: RunStats;
  /** Of all that was spent, 0 to 1; `null` in the row of all. */
  readonly share: number | null;
}

/** A row for each group, with a bar for its share of what was spent. */
export function renderGroups(grouped: GroupedStats, width: number): string {
  const { by, all, groups, rest } = grouped;
  const whole = sizeOf(all, grouped);
  const share = (stats: RunStats) => (whole === 0 ? 0 : sizeOf(stats, grouped) / whole);
  const rows: Row[] = groups.map((stats) => ({
    key: stats.key === null ? NO_KEY[by] : shorten(oneLine(stats.key)),
    stats,
    share: share(stats),
  }));
  if (rest !== null) {
    const key = rest.groups === null ? 'others' : many(rest.groups, by === 'day' ? 'other day' : 'other');
    const row = { key: `(${key})`, stats: rest, share: share(rest) };
    if (by === 'day') rows.unshift(row);
    else rows.push(row);
  }
  if (rows.length > 1) rows.push({ key: '(all)', stats: all, share: null });
  return renderTable(columnsOf(rows, grouped), { width });
}

function sizeOf({ cost, usage }: RunStats, { measure }: GroupedStats): number {
  return (measure === 'cost' ? cost : usage?.totalTokens) ?? 0;
}

/** The end of a path says more than its beginning. */
function shorten(key: string): string {
  return key.length > LONGEST_KEY ? `…${key.slice(1 - LONGEST_KEY).replace(/^[\udc00-\udfff]/, '')}` : key;
}

function columnsOf(rows: readonly Row[], { by, unit, measure }: GroupedStats): readonly Column[] {
  type Cell = (stats: RunStats, row: Row) => string;
  const column = (head: string, cell: Cell, align: Column['align'] = 'right'): Column => ({
    head,
    cells: rows.map((row) => cell(row.stats, row)),
    align,
  });
  /** A column that stands only where there is something in it. */
  const where = (has: (stats: RunStats) => number, head: string, cell: Cell): Column[] =>
    rows.some(({ stats }) => has(stats) > 0) ? [column(head, cell)] : [];
  const status = (name: 'error' | 'aborted' | 'unfinished', head: string, cell: Cell) =>
    by === 'status' ? [] : where(({ byStatus }) => byStatus[name], head, cell);
  return [
    column(by, (_, { key }) => key, 'left'),
    column(`${unit}s`, ({ runs }) => count(runs)),
    ...status('error', 'errors', renderErrorShare),
    ...status('aborted', 'aborted', ({ byStatus }) => count(byStatus.aborted)),
    ...status('unfinished', 'unfinished', ({ byStatus }) => count(byStatus.unfinished)),
    column('input', ({ usage }) => tokens(usage, 'inputTokens')),
    ...where(
      ({ usage }) => usage?.cachedTokens ?? 0,
      'cached',
      ({ usage }) => tokens(usage, 'cachedTokens'),
    ),
    column('output', ({ usage }) => tokens(usage, 'outputTokens')),
    column('tokens are', (stats) => renderSourceShares(stats), 'left'),
    column('cost', ({ usage, cost }) => (usage === null ? '' : renderCost(cost))),
    ...where(
      ({ cost, unpriced }) => (cost === null ? 0 : unpriced),
      'unpriced',
      ({ unpriced }) => count(unpriced),
    ),
    ...(['p50', 'p90', 'p99'] as const).map((rank) =>
      column(rank, ({ durationMs }) => (durationMs === null ? '' : renderDuration(durationMs[rank]))),
    ),
    column(
      `share of ${measure === 'cost' ? 'cost' : 'tokens'}`,
      (_, { share }) => renderShare(share),
      'left',
    ),
  ];
}

function tokens(usage: RunStats['usage'], field: 'inputTokens' | 'cachedTokens' | 'outputTokens'): string {
  return usage === null ? '' : count(usage[field]);
}

function renderErrorShare({ byStatus: { error }, runs }: RunStats): string {
  return error === 0 ? '0' : `${count(error)} (${percent(error, runs)})`;
}

function renderShare(share: number | null): string {
  return share === null ? '' : `${percent(share, 1).padStart('100 %'.length)} ${bar(share, BAR)}`.trimEnd();
}
