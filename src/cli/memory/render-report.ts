import { renderTable } from '../table.js';
import { type MemoryReport, notesOf } from './report.js';
import { cheaperLines, totalsColumns, turnColumns } from './tables.js';
import { renderTerminalChart } from './terminal-chart.js';

export interface ReportLayout {
  /** How many characters a line may have. */
  readonly width: number;
  readonly color: boolean;
}

/** What a person reads: turn by turn, a chart, the totals, and what they come to. */
export function renderReport(report: MemoryReport, layout: ReportLayout): string {
  const { mechanisms, provider } = report.measurement;
  if (mechanisms.length === 0) return '';
  const offline = provider === 'offline';
  const chart = renderTerminalChart(mechanisms, layout);
  const cheaper = cheaperLines(mechanisms);
  const parts = [
    `${renderTitle(report)}\n`,
    renderTable(turnColumns(mechanisms, offline), { ...layout, kept: 2 }),
    ...(chart === '' ? [] : [`All tokens so far, by turn\n${chart}`]),
    `${renderTable(totalsColumns(mechanisms, offline), layout)}${lines(notesOf(report))}`,
    ...(cheaper.length === 0 ? [] : [`Cheaper than buffer\n${lines(cheaper.map((line) => `  ${line}`))}`]),
  ];
  return parts.join('\n');
}

/** `forty-turns-en.yaml · 40 turns · 14 facts asked for · tokens and prices of gpt-5-mini`. */
export function renderTitle({ title, turns, measurement }: MemoryReport): string {
  const { model, mechanisms, provider } = measurement;
  const asked = mechanisms[0]?.recall.asked ?? 0;
  return [
    title,
    many(turns, 'turn'),
    ...(asked === 0 ? [] : [`${many(asked, 'fact')} asked for`]),
    provider === 'offline' ? 'offline, not a language model' : `tokens and prices of ${model}`,
  ].join(' · ');
}

function many(number: number, word: string): string {
  return `${number.toLocaleString('en-US')} ${word}${number === 1 ? '' : 's'}`;
}

function lines(all: readonly string[]): string {
  return all.map((line) => `${line}\n`).join('');
}
