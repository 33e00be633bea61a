import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, type Loopback, reply, serve, stream, text, USAGE } from '../models/loopback.js';
import { requires } from '../support/requires.js';
import { commandLine, makeWorkspace, type Workspace } from '../support/run-cli.js';
import { settle } from '../support/settle.js';
import { openTerminal } from '../support/terminal.js';

const TEMPLATE = `---
model: m
tools:
  calculator:
  read_file: { folder: notes }
---
What is 6 * 7?
`;
const REPORTED = event({ choices: [], usage: USAGE }) + DONE;

function call(index: number, name: string, args: string): string {
  const called = { index, id: `c${index}`, function: { name, arguments: args } };
  return event(delta({ tool_calls: [called] }));
}

const CALLS = stream(
  text('Let me see.'),
  call(0, 'calculator', '{"expression":"6*7"}'),
  call(1, 'read_file', '{"path":"a.txt"}'),
  event(delta({}, 'tool_calls')) + REPORTED,
);
const ANSWER = stream(text('42, ') + text('and a rose.'), event(delta({}, 'stop')) + REPORTED);
const SUMMARY =
  '2 requests, 2 tool calls · 18 in (10 cached) + 8 out (4 reasoning) = 26 tokens (reported) · no price · N ms';

let here: Workspace;
let server: Loopback;
let env: Readonly<Record<string, string>>;
beforeEach(async () => {
  here = makeWorkspace();
  here.write('agent.txt', TEMPLATE);
  here.write('notes/a.txt', 'a rose\n');
  server = await serve(CALLS, ANSWER);
  env = { OPENAI_BASE_URL: server.baseUrl };
});

/** What the model was told of its calls, in the last request. */
function told(): unknown {
  const messages = server.received.at(-1)?.body.messages as readonly { role: string; content: string }[];
  return messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
}

describe('a template with tools', () => {
  it('is an agent: its answer on stdout, and nothing of what was said before', async () => {
    const outcome = await here.run(['run', 'agent.txt', '--approve', 'all', '--log', 'log.jsonl'], { env });
    expect(outcome).toEqual({
      code: 0,
      stdout: '42, and a rose.\n',
      stderr: `gpt-5-mini-2025-08-07 · ${SUMMARY}\n`,
    });
    expect(told()).toEqual(['42', 'a rose\n']);
    const types = here.events('log.jsonl').map(({ type }) => type);
    expect(types.filter((type) => /^(agent|tool|chain)/.test(String(type)))).toEqual([
      'chainStart',
      'agentAction',
      'agentAction',
      'toolStart',
      'toolStart',
      'toolEnd',
      'toolEnd',
      'agentFinish',
      'chainEnd',
    ]);
  });

  it('runs unasked what needs no approval, and nothing else where nobody can be asked', async () => {
    for (const flags of [[], ['--approve', 'ask'], ['--approve', 'none']]) {
      server = await serve(CALLS, ANSWER);
      const outcome = await here.run(['run', 'agent.txt', ...flags], {
        env: { OPENAI_BASE_URL: server.baseUrl },
      });
      expect([outcome.code, outcome.stderr.split('\n')[1]]).toEqual([
        0,
        'warning: 1 tool call was not allowed: --approve all allows them, and --approve ask asks at a terminal',
      ]);
      expect(told()).toEqual(['42', 'Error: the user did not allow this call.']);
    }
  });

  it('has its sums in the document', async () => {
    const { stdout } = await here.run(['run', 'agent.txt', '--approve', 'all', '--json'], { env });
    expect(JSON.parse(stdout)).toMatchObject({
      text: '42, and a rose.',
      usage: { inputTokens: 18, outputTokens: 8, totalTokens: 26 },
      requests: 2,
      toolCalls: 2,
      firstTokenMs: null,
      finishReason: 'stop',
    });
  });

  it('is counted with its tools before anything is asked', async () => {
    const dry = (...flags: readonly string[]) =>
      here.run(['run', 'agent.txt', '--dry-run', ...flags], { env });
    expect((await dry()).stdout).toBe(
      'user:\nWhat is 6 * 7?\n\ntools: calculator, read_file\n\nm · 162 tokens in (estimated) · no price · nothing was sent\n',
    );
    const document = JSON.parse((await dry('--json')).stdout);
    expect(document).toMatchObject({ tools: ['calculator', 'read_file'], inputTokens: 162 });
    expect(server.received).toEqual([]);
  });

  it('is replayed with what its tools gave, unasked, though nothing of it is there any more', async () => {
    const live = await here.run(['run', 'agent.txt', '--approve', 'all', '--record', 'c.jsonl'], { env });
    here.write('notes/a.txt', 'a lily\n');
    expect(await here.run(['run', 'agent.txt', '--replay', 'c.jsonl'])).toEqual(live);
  });

  it('is replayed with what was not allowed then, and with what failed', async () => {
    server = await serve(
      stream(call(0, 'read_file', '{"path":"a.txt"}'), call(1, 'calculator', '{"expression":"6*'), REPORTED),
      ANSWER,
    );
    env = { OPENAI_BASE_URL: server.baseUrl };
    const live = await here.run(['run', 'agent.txt', '--record', 'c.jsonl', '--quiet'], { env });
    expect(told()).toEqual([
      'Error: the user did not allow this call.',
      'Error: the arguments are not whole JSON',
    ]);
    expect(await here.run(['run', 'agent.txt', '--replay', 'c.jsonl', '--quiet'])).toEqual(live);
  });

  it('asks live what a recording lacks, where that is wanted', async () => {
    await here.run(['run', 'agent.txt', '--approve', 'none', '--record', 'c.jsonl'], { env });
    server = await serve(ANSWER);
    const replay = [
      'run',
      'agent.txt',
      '--replay',
      'c.jsonl',
      '--live-on-miss',
      '--approve',
      'all',
      '--quiet',
    ];
    const outcome = await here.run(replay, { env: { OPENAI_BASE_URL: server.baseUrl } });
    expect(outcome).toEqual({ code: 0, stdout: '42, and a rose.\n', stderr: '' });
    expect(told()).toEqual(['42', 'a rose\n']);
  });

  it('shows its answers alone, one after the other, where several models are asked', async () => {
    server = await serve(CALLS, CALLS, ANSWER);
    const { stdout } = await here.run(['run', 'agent.txt', '--model', 'a', '--model', 'b', '--quiet'], {
      env: { OPENAI_BASE_URL: server.baseUrl },
    });
    expect(stdout).toBe('== a ==\n42, and a rose.\n\n== b ==\n42, and a rose.\n');
  });

  it('ends after as many rounds as it may have: exit code 3', async () => {
    here.write('agent.txt', TEMPLATE.replace('tools:', 'max_rounds: 1\ntools:'));
    const { code, stdout, stderr } = await here.run(['run', 'agent.txt', '--approve', 'all', '--quiet'], {
      env,
    });
    expect([code, stdout, stderr]).toEqual([
      3,
      '',
      'chain: the model still called tools when it had been asked 1 times\n',
    ]);
  });

  it('keeps what had come of an answer that broke off', async () => {
    server = await serve(CALLS, stream(text('42, ')));
    const { code, stdout } = await here.run(['run', 'agent.txt', '--retries', '0', '--quiet'], {
      env: { OPENAI_BASE_URL: server.baseUrl },
    });
    expect([code, stdout]).toEqual([1, '42, \n']);
  });

  it('is none where the model calls nothing', async () => {
    const choices = [{ message: { content: 'No.' }, finish_reason: 'stop' }];
    server = await serve(reply(200, { choices, usage: USAGE }));
    const { stdout, stderr } = await here.run(['run', 'agent.txt', '--no-stream'], {
      env: { OPENAI_BASE_URL: server.baseUrl },
    });
    expect(stdout).toBe('No.\n');
    expect(stderr).not.toContain('tool');
  });
});

