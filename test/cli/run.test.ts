import { chmodSync, mkdirSync, statSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { copyProgram, makeWorkspace, type Workspace } from '../support/run-cli.js';

const SUMMARY =
  'offline (arithmetic) · offline, not a language model · 13 in + 1 out = 14 tokens (estimated) · price none · first token N ms · N ms\n';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('add.txt', '1 + {number} = \n');
});

describe('chain run, offline', () => {
  it('puts the answer on stdout and a summary on stderr', async () => {
    expect(await here.run(['run', 'add.txt', '--var', 'number=2'])).toEqual({
      code: 0,
      stdout: '3\n',
      stderr: SUMMARY,
    });
  });

  it('--quiet leaves the answer alone', async () => {
    expect(await here.perform(['run', 'add.txt', '--var', 'number=2', '--quiet'])).toEqual({
      code: 0,
      stdout: '3\n',
      stderr: '',
    });
  });

  it('--verbose puts a trace on stderr', async () => {
    expect(await here.run(['run', 'add.txt', '--var', 'number=2', '--verbose'])).toEqual({
      code: 0,
      stdout: '3\n',
      stderr: `
> Entering new LLMChain chain...
Prompt after formatting:
1 + 2 = 
  > OfflineModel offline (offline)
    Answer:
    3
  < OfflineModel: 13 in + 1 out = 14 tokens (estimated), no price, first token after N ms, took N ms, answered by offline (arithmetic)

> Finished chain.
  took N ms
${SUMMARY}`,
    });
  });

  it('--json prints one document and nothing else', async () => {
    const { code, stdout, stderr } = await here.perform(['run', 'add.txt', '--var', 'number=2', '--json']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    expect(stdout).toMatch(/^\{.*\}\n$/);
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      text: '3',
      model: 'offline (arithmetic)',
      usage: {
        inputTokens: 13,
        outputTokens: 1,
        totalTokens: 14,
        cachedTokens: null,
        reasoningTokens: null,
        source: 'estimated',
      },
      cost: null,
      durationMs: expect.any(Number),
      firstTokenMs: expect.any(Number),
      finishReason: 'stop',
      runId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      warnings: [],
    });
  });

  it('runs where the current folder and the home are read-only', async () => {
    mkdirSync(here.path('locked'));
    chmodSync(here.path('locked'), 0o500);
    chmodSync(here.path('home'), 0o500);
    const options = { cwd: here.path('locked') };
    for (const _ of [1, 2]) {
      const { code, stdout } = await here.run(['run', here.path('add.txt'), '--var', 'number=2'], options);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '3\n' });
    }
  });

  it.each([
    { HOME: '/nonexistent', XDG_CONFIG_HOME: undefined },
    { HOME: undefined, XDG_CONFIG_HOME: undefined },
    { HOME: '', XDG_CONFIG_HOME: '' },
  ])('runs with %o', async (env) => {
    const { code, stdout } = await here.run(['run', 'add.txt', '--var', 'number=2'], { env });
    expect({ code, stdout }).toEqual({ code: 0, stdout: '3\n' });
  });

  // Only root may become somebody else.
  it.skipIf(process.platform !== 'linux' || process.getuid?.() !== 0)(
    'runs for a user that the system does not know',
    async () => {
      chmodSync(here.folder, 0o755);
      const command = ['setpriv', '--reuid', '54321', '--clear-groups', process.execPath];
      const env = { HOME: undefined, XDG_CONFIG_HOME: undefined };
      const program = copyProgram(here.path('program'));
      const options = { command, env, program };
      const { code, stdout } = await here.run(['run', 'add.txt', '--var', 'number=2'], options);
      expect({ code, stdout }).toEqual({ code: 0, stdout: '3\n' });
    },
  );

  it('takes a template with spaces and Unicode in its name and text', async () => {
    here.write('my prompts/加法 één.txt', '1 + {数字} = ');
    const { code, stdout } = await here.perform(['run', 'my prompts/加法 één.txt', '--var', '数字=2']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: '3\n' });
  });
});

