import { BarChart } from 'echarts/charts';
import { GridComponent, TitleComponent } from 'echarts/components';
import { init, use } from 'echarts/core';
import { SVGRenderer } from 'echarts/renderers';

/** What is drawn, a group each: the figures' names, and what they are called beside each other. */
const GROUPS = [
  {
    title: 'A program that gets an answer of one token',
    least: 'bare Node',
    bars: {
      'chain run': 'chain run, an answer of one token',
      'openai SDK, no callbacks': 'openai SDK, an answer of one token',
      'AI SDK, one callback': 'AI SDK, an answer of one token',
      'LangChain.js, one handler': 'LangChain.js, an answer of one token',
    },
  },
  {
    title: 'Each token of a streamed answer',
    least: 'node:http and JSON.parse',
    bars: {
      'chain run': 'a token: chain run',
      'chain run, text log': 'a token: chain run --log log.txt',
      'chain, JSON log and seven handlers': 'a token: JSON log and seven more handlers',
      'openai SDK, no callbacks': 'a token: openai SDK',
      'AI SDK, one callback': 'a token: AI SDK',
      'LangChain.js, one handler': 'a token: LangChain.js',
    },
  },
  {
    title: 'Each of 3,000 requests, 64 at a time',
    least: 'undici',
    bars: {
      'generate, with a counter': 'a request: generate',
      'openai SDK': 'a request: openai SDK',
      'AI SDK': 'a request: AI SDK',
      'LangChain.js, one handler': 'a request: LangChain.js',
    },
  },
];

const WIDTH = 860;
const BAR = 26;
const HEAD = 44;
const OWN = '#2f7d5b';
const OTHER = '#9aa5ab';
const TEXT = '#4b5563';

/** CPU time as so many times the least that can do the same, as SVG; of our own and of others. */
export function renderChart(figures) {
  use([BarChart, GridComponent, TitleComponent, SVGRenderer]);
  const tops = [];
  let height = 16;
  for (const { bars } of GROUPS) {
    tops.push(height);
    height += HEAD + BAR * Object.keys(bars).length + 16;
  }
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: WIDTH, height });
  try {
    chart.setOption({
      animation: false,
      backgroundColor: '#ffffff',
      textStyle: { fontFamily: 'sans-serif', color: TEXT },
      title: GROUPS.map(({ title, least }, index) => ({
        text: title,
        subtext: `times the CPU time of the least that can do it: ${least}`,
        left: 12,
        top: tops[index] - 8,
        itemGap: 4,
        textStyle: { fontSize: 14, color: '#1f2937' },
        subtextStyle: { fontSize: 11, color: TEXT },
      })),
      grid: GROUPS.map(({ bars }, index) => ({
        left: 250,
        right: 70,
        top: tops[index] + HEAD - 8,
        height: BAR * Object.keys(bars).length,
        outerBoundsMode: 'none',
      })),
      xAxis: GROUPS.map((_, gridIndex) => ({ type: 'value', gridIndex, show: false, min: 0 })),
      yAxis: GROUPS.map(({ bars }, gridIndex) => ({
        type: 'category',
        gridIndex,
        inverse: true,
        data: Object.keys(bars),
        axisLine: { show: false },
        axisTick: { show: false },
        axisLabel: { color: TEXT, fontSize: 12 },
      })),
      series: GROUPS.map(({ bars }, index) => ({
        type: 'bar',
        xAxisIndex: index,
        yAxisIndex: index,
        barWidth: 15,
        label: {
          show: true,
          position: 'right',
          color: TEXT,
          formatter: ({ value }) => `${value < 10 ? value.toFixed(1) : Math.round(value)} ×`,
        },
        data: Object.entries(bars).map(([name, figure]) => ({
          value: figures[figure].ratio,
          itemStyle: { color: /^(chain|generate)/.test(name) ? OWN : OTHER },
        })),
      })),
    });
    return chart.renderToSVGString();
  } finally {
    chart.dispose();
  }
}
