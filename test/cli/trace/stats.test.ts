import { beforeEach, describe, expect, it } from 'vitest';
import { UNKNOWN, usage } from '../../callbacks/synthetic-events.js';
import { makeWorkspace, type PerformOptions, type Workspace } from '../../support/run-cli.js';
import { chainLines, lineWriter } from '../../trace/trace-lines.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

const stats = (args: readonly string[], options?: PerformOptions) =>
  here.perform(['trace', 'stats', ...args], options);

const DAY = 24 * 3_600_000;
const error = (code: string) => ({ name: 'ChainError', code, message: 'no' });

/** Six runs of three days: two models, two templates, an estimate, a failure, an abort, one without an end. */
function week(): string {
  const other = (lines: string) => lines.replace('shop.txt', 'add.txt');
  const failed = lineWriter('LLMChain', '4a');
  const failedCall = lineWriter('ChatOpenAI', '4b', '4a');
  const stopped = lineWriter('LLMChain', '5a');
  return [
    chainLines('1a', 'Roses.', { cost: 0.5, usage: usage(100, 20, { cachedTokens: 64 }), durationMs: 1000 }),
    other(chainLines('2a', '3', { at: DAY, cost: 0.25, model: 'gpt-5', durationMs: 3000 })),
    chainLines('3a', 'Lilies.', {
      at: DAY,
      model: 'llama3.2',
      usage: usage(30, 10, { source: 'estimated' }),
    }),
    failed('chainStart', 2 * DAY, { inputs: {}, metadata: { template: 'shop.txt' } }),
    failedCall('chatModelStart', 2 * DAY, {
      ...{ model: 'gpt-5', provider: 'openai', params: {} },
      messages: [],
      tools: [],
    }),
    failedCall('llmError', 2 * DAY, {
      ...{ model: 'gpt-5', text: '', usage: null, cost: null },
      error: error('rate_limited'),
      durationMs: 200,
    }),
    failed('chainError', 2 * DAY, { error: error('rate_limited'), usage: null, durationMs: 200 }),
    stopped('chainStart', 2 * DAY, { inputs: {} }),
    stopped('chainError', 2 * DAY, { error: error('aborted'), usage: null, durationMs: 100 }),
    lineWriter('LLMChain', '6a')('chainStart', 2 * DAY, { inputs: {} }),
    lineWriter('ChatOpenAI', '6b', '6a')('chatModelStart', 2 * DAY, {
      ...{ model: 'gpt-5', provider: 'openai', params: {} },
      messages: [],
      tools: [],
    }),
  ].join('');
}

const HEAD = `week.jsonl · 2026-11-21 14:13 to 2026-11-23 14:13

runs      6: 3 ok, 1 error, 1 aborted, 1 unfinished
tokens    142 in (64 cached) + 35 out = 177: 137 reported, 40 estimated
cost      $0.75; 1 of 4 model runs without a price
latency   p50 400 ms · p90 3.00 s · p99 3.00 s
errors    1 of 6 runs (17 %): rate_limited 1
by day    ▕▃▆█▏
          from 2026-11-21, at most 3 runs in a day
`;

