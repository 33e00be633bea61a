import { describe, expect, it } from 'vitest';
import { renderReport } from '../../../src/cli/memory/render-report.js';
import type { MemoryReport } from '../../../src/cli/memory/report.js';
import { compared, measured, reportOf } from './measured.js';

const render = (report: MemoryReport, width = 200, color = false) => renderReport(report, { width, color });

/** Its last lines, from the one that begins so. */
const from = (text: string, start: string) => text.slice(text.lastIndexOf(start));

const ofThree = (known: number) => ({ asked: 4, known });
const THREE = compared([
  measured('buffer', [100, 2000, 3000], { costs: [0.01, 0.02, 0.03], recall: ofThree(4) }),
  measured('window:1', [100, 1500, 1500], { costs: [0.01, 0.015, 0.015], recall: ofThree(1) }),
  measured('summary', [100, 90, 90], {
    costs: [0.02, 0.02, 0.02],
    own: 1000,
    source: 'simulated',
    recall: ofThree(2),
  }),
]);

describe('a report', () => {
  it('shows turns, a chart, totals, and from when on what is cheaper, in as many columns as there are', () => {
    expect(`\n${render(reportOf(THREE, { simulated: true }), 60)}`).toBe(`
shop.yaml · 3 turns · 4 facts asked for · tokens and prices of gpt-5-mini

turn  memory    input  output  memory's own  total  so far
   1  buffer      100       1             0    101     101
      window:1    100       1             0    101     101
      summary     100       1         1,000  1,101   1,101
   2  buffer    2,000       1             0  2,001   2,102
      window:1  1,500       1             0  1,501   1,602
      summary      90       1         1,000  1,091   2,192
   3  buffer    3,000       1             0  3,001   5,103
      window:1  1,500       1             0  1,501   3,103
      summary      90       1         1,000  1,091   3,283

turn  memory    cost so far
   1  buffer          $0.01
      window:1        $0.01
      summary         $0.02
   2  buffer          $0.03
      window:1       $0.025
      summary         $0.04
   3  buffer          $0.06
      window:1        $0.04
      summary         $0.06

All tokens so far, by turn
  │
5K┤                                                  aa
  │                                              aaaa
  │                                           aaa
4K┤                                        aaa
  │                                    aaaa
3K┤                                 aaa        cccccbcb
  │                              aaa cccccccccbbbbbb
  │                         ccacacccc bbbbbbb
2K┤                cccccccaca   bbbbbb
  │       ccccccccc aaaaabbbbbbb
1K┤ccccccc     aaaabbbbbb
  │       aaababbb
  │  bababbb
 0┤ba
  └┬─────────────────────────┬────────────────────────┬─
   1                         2                        3
a buffer   b window:1   c summary (simulated)

memory    input  output  memory's own  total  of buffer
buffer    5,100       3             0  5,103      100 %
window:1  3,100       3             0  3,103       61 %
summary     280       3         3,000  3,283       64 %

memory     cost  recall  tokens are
buffer    $0.06     4/4  estimated
window:1  $0.04     1/4  estimated
summary   $0.06     2/4  simulated
simulated: the offline model, not a language model, wrote what a language model would write; name one with --model
estimated: counted here with o200k_base, the tokenizer of gpt-5-mini

Cheaper than buffer
  window:1: from turn 2 on, in tokens and in money
  summary: from turn 3 on in tokens, never in these 3 turns in money
`);
  });

  it('shows some of many turns: round ones, the first and the last', () => {
    const text = render(reportOf([measured('buffer', Array(45).fill(1000))]));
    const turns = text.slice(0, text.indexOf('All tokens')).match(/^ *\d+(?= +buffer)/gm);
    expect(turns?.map(Number)).toEqual([1, 20, 40, 45]);
  });

  it('says what it doesn’t know, and keeps it out of sums', () => {
    const text = render(
      reportOf(
        compared([
          measured('buffer', [10, null], { source: 'unknown', costs: [0.5, null] }),
          measured('window:1', [10, 10], { costs: [0.5, 0.5], source: 'reported' }),
        ]),
      ),
    );
    expect(
      from(text, 'memory '),
    ).toBe(`memory    input  output  memory's own  total                    cost  tokens are
buffer        ?       2             0      ?  $0.50 for 1 of 2 turns  unknown
window:1     20       2             0     22                   $1.00  reported

Cheaper than buffer
  window:1: not known
`);
  });

  it.each<[string, MemoryReport, string]>([
    [
      'has no chart and no comparison for one turn of one memory, and no price for a model without one',
      reportOf([measured('window:2', [10])]),
      `shop.yaml · 1 turn · tokens and prices of gpt-5-mini

turn  memory    input  output  memory's own  total  so far  cost so far
   1  window:2     10       1             0     11      11     no price

memory    input  output  memory's own  total      cost  tokens are
window:2     10       1             0     11  no price  estimated
estimated: counted here with o200k_base, the tokenizer of gpt-5-mini
`,
    ],
    [
      'says of the offline model that it is none, and has no price',
      reportOf([measured('summary', [10], { source: 'simulated' })], {
        measurement: {
          model: 'offline',
          provider: 'offline',
          mechanisms: [measured('summary', [10], { source: 'simulated' })],
        },
        tokenizer: { encoding: 'o200k_base', exact: false },
      }),
      `shop.yaml · 1 turn · offline, not a language model

turn  memory   input  output  memory's own  total  so far  cost so far
   1  summary     10       1             0     11      11         none

memory   input  output  memory's own  total  cost  tokens are
summary     10       1             0     11  none  simulated
simulated: the offline model, not a language model, wrote what a language model would write
`,
    ],
    [
      'says where the tokenizer may be another’s, and what was not measured to the end',
      reportOf([measured('buffer', [10])], {
        tokenizer: { encoding: 'o200k_base', exact: false },
        wanted: ['buffer', 'summary', 'window:2'],
      }),
      `shop.yaml · 1 turn · tokens and prices of gpt-5-mini

turn  memory  input  output  memory's own  total  so far  cost so far
   1  buffer     10       1             0     11      11     no price

memory  input  output  memory's own  total  of buffer      cost  tokens are
buffer     10       1             0     11      100 %  no price  estimated
not measured to the end: summary, window:2
estimated: counted here with o200k_base, which may not be the tokenizer of gpt-5-mini
`,
    ],
    ['is empty where nothing was measured', reportOf([], { wanted: ['buffer'] }), ''],
  ])('%s', (_, report, text) => {
    expect(render(report)).toBe(text);
  });
});