describe.skipIf(!requires('tmux'))('at a terminal', () => {
  const open = (...flags: readonly string[]) =>
    openTerminal(commandLine(here.folder, ['run', 'agent.txt', ...flags], { env }), here.folder);
  const QUESTION = 'Allow read_file {"path":"a.txt"}? [y]es, [n]o, [a]ll:';

  it.each([
    ['y', ['42', 'a rose\n'], '2 tool calls'],
    ['all', ['42', 'a rose\n'], '2 tool calls'],
    ['n', ['42', 'Error: the user did not allow this call.'], '1 tool call '],
    ['', ['42', 'Error: the user did not allow this call.'], '1 tool call '],
  ])('whoever sits there is asked: %j', async (said, outputs, counted) => {
    const terminal = await open();
    await terminal.sees(/\[a\]ll:$/);
    await terminal.press(...[...said], 'Enter');
    const screen = (await terminal.sees(/\[exit 0\]/)).split('\n');
    expect(screen.slice(0, 3)).toEqual(['Let me see.', `${QUESTION} ${said}`.trimEnd(), '42, and a rose.']);
    expect(screen[3]).toContain(counted);
    expect(told()).toEqual(outputs);
  });

  it('Ctrl-C there ends it, and the end of input allows nothing', async () => {
    const terminal = await open('--quiet');
    await terminal.sees(/\[a\]ll:$/);
    await terminal.press('C-c');
    expect(settle(await terminal.sees(/\[exit \d+\]/)).split('\n')).toEqual([
      'Let me see.',
      `${QUESTION} ^C`,
      '[exit 130]',
    ]);
    server = await serve(CALLS, ANSWER);
    env = { OPENAI_BASE_URL: server.baseUrl };
    const other = await open('--quiet');
    await other.sees(/\[a\]ll:$/);
    await other.press('C-d');
    await other.sees(/\[exit 0\]/);
    expect(told()).toEqual(['42', 'Error: the user did not allow this call.']);
  });
});