describe('all runs together', () => {
  it('are counted, with what is known of their tokens and money', async () => {
    here.write('week.jsonl', week());
    expect(await here.run(['trace', 'stats', 'week.jsonl'])).toEqual({ code: 0, stdout: HEAD, stderr: '' });
  });

  it('are those of chain run', async () => {
    await here.perform(['run', '--prompt', '1 + {n} =', '--var', 'n=2', '--log', 'run.jsonl']);
    await here.perform(['run', '--prompt', 'Flowers?', '--model', 'offline', '--log', 'run.jsonl']);
    const { stdout } = await stats(['run.jsonl', '--by', 'model']);
    // As wide as the times were.
    const shown = stdout
      .replace(/\d{4}-\d\d-\d\d \d\d:\d\d(?: to .*)?/, 'TIME')
      .replace(/\bby hour .*\n.*\n/, '')
      .replace(/\b[\d.]+ m?s\b/g, 'N ms')
      .replace(/ {2,}/g, '  ');
    expect(shown).toBe(`run.jsonl · TIME

runs  2: 2 ok
tokens  21 in + 8 out = 29 (estimated)
cost  no price
latency  p50 N ms · p90 N ms · p99 N ms

model  model runs  input  output  tokens are  cost  p50  p90  p99  share of tokens
offline (acknowledgement)  1  9  7  estimated  no price  N ms  N ms  N ms  55 % ████████▉
offline (arithmetic)  1  12  1  estimated  no price  N ms  N ms  N ms  45 % ███████▏
(all)  2  21  8  estimated  no price  N ms  N ms  N ms
`);
  });

  it('may have tokens that nobody knows', async () => {
    here.write('run.jsonl', chainLines('1a', 'a', { usage: UNKNOWN }) + chainLines('2a', 'b', { at: 10 }));
    const { stdout } = await stats(['run.jsonl', '--by', 'model']);
    expect(stdout).toContain(
      'tokens    12 in + 5 out = 17: 17 reported, not all known of 1 of 2 model runs\n',
    );
    expect(stdout).toContain('gpt-5-mini           2     12       5  1 run unknown  no price');
    here.write('run.jsonl', chainLines('1a', 'a', { usage: UNKNOWN }));
    expect((await stats(['run.jsonl'])).stdout).toContain(
      'tokens    ? in + ? out = ?: not all known of 1 of 1 model run\n',
    );
  });

  it('may have no model, and none that ended', async () => {
    here.write('run.jsonl', lineWriter('LLMChain', '1a')('chainStart', 0, { inputs: {} }));
    expect(await stats(['run.jsonl'])).toEqual({
      code: 0,
      stdout: `run.jsonl · 2026-11-21 14:13

runs      1: 1 unfinished
tokens    none: no model ran
latency   unknown: no run has ended
`,
      stderr: '',
    });
  });
});

describe('groups', () => {
  const table = async (...args: readonly string[]) =>
    (await stats(['week.jsonl', ...args])).stdout.replace(HEAD, 'HEAD\n');
  beforeEach(() => void here.write('week.jsonl', week()));

  it('are templates', async () => {
    expect(await table('--by', 'template')).toBe(`HEAD

template       runs    errors  aborted  unfinished  input  cached  output  tokens are       cost  unpriced     p50     p90     p99  share of tokens
shop.txt          3  1 (33 %)        0           0    130      64      30  25 % estimated  $0.50         1  400 ms  1.00 s  1.00 s   90 % ██████████████▌
add.txt           1         0        0           0     12       ?       5  reported        $0.25         0  3.00 s  3.00 s  3.00 s  9.6 % █▌
(no template)     2         0        1           1                                                       0  100 ms  100 ms  100 ms    0 %
(all)             6  1 (17 %)        1           1    142      64      35  23 % estimated  $0.75         1  400 ms  3.00 s  3.00 s
`);
  });

  it('are models, and then model runs are counted', async () => {
    expect(await table('--by', 'model')).toBe(`HEAD

model       model runs    errors  unfinished  input  cached  output  tokens are          cost  unpriced     p50     p90     p99  share of tokens
gpt-5-mini           1         0           0    100      64      20  reported           $0.50         0  1.00 s  1.00 s  1.00 s   68 % ██████████▉
llama3.2             1         0           0     30       ?      10  estimated       no price         1  400 ms  400 ms  400 ms   23 % ███▋
gpt-5                3  1 (33 %)           1     12       ?       5  reported           $0.25         0  200 ms  3.00 s  3.00 s  9.6 % █▌
(all)                5  1 (20 %)           1    142      64      35  23 % estimated     $0.75         1  400 ms  3.00 s  3.00 s
`);
  });

  it('are days in their order, and of money where all has a price', async () => {
    expect(await table('--by', 'day', '--until', '2026-11-21')).toBe(`week.jsonl · 2026-11-21 14:13

runs      1: 1 ok
tokens    100 in (64 cached) + 20 out = 120 (reported)
cost      $0.50
latency   p50 1.00 s · p90 1.00 s · p99 1.00 s
left out  5 runs of other times

day         runs  input  cached  output  tokens are   cost     p50     p90     p99  share of cost
2026-11-21     1    100      64      20  reported    $0.50  1.00 s  1.00 s  1.00 s  100 % ████████████████
`);
    const days = (await table('--by', 'day', '--limit', '1')).split('\n').slice(3, -1);
    expect(days.map((line) => line.slice(0, 22))).toEqual([
      '(2 other days)     3  ',
      '2026-11-23         3  ',
      '(all)              6  ',
    ]);
  });

  it('are what became of the runs', async () => {
    const rows = (await table('--by', 'status')).split('\n').slice(2, -1);
    expect(rows.map((line) => line.slice(0, 32).trimEnd())).toEqual([
      'status      runs  input  cached',
      'ok             3    142      64',
      'aborted        1',
      'error          1',
      'unfinished     1',
      '(all)          6    142      64',
    ]);
  });

  it('are all there with --json, unless there is a limit', async () => {
    const document = JSON.parse((await stats(['week.jsonl', '--by', 'model', '--json'])).stdout);
    expect(Object.keys(document)).toEqual([
      ...['schema', 'files', 'first', 'last', 'total', 'timeline', 'by', 'unit', 'all', 'groups', 'rest'],
      ...['leftOut', 'notes'],
    ]);
    expect(document).toMatchObject({
      schema: 1,
      files: ['week.jsonl'],
      total: { runs: 6, byStatus: { ok: 3, error: 1, aborted: 1, unfinished: 1 }, cost: 0.75, unpriced: 1 },
      by: 'model',
      unit: 'model run',
      all: { runs: 5 },
      rest: null,
      leftOut: 0,
      notes: [],
    });
    expect(document.total.errors).toEqual([{ code: 'rate_limited', runs: 1 }]);
    expect(document.total.durationMs).toEqual({ p50: 400, p90: 3000, p99: 3000 });
    expect(document.timeline.parts.map(({ runs }: { runs: number }) => runs)).toEqual([1, 2, 3]);
    expect(document.groups.map(({ key, runs, cost }: Record<string, unknown>) => [key, runs, cost])).toEqual([
      ['gpt-5-mini', 1, 0.5],
      ['llama3.2', 1, null],
      ['gpt-5', 3, 0.25],
    ]);
    const limited = JSON.parse(
      (await stats(['week.jsonl', '--by', 'model', '--limit', '1', '--json'])).stdout,
    );
    expect([limited.groups.length, limited.rest.groups, limited.rest.runs]).toEqual([1, 2, 4]);
  });

  it('have names that a terminal doesn’t obey', async () => {
    const name = `\x1b[2J\u202e${'x'.repeat(80)}\nend`;
    here.write('run.jsonl', chainLines('1a', 'a', { model: name }));
    const { stdout } = await stats(['run.jsonl', '--by', 'model']);
    expect(stdout).toContain(`\n…${'x'.repeat(55)}⏎end  `);
    expect(stdout).not.toMatch(/[\x1b\u202e]/);
  });
});