describe('the chart', () => {
  const chart = (mechanisms: Parameters<typeof reportOf>[0], width: number, color = false) => {
    const text = render(reportOf(mechanisms), width, color);
    return /^All tokens.*?\n(?=\n)/ms.exec(text)?.[0] ?? '';
  };

  it('is never wider than the terminal, nor much wider than is readable', () => {
    for (const width of [40, 60, 99, 300]) {
      const lines = chart(THREE, width).split('\n').slice(1, -3);
      expect(Math.max(...lines.map(({ length }) => length))).toBeLessThanOrEqual(Math.min(width, 100));
    }
    expect(chart(THREE, 39)).toBe('');
  });

  it('has its colours in letters alone, and none where there are none', () => {
    expect(chart(THREE, 60)).not.toContain('\x1b');
    const colored = chart(THREE, 60, true);
    expect(colored).toContain(
      '\x1b[31ma\x1b[39m buffer   \x1b[34mb\x1b[39m window:1   \x1b[32mc\x1b[39m summary',
    );
    expect(colored.replace(/\x1b\[\d+m([a-z])\x1b\[39m/g, '$1')).toBe(chart(THREE, 60));
  });

  it('breaks its legend', () => {
    expect(from(chart(THREE, 40), 'a buffer')).toBe('a buffer   b window:1\nc summary (simulated)\n');
  });

  it('lets lines that coincide take turns', () => {
    const same = ['buffer', 'window:2'].map((name) => measured(name, [100, 100]));
    const marks = chart(same, 60)
      .split('\n')
      .filter((line) => /[ab]{4}/.test(line));
    expect(marks.length).toBeGreaterThan(3);
    for (const line of marks) expect(line).toMatch(/[│┤] *(a?(ba)+b?|b?(ab)+a?)$/);
  });

  it('ends a line where a number is not known', () => {
    const text = chart([measured('buffer', [100, 100, 100]), measured('window:2', [50, null, 50])], 60);
    const plotted = text.split('\n').filter((line) => /[│┤]/.test(line));
    expect(plotted.join('').match(/b/g)).toEqual(['b']);
  });
});
