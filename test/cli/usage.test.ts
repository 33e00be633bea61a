import { mkdirSync, readFileSync } from 'node:fs';
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
  const { code, stdout, stderr } = await here.run(args, { env, stdin });
  return { code, stdout, asked: server.received.length, lines: stderr.trimEnd().split('\n') };
}

const USAGE = { code: 2, stdout: '', asked: 0 };

describe('mistakes on the command line', () => {
  const ADD = ['run', 'add.txt', '--var', 'number=2'];

  it.each([
    { args: ['rnu'], lines: ["chain: unknown command 'rnu'", '       (Did you mean run?)'] },
    {
      args: ['run'],
      lines: [
        'chain: no template',
        '       chain run template.txt --var name=value, or chain run --prompt "text"',
      ],
    },
    {
      args: [...ADD, '--prompt', 'hi'],
      lines: [
        'chain: a template file and --prompt at once: one of them is the template',
        '       chain run template.txt --var name=value, or chain run --prompt "text"',
      ],
    },
    {
      args: [...ADD, 'more'],
      lines: ["chain: too many arguments for 'run'. Expected 1 argument but got 2."],
    },
    {
      args: [...ADD, '--vrebose'],
      lines: ["chain: unknown option '--vrebose'", '       (Did you mean --verbose?)'],
    },
    { args: ['run', 'add.txt', '--var'], lines: ["chain: option '--var <name=value>' argument missing"] },
    { args: [...ADD, '--model', ''], lines: ['chain: --model names no model'] },
    {
      args: [...ADD, '--model', 'groq:'],
      lines: ['chain: `groq:` names no model', '       A model of groq is written groq:NAME.'],
    },
    { args: [...ADD, '--config', 'nope.yaml'], lines: ['chain: --config: nope.yaml: no such file'] },
  ])('$args', async ({ args, lines }) => {
    expect(await refused(args)).toEqual({ ...USAGE, lines });
  });

  it.each([
    ['--temperature <number>', 'hot', 'It takes a number from 0 to 2.'],
    ['--temperature <number>', '2.1', 'It takes a number from 0 to 2.'],
    ['--temperature <number>', '', 'It takes a number from 0 to 2.'],
    ['--top-p <number>', '-1', 'It takes a number from 0 to 1.'],
    ['--max-tokens <number>', '1.5', 'It takes a whole number from 1 up.'],
    ['--max-tokens <number>', '0', 'It takes a whole number from 1 up.'],
    ['--max-cost <dollars>', '0', 'It takes a number from 0.000001 up.'],
    ['--max-cost <dollars>', '$1', 'It takes a number from 0.000001 up.'],
    ['--max-total-tokens <number>', '0', 'It takes a whole number from 1 up.'],
    ['--max-total-tokens <number>', '1.5', 'It takes a whole number from 1 up.'],
    ['--seed <number>', 'x', 'It takes a whole number.'],
    ['--timeout <seconds>', '0', 'It takes a number from 0.001 up.'],
    ['--timeout <seconds>', 'NaN', 'It takes a number from 0.001 up.'],
    ['--retries <number>', '-1', 'It takes a whole number from 0 up.'],
    ['--log-format <format>', 'xml', 'Allowed choices are text, jsonl.'],
  ])('%s %s', async (flag, value, what) => {
    const lines = [`chain: option '${flag}' argument '${value}' is invalid. ${what}`];
    expect(await refused([...ADD, flag.split(' ')[0]!, value])).toEqual({ ...USAGE, lines });
  });

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

describe('mistakes in a template', () => {
  it.each([
    {
      what: 'pasted JSON',
      content: '{"a": {b}}',
      lines: [
        'chain: t.txt:1:1: "{" begins no variable; this looks like JSON',
        '       In pasted JSON write every brace twice ({{"a": 1}}), or bring it in as the value of a variable.',
      ],
    },
    {
      what: 'all missing variables at once',
      content: '{a} {b}\n{c} {a}',
      lines: [
        'chain: Missing variables: a (t.txt:1:1), b (t.txt:1:5), c (t.txt:2:1)',
        '       Set them with --var a=… --var b=… --var c=…',
      ],
    },
    {
      what: 'bytes that are not UTF-8',
      content: Uint8Array.of(0x61, 0x0a, 0xe4, 0x62),
      lines: [
        'chain: t.txt:2:1: not UTF-8 at byte 2 (the first is byte 0)',
        '       Save the file as UTF-8.',
      ],
    },
    {
      what: 'malformed YAML',
      content: '---\nmodel: [x\n---\nhi',
      lines: [
        'chain: t.txt:3:1: malformed front matter: Flow sequence in block collection must be sufficiently indented and end with a ]',
        '       Put quotes around a text that has ": " or " #" in it, or begins with a sign such as { [ * & ! % @.',
      ],
    },
    {
      what: 'unknown keys and wrong values',
      content: '---\nmodle: x\ntemperature: 9\n---\nhi',
      lines: [
        'chain: t.txt:2:1: unknown key "modle" (did you mean "model"?); line 3, column 14: "temperature" must be a number from 0 to 2, not 9',
        '       Front matter may have description, model, temperature, top_p, max_tokens, max_cost, max_total_tokens, stop, seed, response_format, reasoning_effort, extra_body, system, inputs, offline; other fields of the request go under extra_body.',
      ],
    },
  ])('$what', async ({ content, lines }) => {
    here.write('t.txt', content);
    expect(await refused(['run', 't.txt'])).toEqual({ ...USAGE, lines });
  });

  it.each([
    { file: 'folder', lines: ['chain: folder: a folder, not a file'] },
    { file: 'missing.txt', lines: ['chain: missing.txt: no such file'] },
  ])('$file', async ({ file, lines }) => {
    mkdirSync(here.path('folder'));
    expect(await refused(['run', file])).toEqual({ ...USAGE, lines });
  });

  it('that comes from --prompt or from standard input is named so', async () => {
    expect((await refused(['run', '--prompt', 'x }'])).lines[0]).toBe(
      'chain: --prompt:1:3: "}" without a "{" before it',
    );
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
    const { code, stdout, stderr } = await here.run(args);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^Usage: chain run \[options\] \[template\]\n/);
    expect(stdout).toContain('\n  $ cat notes.md | chain run summary.txt');
    expect(stdout).not.toContain('default: []');
    const flags = [...stdout.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
    expect(flags).toEqual([
      ...['--prompt', '--var', '--vars', '--model', '--system', '--temperature', '--top-p', '--max-tokens'],
      ...['--max-cost', '--max-total-tokens', '--stop', '--seed', '--schema', '--verbose', '--log'],
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

  it('--version', async () => {
    const { version } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
    expect(await here.run(['--version'])).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });
});
