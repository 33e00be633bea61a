import { LineChart, ScatterChart } from 'echarts/charts';
import { GridComponent, LegendComponent, TitleComponent } from 'echarts/components';
import { type EChartsType, init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';
import { placeBeside, spreadOut } from './label-places.js';
import { renderTitle } from './render-report.js';
import { labelOf, type MemoryReport, notesOf } from './report.js';
import { LABEL, type Panel, recallPanel, TEXT, tokensPanel } from './svg-panels.js';
import { THEME, themed } from './svg-theme.js';

/** Pixels. */
const WIDTH = 960;
const SIDE = 20;
const GRID_LEFT = 88;
/** Room for names at the ends of lines. */
const GRID_RIGHT = 230;
const GRID_HEIGHT = 320;
const BETWEEN = 120;
const LINE = 16;
const LEGEND_ROW = 24;
const LEGEND_MARK = 32;
const LEGEND_GAP = 20;

/** All tokens so far, by turn, and below it cost against recall, where facts were asked for. */
export function renderSvg(report: MemoryReport): string {
  use([LineChart, ScatterChart, GridComponent, LegendComponent, TitleComponent, SVGRenderer]);
  const { mechanisms } = report.measurement;
  const labels = mechanisms.map(labelOf);
  const about = [report.description ?? '', renderTitle(report), ...notesOf(report)].filter(
    (line) => line !== '',
  );
  const legend = legendRows(labels, 52 + about.length * LINE);
  const first = legend.at(-1)!.top + LEGEND_ROW + 26;
  const panels: Panel[] = [tokensPanel(report)];
  if (mechanisms.some(({ recall }) => recall.asked > 0)) panels.push(recallPanel(mechanisms));
  const topOf = (index: number) => first + index * (GRID_HEIGHT + BETWEEN);
  const height = topOf(panels.length - 1) + GRID_HEIGHT + 60;

  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: THEME.ground.light,
      legend,
      title: [
        {
          ...titleAt(14, panels[0]!.title),
          subtext: about.join('\n'),
          subtextStyle: {
            ...TEXT,
            color: THEME.quiet.light,
            lineHeight: LINE,
            width: WIDTH - 60,
            overflow: 'truncate',
          },
        },
        ...panels.slice(1).map(({ title }, index) => titleAt(topOf(index + 1) - 52, title)),
      ],
      grid: panels.map((_, index) => ({
        left: GRID_LEFT,
        right: GRID_RIGHT,
        top: topOf(index),
        height: GRID_HEIGHT,
        outerBoundsMode: 'none',
      })),
      xAxis: panels.map(({ x }, gridIndex) => ({ ...x, gridIndex })),
      yAxis: panels.map(({ y }, gridIndex) => ({ ...y, gridIndex })),
      series: panels.flatMap(({ series }, index) =>
        series.map((one) => ({ ...one, xAxisIndex: index, yAxisIndex: index })),
      ),
    });
    chart.setOption({ series: placeLabels(chart, panels, labels, first) });
    return themed(chart.renderToSVGString(), renderTitle(report));
  } finally {
    chart.dispose();
  }
}

/** Where the axes have put things is known only now. */
function placeLabels(
  chart: EChartsType,
  panels: readonly Panel[],
  labels: readonly string[],
  top: number,
): readonly object[] {
  const [ends = [], points = []] = panels.map(({ labelled }, gridIndex) =>
    labelled.map((point) => chart.convertToPixel({ gridIndex }, [...point]) as [number, number]),
  );
  const ys = ends.map(([, y]) => y);
  const spread = spreadOut(ys, LABEL.height, [top, top + GRID_HEIGHT]);
  const beside = placeBeside(points, labels.map(widthOf), LABEL);
  return [
    ...ys.map((y, index) => ({ endLabel: { offset: [0, spread[index]! - y] } })),
    ...beside.map((down) => ({ label: { offset: [0, down] } })),
  ];
}

/** A component for each row: echarts breaks a legend by widths of its own. */
function legendRows(labels: readonly string[], top: number) {
  const rows: string[][] = [[]];
  let room = WIDTH - 2 * SIDE;
  for (const label of labels) {
    const needed = LEGEND_MARK + LEGEND_GAP + widthOf(label);
    if (needed > room && rows.at(-1)!.length > 0) {
      rows.push([]);
      room = WIDTH - 2 * SIDE;
    }
    rows.at(-1)!.push(label);
    room -= needed;
  }
  return rows.map((data, row) => ({
    data,
    top: top + row * LEGEND_ROW,
    left: SIDE - 5,
    itemGap: LEGEND_GAP,
    itemWidth: LEGEND_MARK,
    textStyle: TEXT,
    selectedMode: false,
    ...UNFRAMED,
  }));
}

/** On the wide side, for names are in Latin letters. */
function widthOf(label: string): number {
  return label.length * 6.5;
}

/** What has no frame is drawn with one of no width, in a colour of echarts' own. */
const UNFRAMED = { borderColor: THEME.grid.light };

function titleAt(top: number, text: string): object {
  return { top, left: SIDE - 5, text, textStyle: { ...TEXT, fontSize: 18 }, ...UNFRAMED };
}
