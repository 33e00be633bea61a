import { Chalk } from 'chalk';
import plot from 'simple-ascii-chart';
import type { MeasuredMemory } from '../../chains/measurement/measured-memory.js';
import { compact, roundNumbers, roundStep } from './numbers.js';
import { labelOf, tokensSoFar } from './report.js';

const HEIGHT = 14;
const WIDEST = 100;
const NARROWEST = 40;
const MARKS = 'abcdefghijklmnopqrstuvwxyz';
const COLORS = ['red', 'blue', 'green', 'magenta', 'cyan', 'yellow'] as const;

/**
 * All tokens so far, by turn: a letter for each kind of memory. `''` where there is no line to draw, or no room.
 * @param width of the terminal, in characters
 */
export function renderTerminalChart(
  mechanisms: readonly MeasuredMemory[],
  { width, color }: { readonly width: number; readonly color: boolean },
): string {
  const lines = mechanisms.map(tokensSoFar);
  const turns = Math.max(...lines.map(({ length }) => length));
  const most = Math.max(...lines.flat());
  if (turns < 2 || width < NARROWEST) return '';
  const chalk = new Chalk({ level: color ? 1 : 0 });
  const paint = (index: number) => chalk[COLORS[index % COLORS.length]!];
  const marks = mechanisms.map((_, index) => paint(index)(MARKS[index % MARKS.length]!));
  const labels = `${compact(most)}  `.length;
  const columns = Math.min(width, WIDEST) - labels - 2;
  const step = roundStep(most, 6);
  let line = -1;
  const inCell = new Map<string, string[]>();
  const chart = plot(
    lines.map((sums) => resample(sums, turns, columns)),
    {
      width: columns,
      height: HEIGHT,
      yRange: [0, most],
      customXAxisTicks: [...roundNumbers(turns, 6)],
      customYAxisTicks: Array.from({ length: Math.floor(most / step) + 1 }, (_, index) => index * step),
      formatter: (value, { axis }) => (axis === 'y' ? compact(value) : Math.round(value)),
      symbols: { axis: { n: '│', e: '─' } },
      // It is told of one point after the other, line by line. Lines that coincide take turns.
      lineFormatter: ({ index, plotX: x, plotY: y }) => {
        if (index === 0) line += 1;
        const cell = `${x} ${y}`;
        const here = [...(inCell.get(cell) ?? []), marks[line]!];
        inCell.set(cell, here);
        return { x, y, symbol: here[x % here.length]! };
      },
    },
  );
  const names = mechanisms.map(labelOf);
  const legend = inRows(names, width).map((row) =>
    row.map((index) => `${marks[index]} ${names[index]}`).join(SPACE),
  );
  return `${trimmed(chart)}${legend.join('\n')}\n`;
}

const SPACE = '   ';

/** Which of the names stand in each row of the legend. */
function inRows(names: readonly string[], width: number): readonly (readonly number[])[] {
  const rows: number[][] = [];
  let room = 0;
  for (const [index, name] of names.entries()) {
    const needed = `a ${name}${SPACE}`.length;
    if (needed > room + SPACE.length || rows.length === 0) {
      rows.push([]);
      room = width;
    }
    rows.at(-1)!.push(index);
    room -= needed;
  }
  return rows;
}

/** A line as one point for each column; the last ones are missing where it ends early. */
function resample(sums: readonly number[], turns: number, columns: number): [number, number][] {
  const points: [number, number][] = [];
  for (let column = 0; column < columns; column += 1) {
    const turn = 1 + (column * (turns - 1)) / (columns - 1);
    const [before, after] = [sums[Math.floor(turn) - 1], sums[Math.ceil(turn) - 1]];
    if (before !== undefined && after !== undefined)
      points.push([turn, before + (after - before) * (turn % 1)]);
  }
  return points;
}

/** Without empty lines around it, and with no spaces at the end of a line. */
function trimmed(chart: string): string {
  const lines = chart.split('\n').map((line) => line.trimEnd());
  return `${lines.filter((line) => line !== '').join('\n')}\n`;
}