describe('--log', () => {
  it('writes a text log for its owner alone, and appends', async () => {
    const args = ['run', 'add.txt', '--var', 'number=2', '--log', 'logs/output.log'];
    await here.run(args);
    const first = here.read('logs/output.log');
    expect(statSync(here.path('logs/output.log')).mode & 0o777).toBe(
      process.platform === 'win32' ? 0o666 : 0o600,
    );
    expect((await here.run(args)).stdout).toBe('3\n');
    const both = here.read('logs/output.log');
    expect(both.startsWith(first)).toBe(true);
    expect(both.trimEnd().split('\n')).toHaveLength(2 * first.trimEnd().split('\n').length);
    expect(both).not.toContain('\x1b');
  });

  it.each([
    { file: 'out.jsonl', flags: [] },
    { file: 'out.log', flags: ['--log-format', 'jsonl'] },
  ])('writes events as JSON lines to $file $flags', async ({ file, flags }) => {
    await here.perform(['run', 'add.txt', '--var', 'number=2', '--log', file, ...flags]);
    expect(here.events(file).map(({ type }) => type)).toEqual([
      'chainStart',
      'text',
      'chatModelStart',
      'llmNewToken',
      'llmEnd',
      'chainEnd',
    ]);
    expect(here.events(file)[0]).toMatchObject({ name: 'LLMChain', metadata: { template: 'add.txt' } });
  });

  it('lists tokens in a text only with --log-tokens', async () => {
    const args = ['run', 'add.txt', '--var', 'number=2', '--log', 'a.log'];
    await here.perform(args);
    const without = here.read('a.log').split('\n').length;
    await here.perform([...args, '--log', 'b.log', '--log-tokens']);
    expect(here.read('b.log').split('\n').length).toBe(without + 1);
  });

  it('that cannot be opened is a mistake, and nothing runs', async () => {
    mkdirSync(here.path('folder'));
    expect(await here.run(['run', 'add.txt', '--var', 'number=2', '--log', 'folder'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'chain: cannot write to the log file folder: it is a folder\n',
    });
  });

  it.skipIf(process.platform !== 'linux')('on a full disk is one warning', async () => {
    expect(await here.run(['run', 'add.txt', '--var', 'number=2', '--log', '/dev/full'])).toEqual({
      code: 0,
      stdout: '3\n',
      stderr: `${SUMMARY}warning: cannot write to the log file /dev/full, lines are missing: ENOSPC: no space left on device, write\n`,
    });
  });

  it('is shared by two processes, line by line', async () => {
    const args = ['run', 'add.txt', '--var', 'number=2', '--log', 'shared.jsonl'];
    await Promise.all([here.run(args), here.run(args), here.run(args)]);
    const events = here.events('shared.jsonl');
    expect(events).toHaveLength(18);
    expect(events.filter(({ type }) => type === 'chainEnd')).toHaveLength(3);
  });
});

describe('--output', () => {
  it('takes the answer in place of stdout', async () => {
    expect(await here.run(['run', 'add.txt', '--var', 'number=2', '--output', 'answer.txt'])).toEqual({
      code: 0,
      stdout: '',
      stderr: SUMMARY,
    });
    expect(here.read('answer.txt')).toBe('3\n');
    if (process.platform !== 'win32') expect(statSync(here.path('answer.txt')).mode & 0o777).toBe(0o600);
  });

  it('works with --json', async () => {
    const { stdout } = await here.perform([
      'run',
      'add.txt',
      '--var',
      'number=2',
      '--output',
      'a.txt',
      '--json',
    ]);
    expect(JSON.parse(stdout).text).toBe('3');
    expect(here.read('a.txt')).toBe('3\n');
  });
});

describe('a key', () => {
  it.each(['out.log', 'out.jsonl'])('never gets into %s, nor into the trace', async (log) => {
    const args = ['run', '--model', 'offline', '--prompt', 'canary-key-1 or sk-canary-2?', '--log', log];
    const { code, stderr } = await here.run([...args, '--verbose'], {
      env: { GROQ_API_KEY: 'canary-key-1' },
    });
    expect(code).toBe(0);
    expect(stderr).toContain('*** or ***?');
    expect(stderr).not.toContain('canary');
    expect(here.read(log)).toContain('*** or ***?');
    expect(here.read(log)).not.toContain('canary');
  });
});
