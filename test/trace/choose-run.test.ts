import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { chooseRun } from '../../src/trace/choose-run.js';
import { indexRuns } from '../../src/trace/run-index.js';
import { durationOf, statusOf, totalsOf } from '../../src/trace/trace-run.js';
import { chainLines, idOf, lineWriter } from './trace-lines.js';

let folder: string;
let file: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'choose-run-'));
  file = join(folder, 'run.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const three = () =>
  [chainLines('1a', 'Roses.'), chainLines('1b', 'Lilies.'), chainLines('2c', 'Tulips.')].join('');

describe('a run is named by', () => {
  beforeEach(() => writeFileSync(file, three()));

  it.each<[string | undefined, string]>([
    [undefined, '2c'],
    ['last', '2c'],
    ['last~0', '2c'],
    ['last~2', '1a'],
    ['2', '2c'],
    ['1a0', '1a'],
    [idOf('1b'), '1b'],
    [idOf('1bf'), '1bf'],
    ['1bf', '1bf'],
  ])('%s', async (name, id) => {
    const { run, root } = await chooseRun(file, name);
    expect([run.id, root.parentId]).toEqual([idOf(id), null]);
  });

  it.each([
    ['last~3', `no run last~3: it has 3`],
    ['7', 'no run 7'],
    ['', 'no run '],
    ['LAST', 'no run LAST'],
    ['1', `1 is the beginning of several runs: ${['1a', '1b'].map(idOf).join(', ')}`],
  ])('not by %j', async (name, why) => {
    await expect(chooseRun(file, name)).rejects.toMatchObject({
      code: 'invalid_argument',
      message: `${file}: ${why}`,
    });
  });
});

it('looks back as far as it is told to', async () => {
  const ids = Array.from({ length: 1200 }, (_, at) => at.toString(16).padStart(4, '0'));
  const lines = ids.map((id, at) => lineWriter('Assistant', id)('chainStart', at, { inputs: {} }));
  writeFileSync(file, lines.join(''));
  const { run } = await chooseRun(file, 'last~1100');
  expect(run.id).toBe(idOf(ids[99]!));
  await expect(chooseRun(file, 'last~1200')).rejects.toMatchObject({
    message: `${file}: no run last~1200: it has 1200`,
  });
});

it('puts a run together from lines that others are written between', async () => {
  const [a, b] = [chainLines('1a', 'Roses.'), chainLines('1b', 'Lilies.')].map((text) =>
    text.split('\n').slice(0, -1),
  );
  writeFileSync(file, `${a!.flatMap((line, at) => [line, b![at], 'GET / 200']).join('\n')}\n`);
  const { run } = await chooseRun(file, '1a');
  expect(run).toMatchObject({ name: 'LLMChain', moments: [{ type: 'text' }], streamed: null });
  expect(run.children).toMatchObject([
    { id: idOf('1af'), streamed: { count: 2, text: '' }, end: { text: 'Roses.' } },
  ]);
  const { census } = await indexRuns(file);
  expect(census.notes()).toEqual(['7 lines of other programs (lines 3, 6, 9, 12, 15, …) passed over']);
});

it('knows what is known of a run that broke off, whatever comes behind it', async () => {
  const whole = chainLines('1a', 'Roses.').split('\n');
  writeFileSync(
    file,
    `${whole.slice(0, 4).join('\n')}\n${whole[4]!.slice(0, 40)}\n${chainLines('1b', 'Lilies.', { at: 900 })}`,
  );
  const { run } = await chooseRun(file, '1a');
  expect([statusOf(run), durationOf(run), durationOf(run, run.time + 5000)]).toEqual([
    'unfinished',
    100,
    5000,
  ]);
  expect(run.children[0]).toMatchObject({ end: null, streamed: { count: 1, text: 'Ros' } });
  expect(totalsOf(run).usage).toBeNull();
});

it('takes a run whose beginning is lost for a root', async () => {
  writeFileSync(file, chainLines('1a', 'Roses.').split('\n').slice(3).join('\n'));
  const { run } = await chooseRun(file, '1af');
  expect(run).toMatchObject({ id: idOf('1af'), start: null, end: { text: 'Roses.' } });
});

it.each([
  ['nothing', '', 'no run is in it'],
  [
    'text',
    'Dear diary,\n\ntoday',
    'no run is in it; 1 line of other programs (line 1) passed over; the last line is not whole: it was cut short, or is still being written',
  ],
])('says what is in a file with %s instead', async (_, content, why) => {
  writeFileSync(file, content);
  await expect(chooseRun(file)).rejects.toMatchObject({
    message: `${file}: ${why}`,
    hint: 'A trace is JSON lines: chain run … --log run.jsonl, or --log-format jsonl for another name',
  });
});

describe('the index', () => {
  it('keeps the last runs only, and counts all', async () => {
    const many = Array.from({ length: 50 }, (_, at) => chainLines(`${at}`.padStart(2, '0'), 'x', { at }));
    writeFileSync(file, many.join(''));
    const { count, runs, end } = await indexRuns(file, { keep: 3 });
    expect([count, runs.map(({ id }) => id), end]).toEqual([
      50,
      ['47', '48', '49'].map(idOf),
      many.join('').length,
    ]);
  });

  it('gives up the oldest of very many open runs, in no more time than they take to read', async () => {
    const start = lineWriter('Assistant', '1a')('chainStart', 0, { inputs: {} });
    const lines = Array.from({ length: 150_000 }, (_, at) =>
      start.replace(idOf('1a'), idOf('1a').slice(0, -12) + at.toString().padStart(12, '0')),
    );
    writeFileSync(file, lines.join(''));
    const { count, runs } = await indexRuns(file, { keep: 1 });
    expect([count, runs[0]!.status]).toEqual([150_000, 'unfinished']);
  });

  it('sums a run up', async () => {
    const line = lineWriter('LLMChain', '1b');
    const failed =
      line('chainStart', 5, { inputs: {}, metadata: { template: 7 } }) +
      line('chainError', 9, {
        error: { name: 'ChainError', code: 'rate_limited', message: 'slow down' },
        usage: null,
        durationMs: 4,
      });
    writeFileSync(file, chainLines('1a', 'Roses.', { cost: 0.002 }) + failed);
    const { runs } = await indexRuns(file);
    expect(runs).toMatchObject([
      {
        id: idOf('1a'),
        status: 'ok',
        errorCode: null,
        durationMs: 400,
        template: 'shop.txt',
        models: ['gpt-5-mini'],
        totals: { totalTokens: 17, cost: 0.002 },
      },
      {
        id: idOf('1b'),
        status: 'error',
        errorCode: 'rate_limited',
        durationMs: 4,
        template: null,
        models: [],
        totals: { usage: null },
      },
    ]);
  });
});
