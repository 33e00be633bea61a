import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, serve, stream, text } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('add.txt', '1 + {number} = \n');
});

/** Runs with a server at hand that must not be asked. */
async function refused(args: readonly string[], stdin = '') {
  const server = await serve(stream(text('x', 'stop'), DONE));
  const env = { OPENAI_BASE_URL: server.baseUrl };
  const { code, stdout, stderr } = await here.perform(args, { env, stdin });
  return { code, stdout, asked: server.received.length, lines: stderr.trimEnd().split('\n') };
}

describe('mistakes on the command line', () => {
  it.each([
    {
      args: ['run', 'add.txt', '--json', '--bogus'],
      error: { code: 'invalid_argument', message: "unknown option '--bogus'" },
    },
    {
      args: ['run', 'add.txt', '--json'],
      error: { code: 'missing_variable', message: 'Missing variable: number (add.txt:1:5)' },
    },
  ])('$args: the failure as a document', async ({ args, error }) => {
    const { stdout, ...rest } = await refused(args);
    expect(rest).toMatchObject({ code: 2, asked: 0 });
    expect(JSON.parse(stdout)).toEqual({ schema: 1, error, text: '' });
  });
});

describe('a template', () => {
  it('that comes from standard input is named so', async () => {
    expect((await refused(['run', '-'], 'x }')).lines[0]).toBe(
      'chain: standard input:1:3: "}" without a "{" before it',
    );
  });

  it('takes a byte order mark and Windows line ends', async () => {
    here.write('dos.txt', '\uFEFF---\r\nmodel: offline\r\noffline: fine\r\n---\r\n1 + {number} = \r\n');
    const { code, stdout } = await here.run(['run', 'dos.txt', '--var', 'number=2']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'fine\n' });
  });
});

describe('help', () => {
  it.each([[[]], [['--help']], [['help']]])('%j', async (args) => {
    const { code, stdout, stderr } = await here.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: chain \[options\] \[command\]\n/);
    expect(stdout).toContain('\n  $ chain run template.txt --var number=2 --verbose\n');
  });

  it.each([[['run', '--help']], [['help', 'run']]])('%j', async (args) => {
    const { code, stdout, stderr } = await here.perform(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: chain run \[options\] \[template\]\n/);
    expect(stdout).toContain('\n  $ cat notes.md | chain run summary.txt');
    expect(stdout).not.toContain('default: []');
    const flags = [...stdout.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
    expect(flags).toEqual([
      ...['--prompt', '--var', '--vars', '--model', '--system', '--temperature', '--top-p', '--max-tokens'],
      ...[
        '--max-cost',
        '--max-total-tokens',
        '--stop',
        '--seed',
        '--schema',
        '--approve',
        '--verbose',
        '--log',
      ],
      ...['--log-format', '--log-tokens', '--redact', '--no-content', '--otlp', '--record', '--callback'],
      ...['--replay', '--replay-timing', '--live-on-miss'],
      ...[
        '--json',
        '--output',
        '--quiet',
        '--no-stream',
        '--no-color',
        '--watch',
        '--dry-run',
        '--timeout',
        '--retries',
      ],
      ...['--config', '--help'],
    ]);
  });

  it('help trace show', async () => {
    const shown = await here.perform(['help', 'trace', 'show']);
    expect(shown).toEqual(await here.perform(['trace', 'show', '--help']));
    expect(shown.stdout).toMatch(/^Usage: chain trace show \[options\] <file> \[run\]\n/);
  });

  it.each([
    [['run', '--help'], '--max-total-tokens <number>  the most tokens that prompt and answer may have'],
    [['chat', '--help'], '--max-total-tokens <number>  the most tokens that all turns together may have'],
    [['run', '--help'], '--replay-timing              with --replay: in the time that they took'],
    [['run', '--help'], '--temperature <number>       0 to 2; may be repeated: each is a run of its own'],
    [['complete', '--help'], 'shell       the shell (choices: "bash", "zsh", "fish")'],
  ])('%j says: %s', async (args, line) => {
    expect((await here.perform(args)).stdout).toContain(`\n  ${line}\n`);
  });

  it('--version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await here.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});
