import { chmodSync, existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeWorkspace, type PerformOptions, type Workspace } from '../../../support/run-cli.js';
import { chainLines, idOf } from '../../../trace/trace-lines.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

const posix = process.platform !== 'win32';
const FORMATS = ['csv', 'markdown', 'html'] as const;
const exported = (args: readonly string[], options?: PerformOptions) =>
  here.perform(['trace', 'export', ...args], options);

let log: Promise<string> | undefined;

/** The log of two runs; they are run once, and each test has a copy. */
async function logged(): Promise<void> {
  log ??= record();
  here.write('run.jsonl', await log);
}

async function record(): Promise<string> {
  here.write('shop.txt', '---\noffline: Roses, red ones\n---\nFlowers for {name}?');
  for (const name of ['Ada', 'Bob']) {
    const args = ['run', 'shop.txt', '--var', `name=${name}`, '--quiet', '--log', 'run.jsonl'];
    expect((await here.perform(args)).code).toBe(0);
  }
  return here.read('run.jsonl');
}

describe.each(FORMATS)('%s', (format) => {
  it('is of what chain run wrote, the same on stdout, in a file and from a pipe', async () => {
    await logged();
    const { code, stdout, stderr } = await here.run(['trace', 'export', 'run.jsonl', '--format', format]);
    expect([code, stderr]).toEqual([0, '']);
    for (const text of ['Flowers for Ada?', 'Flowers for Bob?', 'Roses, red ones', 'shop.txt', 'estimated'])
      expect(stdout).toContain(text);
    writeFileSync(here.path('out'), 'before', { mode: 0o644 });
    const written = await exported(['run.jsonl', '--format', format, '--output', 'out']);
    expect(written).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(here.read('out')).toBe(stdout);
    if (posix) expect(statSync(here.path('out')).mode & 0o777).toBe(0o600);
    const piped = await exported(['-', '--format', format], { stdin: here.read('run.jsonl') });
    expect(piped.stdout.replaceAll('standard input', 'run.jsonl')).toBe(stdout);
  });

  it('makes its folders, and takes - for stdout', async () => {
    here.write('run.jsonl', chainLines('1a', 'Roses.'));
    const args = ['run.jsonl', '--format', format, '--output'];
    const { stdout } = await exported([...args, '-']);
    expect(await exported([...args, 'new/dir/out'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(here.read('new/dir/out')).toBe(stdout);
    expect(readdirSync(here.folder).sort()).toEqual(['home', 'new', 'run.jsonl']);
  });

  it('leaves a file as it was when it cannot be written whole', async () => {
    here.write('run.jsonl', chainLines('1a', 'Roses.'));
    here.write('out', 'before');
    const { code, stderr } = await exported(['run.jsonl', 'feed', '--format', format, '--output', 'out']);
    expect([code, stderr.split('\n')[0]]).toEqual([2, 'chain: run.jsonl: no run feed']);
    expect(here.read('out')).toBe('before');
    expect(readdirSync(here.folder).sort()).toEqual(['home', 'out', 'run.jsonl']);
  });

  it('stops when nobody reads it any more', async () => {
    let trace = '';
    for (let index = 0; index < 500; index += 1)
      trace += chainLines(index.toString(16).padStart(6, '0'), 'Roses. '.repeat(50), { at: index });
    here.write('run.jsonl', trace);
    const head = [
      'bash',
      '-c',
      `set -o pipefail; exec 3>&1; { "$0" "$@"; echo "exit $?" >&3; } | head -c 10`,
      process.execPath,
    ];
    const { stdout, stderr } = await here.run(['trace', 'export', 'run.jsonl', '--format', format], {
      command: head,
    });
    expect([stdout.slice(10), stderr]).toEqual(['exit 0\n', '']);
  });
});

it.each([
  ['markdown', 'What was said was left out.'],
  ['html', '<p class="note">What was said was left out.</p>'],
])('%s says that content was left out, of a part of a run, too', async (format, note) => {
  const prompt = ['--prompt', 'Which flowers?', '--model', 'offline'];
  await here.perform(['run', ...prompt, '--no-content', '--log', 'run.jsonl']);
  const model = here.events('run.jsonl').find(({ type }) => type === 'chatModelStart');
  for (const run of [[], [String(model?.runId)]]) {
    const { code, stdout } = await exported(['run.jsonl', ...run, '--format', format]);
    expect([code, stdout.includes(note), /empty|Which flowers/.test(stdout)]).toEqual([0, true, false]);
    expect(stdout).toContain('offline (acknowledgement)');
  }
});

it.each(FORMATS)('%s leaves out what was said, and masks, where that is asked for', async (format) => {
  const prompt = ['--prompt', 'Order 77: {x}', '--var', 'x=lilies', '--model', 'offline'];
  await here.perform(['run', ...prompt, '--log', 'run.jsonl']);
  const masked = await exported([
    'run.jsonl',
    '--format',
    format,
    '--redact',
    'Order \\d+',
    '--redact',
    'lil.es',
  ]);
  expect(masked).toMatchObject({ code: 0, stdout: expect.stringContaining('***: ***') });
  expect(masked.stdout).not.toMatch(/Order 77|lilies/);
  const silent = await exported(['run.jsonl', '--format', format, '--no-content']);
  expect(silent).toMatchObject({ code: 0, stdout: expect.stringContaining('offline (acknowledgement)') });
  expect(silent.stdout).not.toMatch(/Order 77|lilies|Noted/);
});

describe('wrong use', () => {
  it.each([
    [['run.jsonl'], 'no --format'],
    [
      ['run.jsonl', '--format', 'pdf'],
      "option '--format <format>' argument 'pdf' is invalid. Allowed choices are csv, markdown, html.",
    ],
    [['--format', 'csv'], "missing required argument 'file'"],
    [['run.jsonl', '--format', 'csv', '--redact', '('], '--redact (: unterminated group'],
    [['missing.jsonl', '--format', 'csv'], 'missing.jsonl: no such file'],
    [
      ['text.log', '--format', 'html'],
      'text.log: no run is in it; 1 line of other programs (line 1) passed over',
    ],
    [['run.jsonl', 'last~1', '--format', 'html'], 'run.jsonl: no run last~1: it has 1'],
    [['run.jsonl', '--format', 'csv', '--output', 'run.jsonl'], '--output run.jsonl is a file that is read'],
    [
      ['run.jsonl', '--format', 'csv', '--output', 'run.jsonl/out.csv'],
      '--output run.jsonl/out.csv: a part of its path is a file',
    ],
    [['run.jsonl', '--format', 'csv', '--output', 'home'], '--output home: is a folder'],
  ])('%j is told', async (args, message) => {
    here.write('run.jsonl', chainLines('1a', 'Roses.'));
    here.write('text.log', 'npm start\n');
    const { code, stdout, stderr } = await exported(args);
    expect([code, stdout, stderr.split('\n')[0]]).toEqual([2, '', `chain: ${message}`]);
    expect(here.read('run.jsonl')).toBe(chainLines('1a', 'Roses.'));
  });

  it.runIf(posix && process.getuid?.() !== 0)('a folder that is closed is told', async () => {
    here.write('run.jsonl', chainLines('1a', 'Roses.'));
    here.write('closed/x', '');
    chmodSync(here.path('closed'), 0o500);
    const { code } = await exported(['run.jsonl', '--format', 'csv', '--output', 'closed/out.csv']);
    expect([code, existsSync(here.path('closed/out.csv'))]).toEqual([2, false]);
  });
});

it('a run is part of a file that is damaged and still being written', async () => {
  const torn = chainLines('2a', 'Lilies.', { at: 1000 });
  here.write(
    'run.jsonl',
    `npm start\n${chainLines('1a', 'Roses.')}{"type":"llmEnd"}\n${torn.slice(0, torn.lastIndexOf('{') - 40)}`,
  );
  for (const format of FORMATS) {
    const { code, stdout, stderr } = await exported(['run.jsonl', '--format', format]);
    expect([code, stderr]).toEqual([
      0,
      'note: 1 line of other programs (line 1) passed over\n' +
        'note: 1 damaged line (line 9) passed over\n' +
        'note: the last line is not whole: it was cut short, or is still being written\n',
    ]);
    expect(stdout).toContain(idOf('1af'));
    expect(stdout).toContain(idOf('2af'));
  }
});