describe('files', () => {
  it('may be several, standard input one of them, each counted once', async () => {
    here.write('a.jsonl', chainLines('1a', 'a'));
    here.write('b.jsonl', `npm start\n${chainLines('2a', 'b')}`);
    const outcome = await stats(['a.jsonl', 'b.jsonl', './a.jsonl', '-', '-'], {
      stdin: chainLines('3a', 'c'),
    });
    expect(outcome.stdout).toContain('3 files · 2026-11-21 14:13\n\nruns      3: 3 ok\n');
    expect(outcome.stderr).toBe(
      'note: b.jsonl: 1 line of other programs (line 1) passed over\n' +
        'note: a file that was named more than once is counted once\n',
    );
  });

  it('may go on where another ended', async () => {
    const lines = week().split(/(?<=\n)/);
    here.write('week.jsonl.1', lines.slice(0, 3).join(''));
    here.write('week.jsonl', lines.slice(3).join(''));
    const { stdout } = await stats(['week.jsonl.1', 'week.jsonl']);
    expect(stdout).toBe(HEAD.replace('week.jsonl', '2 files'));
  });

  it('may be pipes', async () => {
    here.write('week.jsonl', week());
    const shell = [
      'bash',
      '-c',
      'exec "$0" "$1" trace stats <(cat week.jsonl) | tail -n +2',
      process.execPath,
    ];
    const { stdout } = await here.run([], { command: shell });
    expect(stdout).toBe(HEAD.split('\n').slice(1).join('\n'));
  });

  it('may be damaged, and be written still', async () => {
    const [whole, torn] = [chainLines('1a', 'a'), chainLines('2a', 'b')];
    here.write('run.jsonl', `${whole}{"type":"llmEnd"}\n${torn.slice(0, -30)}`);
    const { stdout, stderr } = await stats(['run.jsonl', '--json']);
    const { total, notes } = JSON.parse(stdout);
    expect([total.byStatus, notes, stderr]).toEqual([
      { ok: 1, error: 0, aborted: 0, unfinished: 1 },
      [
        '1 damaged line (line 8) passed over',
        'the last line is not whole: it was cut short, or is still being written',
      ],
      '',
    ]);
  });
});

