import type { LineSeriesOption, ScatterSeriesOption } from 'echarts/charts';
import { renderCost } from '../../callbacks/figures.js';
import type { MeasuredMemory } from '../../chains/measurement/measured-memory.js';
import { compact, roundStep } from './numbers.js';
import { labelOf, type MemoryReport, tokensSoFar } from './report.js';
import { styleOf, THEME } from './svg-theme.js';

/** A chart in the picture: what is in it, wherever it stands. */
export interface Panel {
  readonly title: string;
  readonly x: object;
  readonly y: object;
  /** In the order of the kinds of memory. */
  readonly series: readonly (LineSeriesOption | ScatterSeriesOption)[];
  /** The point that each one's name belongs to, in the units of the axes. */
  readonly labelled: readonly (readonly [x: number, y: number])[];
}

// Those that echarts knows the widths of first. Without quotes: it would leave them as they are inside an attribute.
const FONT = 'Arial, Helvetica, Liberation Sans, Noto Sans, Noto Sans CJK SC, sans-serif';
export const TEXT = { color: THEME.text.light, fontFamily: FONT, fontSize: 12 };
/** Of names beside their points. */
export const LABEL = { height: 14, distance: 8, size: 14 } as const;

export function tokensPanel({ measurement: { mechanisms }, turns }: MemoryReport): Panel {
  return {
    title: 'What each memory costs: all tokens so far, by turn',
    x: { ...axis('turn', 30, String), min: 0, max: turns, interval: roundStep(turns, 10) },
    y: axis('tokens so far', 62, compact),
    series: mechanisms.map(toLine),
    labelled: mechanisms.map((memory) => {
      const sums = tokensSoFar(memory);
      return [sums.length, sums.at(-1) ?? 0];
    }),
  };
}

function toLine(memory: MeasuredMemory, index: number): LineSeriesOption {
  const { color, symbol, dash } = styleOf(index);
  const sums = tokensSoFar(memory);
  const every = Math.max(1, Math.round(sums.length / 8));
  return {
    type: 'line',
    name: labelOf(memory),
    symbol,
    symbolSize: 9,
    showAllSymbol: true,
    // Here and there, and not where the other lines have theirs.
    data: sums.map((sum, at) => ({
      value: [at + 1, sum],
      symbol: (at + index) % every === 0 ? symbol : 'none',
    })),
    lineStyle: { color, type: dash, width: 2 },
    itemStyle: { color },
    ...STILL,
    endLabel: { ...name(memory, color), show: true },
  };
}

/** A point for each memory: what is cheap is at the left, and what remembers is at the top. */
export function recallPanel(mechanisms: readonly MeasuredMemory[]): Panel {
  const priced = mechanisms.every(({ totals }) => totals.cost !== null);
  const points = mechanisms.map(({ totals, recall }): [number, number] => [
    (priced ? totals.cost : totals.totalTokens) ?? 0,
    recall.asked === 0 ? 0 : (100 * recall.known) / recall.asked,
  ]);
  return {
    title: 'Cost against recall',
    x: {
      ...axis(`${priced ? 'cost' : 'tokens'}, the memory's own included`, 30, priced ? renderCost : compact),
      min: 0,
    },
    y: { ...axis('facts still in what the model is sent', 62, (share) => `${share} %`), min: 0, max: 100 },
    series: mechanisms.map((memory, index) => {
      const { color, symbol } = styleOf(index);
      return {
        type: 'scatter',
        name: labelOf(memory),
        symbol,
        symbolSize: LABEL.size,
        data: [points[index]!],
        itemStyle: { color, opacity: 1 },
        ...STILL,
        label: { ...name(memory, color), show: true, position: 'right' },
      };
    }),
    labelled: points,
  };
}

const STILL = { silent: true, emphasis: { disabled: true } } as const;

function name(memory: MeasuredMemory, color: string) {
  return {
    formatter: () => labelOf(memory),
    color,
    distance: LABEL.distance,
    fontFamily: FONT,
    fontSize: 12,
  };
}

function axis(title: string, nameGap: number, format: (value: number) => string): object {
  const line = { lineStyle: { color: THEME.grid.light } };
  return {
    type: 'value',
    name: title,
    nameGap,
    nameLocation: 'middle',
    nameTextStyle: TEXT,
    axisLabel: { ...TEXT, color: THEME.quiet.light, formatter: format },
    axisLine: { show: true, ...line },
    axisTick: { show: true, ...line },
    splitLine: line,
  };
}
