import { Chalk, type ChalkInstance } from 'chalk';
import cliTruncate from 'cli-truncate';
import stringWidth from 'string-width';
import wrapAnsi from 'wrap-ansi';
import { renderDuration } from '../../callbacks/figures.js';
import { cleanControls } from '../../safety/clean.js';
import type { RunStatus } from '../../trace/trace-run.js';
import type { TreeRow } from './tree-rows.js';

export interface TreeLayout {
  /** How many columns a line may have. */
  readonly width: number;
  readonly color: boolean;
}

/** A bar is so wide where there is room, and never less. */
const BAR = 20;
const LEAST_BAR = 4;
const DURATION = 8;
/** Names longer than this much of a line are cut. */
const MOST_LABEL = 0.45;

/** The rows as a tree with bars: `░` until a model's first text, `█` from then on. */
export function renderTree(rows: readonly TreeRow[], { width, color }: TreeLayout): string {
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const room = Math.max(12, Math.floor(width * MOST_LABEL));
  const labels = rows.map(({ guides, label }) => cliTruncate(guides + oneLine(label), room));
  const labelWidth = labels.reduce((most, label) => Math.max(most, stringWidth(label)), 0);
  const mark = rows.reduce((most, { status }) => Math.max(most, MARKS[status].length), 0);
  const bar = Math.min(BAR, Math.max(LEAST_BAR, width - labelWidth - 2 - 1 - DURATION - mark));
  const beside = labelWidth + 2 + bar + 1 + DURATION + 2;
  const lines: string[] = [];
  for (const [index, row] of rows.entries()) {
    const label = padEnd(labels[index]!, labelWidth);
    const duration = renderDuration(row.durationMs).padStart(DURATION);
    const fits = beside + stringWidth(row.figures) <= width;
    const figures = row.figures === '' || !fits ? '' : `  ${chalk.dim(row.figures)}`;
    const paint = paintOf(row.status, chalk);
    lines.push(
      `${paint(label)}  ${paint(drawBar(row.bar, bar))} ${duration}${MARKS[row.status]}${figures}`.trimEnd(),
    );
    if (!fits) lines.push(...below(row, row.figures, width, chalk.dim));
    for (const { style, text } of row.notes) {
      const mark = style === 'error' ? '! ' : '';
      lines.push(...below(row, `${mark}${text}`, width, chalk[NOTE_COLORS[style]]));
    }
  }
  return lines.map((line) => `${line}\n`).join('');
}

const MARKS: Readonly<Record<RunStatus, string>> = {
  ok: '',
  error: ' failed',
  aborted: ' aborted',
  unfinished: ' …',
};

const NOTE_COLORS = { notice: 'yellow', error: 'red', detail: 'dim' } as const;

function paintOf(status: RunStatus, chalk: ChalkInstance): (text: string) => string {
  if (status === 'ok') return (text) => text;
  return status === 'error' ? chalk.red : chalk.yellow;
}

/** At least one cell, however short the time. */
function drawBar({ start, first, end }: TreeRow['bar'], width: number): string {
  const cell = (part: number) => Math.round(part * width);
  const from = Math.min(cell(start), width - 1);
  const to = Math.max(cell(end), from + 1);
  const text = first === null ? from : Math.min(Math.max(cell(first), from), to - 1);
  return `${' '.repeat(from)}${'░'.repeat(text - from)}${'█'.repeat(to - text)}`.padEnd(width);
}

/** Long texts go on in further lines, at the same place. */
function below(
  { guidesBelow }: TreeRow,
  text: string,
  width: number,
  paint: (text: string) => string,
): readonly string[] {
  const room = Math.max(20, width - guidesBelow.length);
  const wrapped = wrapAnsi(oneLine(text), room, { hard: true });
  return wrapped.split('\n').map((line) => guidesBelow + paint(line));
}

/** Line breaks shown, control characters gone. */
export function oneLine(text: string): string {
  return cleanControls(text).replaceAll('\n', '⏎').replaceAll('\t', ' ');
}

function padEnd(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - stringWidth(text)));
}