describe('times', () => {
  it.each([
    [['--since', '2026-11-22'], 5],
    [['--until', '2026-11-22'], 3],
    [['--since', '2026-11-22', '--until', '2026-11-22', '--by', 'model'], 2],
    [['--since', '2026-11-22T14:13:32'], 5],
    [['--until', '2026-11-22T14:13:32', '--by', 'model'], 1],
    [['--since', '2026-11-22T14:13:33', '--by', 'model'], 3],
    [['--since', '2030-01-01'], 0],
    [['--since', '2030-01-01', '--by', 'model'], 0],
  ])('%j leave %d runs', async (args, runs) => {
    here.write('week.jsonl', week());
    const { code, stdout } = await stats(['week.jsonl', ...args]);
    expect([code, stdout.match(/^runs {6}(\d+)/m)?.[1]]).toEqual([0, String(runs)]);
    expect(stdout.includes('left out')).toBe(runs < 6);
  });
});

describe('--max-cost', () => {
  it.each([
    [['--max-cost', '0.75'], 0, ''],
    [['--max-cost', '0.7'], 3, 'chain: $0.75 is more than --max-cost $0.70\n'],
    [['--max-cost', '0'], 3, 'chain: $0.75 is more than --max-cost $0\n'],
    [['--max-cost', '0.6', '--until', '2026-11-21'], 0, null],
  ])('%j ends with %d', async (args, code, said) => {
    here.write('week.jsonl', week());
    const outcome = await stats(['week.jsonl', ...args]);
    const note = 'note: 1 model run without a price: --max-cost knows nothing of what they cost\n';
    expect([outcome.code, outcome.stderr]).toEqual([code, said === null ? '' : note + said]);
    expect(outcome.stdout).toContain('cost      $0.');
  });

  it('is an error in the document', async () => {
    here.write('week.jsonl', week());
    const { code, stdout } = await stats(['week.jsonl', '--max-cost', '0.5', '--json']);
    const { error: told, total } = JSON.parse(stdout);
    expect([code, told, total.cost]).toEqual([
      3,
      { code: 'budget_exceeded', message: '$0.75 is more than --max-cost $0.50' },
      0.75,
    ]);
  });
});

describe('wrong use', () => {
  it.each([
    [[], "missing required argument 'files'"],
    [['missing.jsonl'], 'missing.jsonl: no such file'],
    [['.'], '.: a folder, not a file'],
    [['empty.jsonl'], 'empty.jsonl: no run is in it'],
    [
      ['empty.jsonl', 'text.log'],
      'empty.jsonl, text.log: no run is in them; text.log: 1 line of other programs (line 1) passed over',
    ],
    [
      ['week.jsonl', '--by', 'hour'],
      "option '--by <what>' argument 'hour' is invalid. Allowed choices are template, model, day, status.",
    ],
    [
      ['week.jsonl', '--since', 'monday'],
      "option '--since <when>' argument 'monday' is invalid. It takes a day such as 2026-11-21, with a time as 2026-11-21T14:30, or how long ago it was: 24h, 7d.",
    ],
    [
      ['week.jsonl', '--limit', '0'],
      "option '--limit <number>' argument '0' is invalid. It takes a whole number from 1 up.",
    ],
    [
      ['week.jsonl', '--max-cost', '-1'],
      "option '--max-cost <dollars>' argument '-1' is invalid. It takes a number from 0 up.",
    ],
  ])('%j is told', async (args, message) => {
    here.write('week.jsonl', week());
    here.write('empty.jsonl', '');
    here.write('text.log', 'npm start\n');
    const { code, stdout, stderr } = await stats([...args, '--json']);
    expect([code, JSON.parse(stdout).error.message, stderr.split('\n')[0]]).toEqual([
      2,
      message,
      `chain: ${message}`,
    ]);
  });

  it.each([[[]], [['missing.jsonl']]])('%j leaves stdout empty without --json', async (args) => {
    const { code, stdout } = await here.run(['trace', 'stats', ...args]);
    expect([code, stdout]).toEqual([2, '']);
  });
});
