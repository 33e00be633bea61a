import { execFile } from 'node:child_process';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, serve, stream, text, USAGE, withResolvers } from '../models/loopback.js';
import { requires } from '../support/requires.js';
import { commandLine, makeWorkspace, type Workspace } from '../support/run-cli.js';
import { settle } from '../support/settle.js';
import { openTerminal, type Terminal } from '../support/terminal.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('hi.txt', 'Say hello.\n');
});

const END = event(delta({}, 'stop')) + event({ choices: [], usage: USAGE }) + DONE;
const SUMMARY =
  'gpt-5-mini-2025-08-07 · 9 in (5 cached) + 4 out (2 reasoning) = 13 tokens (reported) · no price · first token N ms · N ms';

function open(args: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Terminal> {
  return openTerminal(commandLine(here.folder, args, { env }), here.folder);
}

/** The screen after the end, its times replaced. */
async function finalScreen(terminal: Terminal): Promise<readonly string[]> {
  return settle(await terminal.sees(/\[exit \d+\]/)).split('\n');
}

describe.skipIf(!requires('tmux'))('on a terminal', () => {
  it('a spinner turns while nothing comes, and leaves nothing behind', async () => {
    const answer = withResolvers();
    const server = await serve(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      await answer.promise;
      response.end(text('Hello') + text(', Ann!') + END);
    });
    const terminal = await open(['run', 'hi.txt'], { OPENAI_BASE_URL: server.baseUrl });
    expect(await terminal.sees(/\d\.\d s$/)).toMatch(/^\S \d\.\d s$/);
    answer.resolve();
    expect(await finalScreen(terminal)).toEqual(['Hello, Ann!', SUMMARY, '[exit 0]']);
  });

  it.each([
    ['NO_COLOR', { NO_COLOR: '1' }],
    ['FORCE_COLOR=0', { FORCE_COLOR: '0' }],
  ])('the spinner has no colour with %s', async (_, env) => {
    const answer = withResolvers();
    const server = await serve(async (response) => {
      await answer.promise;
      response.writeHead(200).end(text('Hello') + END);
    });
    const terminal = await open(['run', 'hi.txt'], { OPENAI_BASE_URL: server.baseUrl, ...env });
    await terminal.sees(/\d\.\d s$/);
    expect(await terminal.screen('styled')).toMatch(/^\S \d\.\d s$/);
    answer.resolve();
    await finalScreen(terminal);
  });

  it('a trace and a spinner share the screen', async () => {
    const answer = withResolvers();
    const server = await serve(
      async (response) => {
        await answer.promise;
        response.writeHead(503, { 'retry-after-ms': '400' }).end();
      },
      stream(text('Hello'), END),
    );
    const terminal = await open(['run', 'hi.txt', '--verbose'], { OPENAI_BASE_URL: server.baseUrl });
    await terminal.sees(/ChatOpenAI gpt-5-mini \(openai\)\n\S \d\.\d s$/);
    answer.resolve();
    await terminal.sees(/retry 1 in .*\n\S \d\.\d s$/);
    expect((await finalScreen(terminal)).slice(0, 7)).toEqual([
      '',
      '> Entering new LLMChain chain...',
      'Prompt after formatting:',
      'Say hello.',
      '  > ChatOpenAI gpt-5-mini (openai)',
      `    retry 1 in N ms: ${server.host} answered 503`,
      'Hello',
    ]);
  });

  it('Ctrl-C while the spinner turns', async () => {
    const server = await serve(() => {});
    const terminal = await open(['run', 'hi.txt'], { OPENAI_BASE_URL: server.baseUrl });
    await terminal.sees(/\d\.\d s$/);
    await terminal.press('C-c');
    expect((await finalScreen(terminal)).slice(-2)).toEqual([
      'gpt-5-mini · no tokens · stopped after N ms',
      '[exit 130]',
    ]);
  });

  it('the summary is dim, the answer as it is', async () => {
    const server = await serve(stream(text('Hello'), END));
    const terminal = await open(['run', 'hi.txt'], { OPENAI_BASE_URL: server.baseUrl });
    await finalScreen(terminal);
    const [answer, summary] = (await terminal.screen('styled')).split('\n');
    expect(answer).toBe('Hello');
    expect(summary).toMatch(/^\x1b\[2mgpt-5-mini-2025-08-07 · /);
  });

  it.each([
    { what: 'NO_COLOR', env: { NO_COLOR: '1' }, args: [] },
    { what: 'TERM=dumb', env: { TERM: 'dumb' }, args: [] },
    { what: '--no-color', env: {}, args: ['--no-color'] },
    { what: 'FORCE_COLOR=0', env: { FORCE_COLOR: '0' }, args: [] },
  ])('no colour with $what', async ({ env, args }) => {
    const server = await serve(stream(text('Hello'), END));
    const terminal = await open(['run', 'hi.txt', '--verbose', ...args], {
      OPENAI_BASE_URL: server.baseUrl,
      ...env,
    });
    await finalScreen(terminal);
    expect(await terminal.screen('styled')).not.toContain('\x1b');
  });

  it('a trace marks the place of the answer that is on the screen already', async () => {
    const server = await serve(stream(text('Hello'), text(', Ann!'), END));
    const terminal = await open(['run', 'hi.txt', '--verbose'], { OPENAI_BASE_URL: server.baseUrl });
    expect(await finalScreen(terminal)).toEqual([
      '',
      '> Entering new LLMChain chain...',
      'Prompt after formatting:',
      'Say hello.',
      '  > ChatOpenAI gpt-5-mini (openai)',
      'Hello, Ann!',
      '    Answer: (shown above)',
      '  < ChatOpenAI: 9 in (5 cached) + 4 out (2 reasoning) = 13 tokens (reported), no price, first token after N ms, took N ms, answered by gpt-5-mini-2025-08-07',
      '',
      '> Finished chain.',
      '  took N ms',
      SUMMARY,
      '[exit 0]',
    ]);
  });

  it('standard input that is the terminal is never waited for', async () => {
    here.write('input.txt', '[{input}]');
    const cases = [
      {
        args: ['run', 'input.txt'],
        screen: [
          'chain: Missing variable: input (input.txt:1:2)',
          '       Set it with --var input=…',
          '[exit 2]',
        ],
      },
      {
        args: ['run', '-'],
        screen: [
          'chain: the template - is standard input, which is a terminal',
          '       Pipe a template into the command, or name a file.',
          '[exit 2]',
        ],
      },
      {
        args: ['run', 'input.txt', '--var', 'input=-'],
        screen: [
          'chain: --var input=- reads standard input, which is a terminal',
          "       Pipe a text into the command, or write --var input='\\-' for a bare -.",
          '[exit 2]',
        ],
      },
    ];
    for (const { args, screen } of cases) expect(await finalScreen(await open(args))).toEqual(screen);
  });
});

describe('off a terminal', () => {
  it('FORCE_COLOR colours what is on stderr, and never the answer', async () => {
    const server = await serve(stream(text('Hello'), END));
    const env = { OPENAI_BASE_URL: server.baseUrl, FORCE_COLOR: '1' };
    const { stdout, stderr } = await here.run(['run', 'hi.txt'], { env });
    expect(stdout).toBe('Hello\n');
    expect(stderr).toMatch(/^\x1b\[2mgpt-5-mini.*\x1b\[22m\n$/);
  });
});

describe.skipIf(process.platform !== 'linux')('no spinner turns', () => {
  it.each([
    ['on a terminal that cannot go back in a line', 'TERM=dumb', 80],
    ['on one that does not know how wide it is', 'TERM=xterm', 0],
  ])('%s', async (_, terminal, columns) => {
    const server = await serve(async (response) => {
      await new Promise((resolve) => setTimeout(resolve, 400));
      response.writeHead(200).end(text('Hello') + END);
    });
    const { file, args, env } = commandLine(here.folder, ['run', 'hi.txt'], {
      env: { OPENAI_BASE_URL: server.baseUrl, NO_COLOR: '1' },
    });
    const command = [file, ...args].map((word) => `'${word}'`).join(' ');
    const line = `stty cols ${columns}; ${terminal} ${command}`;
    const stdout = await new Promise<string>((resolve, reject) => {
      const options = { cwd: here.folder, env, timeout: 10_000, killSignal: 'SIGKILL' } as const;
      const child = execFile('script', ['-qec', line, '/dev/null'], options, (error, written) =>
        error === null ? resolve(written) : reject(error),
      );
      child.stdin?.end();
    });
    expect(settle(stdout)).toBe(`Hello\r\n${SUMMARY}\r\n`);
  });
});
