import { localMinute } from '../../trace/local-time.js';
import type { RunStats } from '../../trace/run-tally.js';
import type { Timeline } from '../../trace/timeline.js';
import type { RunStatus } from '../../trace/trace-run.js';
import { sparkline } from './bars.js';
import { renderGroups } from './render-stats-groups.js';
import { oneLine } from './render-tree.js';
import { count, many, renderErrors, renderLatency, renderSpent, renderTokens } from './stats-figures.js';
import type { StatsReport } from './stats-report.js';

/** What a person reads: the runs together, when they were started, and a table of their groups. */
export function renderStats(report: StatsReport, { width }: { readonly width: number }): string {
  const { total, timeline, grouped, leftOut } = report.stats;
  const fields: readonly (readonly [label: string, value: string])[] = [
    ['runs', renderRuns(total)],
    ['tokens', total.runs === 0 ? '' : renderTokens(total)],
    ['cost', renderSpent(total)],
    ['latency', renderLatency(total)],
    ['errors', renderErrors(total)],
    ['left out', leftOut === 0 ? '' : `${many(leftOut, 'run')} of other times`],
    ...(timeline === null ? [] : renderTimeline(timeline)),
  ];
  const lines = fields
    .filter(([, value]) => value !== '')
    .map(([label, value]) => label.padEnd(LABEL) + value);
  const head = [renderTitle(report), '', ...lines].map((line) => `${oneLine(line)}\n`).join('');
  return grouped === null || grouped.all.runs === 0 ? head : `${head}\n${renderGroups(grouped, width)}`;
}

const LABEL = 'left out  '.length;

/** `run.jsonl · 2026-11-21 14:13 to 2026-11-23 09:10`. */
function renderTitle({ files, stats: { first, last } }: StatsReport): string {
  const [file] = files.map((name) => (name === '-' ? 'standard input' : name));
  const what = files.length === 1 ? file! : many(files.length, 'file');
  if (first === null || last === null) return what;
  const [from, to] = [localMinute(first), localMinute(last)];
  return `${what} · ${from === to ? from : `${from} to ${to}`}`;
}

const STATUSES: readonly RunStatus[] = ['ok', 'error', 'aborted', 'unfinished'];

/** `4: 2 ok, 1 error, 1 unfinished`. */
function renderRuns({ runs, byStatus }: RunStats): string {
  const parts = STATUSES.filter((status) => byStatus[status] > 0);
  const split = parts.map((status) => `${count(byStatus[status])} ${status}`).join(', ');
  return runs === 0 ? '0' : `${count(runs)}: ${split}`;
}

function renderTimeline({ unit, size, parts }: Timeline): [string, string][] {
  const numbers = parts.map(({ runs }) => runs);
  if (numbers.length < 2) return [];
  const span = size > 1 ? `${size} ${unit}s` : unit === 'hour' ? 'an hour' : 'a day';
  return [
    [`by ${unit}`, `▕${sparkline(numbers)}▏`],
    ['', `from ${parts[0]!.start}, at most ${many(Math.max(...numbers), 'run')} in ${span}`],
  ];
}
