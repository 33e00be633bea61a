import { beforeEach, describe, expect, it } from 'vitest';
import { type Loopback, serve } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';
import { echo, echoAndSummarize, said } from './chat/replies.js';

let here: Workspace;
let server: Loopback;
beforeEach(async () => {
  here = makeWorkspace();
  server = await serve(echo);
});

const NO_SIGNALS = process.platform === 'win32';
const USAGE = {
  inputTokens: 10,
  outputTokens: 2,
  totalTokens: 12,
  cachedTokens: null,
  reasoningTokens: null,
  source: 'reported',
};

function at({ baseUrl }: Loopback = server) {
  return { env: { OPENAI_BASE_URL: baseUrl } };
}

/** A conversation of these lines. */
function chat(args: readonly string[], ...lines: readonly string[]) {
  return chatIn('perform', args, ...lines);
}

async function chatIn(process: 'perform' | 'run', args: readonly string[], ...lines: readonly string[]) {
  const stdin = lines.map((line) => `${line}\n`).join('');
  const { stdout, stderr, ...rest } = await here[process](['chat', ...args], { ...at(), stdin });
  const told = stderr.trimEnd().split('\n');
  return { ...rest, stdout, told: stderr === '' ? [] : told };
}

const documents = (stdout: string) =>
  stdout
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('each line', () => {
  it('is a turn, and each reply a line on stdout', async () => {
    expect(await chatIn('run', [], 'hello', '', '  ', '你好 👋')).toEqual({
      code: 0,
      stdout: 'You said: hello\nYou said: 你好 👋\n',
      told: ['2 turns · 20 in + 4 out = 24 tokens (reported) · no price'],
    });
    expect(server.received.map((one) => said(one).slice(1))).toEqual([
      ['user: hello'],
      ['user: hello', 'assistant: You said: hello', 'user: 你好 👋'],
    ]);
  });

  it('counts without its end, and no line at all is no turn', async () => {
    const { stdout } = await here.run(['chat', '--quiet'], { ...at(), stdin: 'one\r\ntwo' });
    expect(stdout).toBe('You said: one\nYou said: two\n');
    expect(await chat([])).toEqual({ code: 0, stdout: '', told: ['0 turns · no tokens'] });
  });

  it('gets a line for an answer without a word', async () => {
    expect((await chat(['--quiet'], 'empty', 'x')).stdout).toBe('\nYou said: x\n');
  });

  it('is answered before the next has come', async () => {
    const running = here.start(['chat', '--quiet'], { ...at(), stdin: 'open' });
    for (const line of ['one', 'two']) {
      running.child.stdin.write(`${line}\n`);
      await running.sees(`You said: ${line}`);
    }
    running.child.stdin.end();
    expect(await running.done).toEqual({ code: 0, stdout: 'You said: one\nYou said: two\n', stderr: '' });
  });

  it('may have two million characters', async () => {
    const stdin = `${'word '.repeat(400_000)}\nshort\n`;
    const { code, stdout } = await here.run(['chat', '--quiet'], { ...at(), stdin });
    expect([code, stdout.length]).toEqual([0, 2_000_000 + 'You said: \nYou said: short\n'.length]);
  });

  it('that fails is told, and the next has its turn', async () => {
    const failed = `chain: ${server.host} answered 400: Not that.`;
    expect(await chatIn('run', [], 'one', 'fail', 'two')).toEqual({
      code: 1,
      stdout: 'You said: one\nYou said: two\n',
      told: [
        failed,
        '2 turns · 20 in + 4 out = 24 tokens (reported) · no price',
        'chain: 1 of 3 inputs failed',
      ],
    });
    expect(said(server.received[2]!)).not.toContain('user: fail');
    expect((await chat(['--quiet'], 'fail')).told).toEqual([failed, 'chain: 1 of 1 inputs failed']);
  });
});

it('an empty --system is no system message, also when the session goes on', async () => {
  here.write('shop.txt', 'system:\nSell.\nuser:\n{input}');
  await chat(['--system', '', '--session', 's'], 'one');
  await chat(['--session', 's'], 'two');
  await chat(['shop.txt', '--system', ''], 'three');
  expect(server.received.map(said)).toEqual([
    ['user: one'],
    ['user: one', 'assistant: You said: one', 'user: two'],
    ['user: three'],
  ]);
});

describe('commands', () => {
  it('work as at a terminal, and what they say goes to stderr', async () => {
    const { code, stdout, told } = await chat(
      ['--system', 'Be brief.'],
      ...['one', 'two', '/undo', '/retry', '/retry', '/tokens', '/memory', '/exit', 'three'],
    );
    expect([code, stdout]).toEqual([0, `You said: one\n${'You said: two\n'.repeat(3)}`]);
    expect(told).toEqual([
      'turn 2 is taken back: two',
      "turn      in  out  memory's own  total      cost",
      '1         10    2                   12  no price',
      '2 undone  10    2                   12  no price',
      '2 undone  10    2                   12  no price',
      '2         10    2                   12  no price',
      '2 turns · 40 in + 8 out = 48 tokens (reported) · no price',
      ...['system:', 'Be brief.', '', 'user:', 'one', '', 'assistant:', 'You said: one', ''],
      ...['user:', 'two', '', 'assistant:', 'You said: two', ''],
      ...['user:', '(your next message)'],
      '2 turns · 40 in + 8 out = 48 tokens (reported) · no price',
    ]);
  });

  const MISTAKES = [
    ['/modle', 'there is no command /modle (did you mean "/model"?)'],
    ['/', 'there is no command /'],
    ['/constructor', 'there is no command /constructor'],
    ['/help me', '/help takes nothing behind it'],
    ['/save', 'the conversation has no name yet'],
    ['/save a:b', '"a:b" is no name for a session: it has :'],
    ['/model groq:llama', "llama can't be asked: GROQ_API_KEY is not set"],
    ['/model groq:', '`groq:` names no model'],
  ] as const;

  it('that are wrong are told, and never sent', async () => {
    const { code, stdout, told } = await chat(['--quiet'], ...MISTAKES.map(([line]) => line));
    expect([code, stdout]).toEqual([2, '']);
    expect(told.filter((line) => line.startsWith('chain: '))).toEqual([
      ...MISTAKES.map(([, message]) => `chain: ${message}`),
      'chain: 8 of 8 inputs failed',
    ]);
    expect(server.received).toEqual([]);
  });

  it('/undo and /retry with nothing to do say so, and are no failure', async () => {
    expect(await chat(['--quiet'], '/undo', '/retry')).toEqual({
      code: 0,
      stdout: '',
      told: ['there is no turn to take back', 'there is nothing to ask again'],
    });
  });

  it('a message that begins with a slash is written with two, or behind a space', async () => {
    await chat([], '//etc/hosts', ' /usr');
    expect(server.received.map((one) => said(one).at(-1))).toEqual(['user: /etc/hosts', 'user: /usr']);
  });

  it('/model asks another, which knows what was said', async () => {
    const { told } = await chat([], 'one', '/model gpt-4o', '/model', 'two');
    expect(told.slice(0, 2)).toEqual(['gpt-4o (openai) answers from now on', 'gpt-4o (openai)']);
    const [, second] = server.received;
    expect([second?.body.model, said(second!)[1]]).toEqual(['gpt-4o', 'user: one']);
  });

  it('/reset begins anew', async () => {
    const { stdout, told } = await chat(['--json'], 'one', '/reset', 'two');
    expect(documents(stdout)).toMatchObject([{ turn: 1 }, { turn: 1, totalTokens: 24 }]);
    expect(told[0]).toBe('a new conversation begins');
    expect(said(server.received[1]!)).toHaveLength(2);
  });

  it('/help lists them all', async () => {
    const { told } = await chat([], '/help');
    const names = told.flatMap((line) => /^ {2}\/(\w+)/.exec(line)?.[1] ?? []);
    expect(names).toEqual(['help', 'tokens', 'memory', 'undo', 'retry', 'model', 'save', 'reset', 'exit']);
  });
});

describe('--json', () => {
  it('prints a document for each turn', async () => {
    const { code, stdout } = await chat(['--json', '--retries', '0'], 'one', 'fail', '/nope', 'cut', 'two');
    expect(code).toBe(1);
    const { host } = server;
    expect(documents(stdout)).toEqual([
      { schema: 1, turn: 1, text: 'You said: one', usage: USAGE, memoryUsage: null, totalTokens: 12 },
      {
        schema: 1,
        turn: 2,
        error: { code: 'bad_request', message: `${host} answered 400: Not that.` },
        text: '',
      },
      {
        schema: 1,
        turn: 2,
        error: { code: 'invalid_argument', message: 'there is no command /nope' },
        text: '',
      },
      { schema: 1, turn: 2, error: { code: 'stream_cut', message: expect.any(String) }, text: 'You' },
      {
        schema: 1,
        turn: 2,
        text: 'You said: two',
        usage: USAGE,
        memoryUsage: null,
        totalTokens: expect.any(Number),
      },
    ]);
    expect(documents(stdout).at(-1).totalTokens).toBeGreaterThan(24);
  });

  it('holds no key', async () => {
    const env = { ...at().env, OPENAI_API_KEY: 'sk-1234567890' };
    const { stdout } = await here.run(['chat', '--json'], { env, stdin: 'my key is sk-1234567890\n' });
    expect(JSON.parse(stdout).text).toBe('You said: my key is ***');
  });

  it("has a memory's own tokens apart, and in the total", async () => {
    server = await serve(echoAndSummarize);
    const { stdout } = await chat(['--json', '--memory', 'summary'], 'one', 'two');
    const turns = documents(stdout);
    expect(turns.map(({ usage, memoryUsage, totalTokens }) => [usage, memoryUsage, totalTokens])).toEqual([
      [USAGE, USAGE, 24],
      [USAGE, USAGE, 48],
    ]);
  });

  it('prints one for what cannot begin', async () => {
    const { code, stdout } = await chatIn('run', ['--json', '--memory', 'bufer'], 'one');
    const message = 'there is no memory "bufer" (did you mean "buffer"?)';
    expect([code, documents(stdout)]).toEqual([
      2,
      [{ schema: 1, error: { code: 'invalid_argument', message }, text: '' }],
    ]);
  });
});

describe('a memory that asks the model', () => {
  it('shows nothing of it on stdout, and its tokens apart', async () => {
    server = await serve(echoAndSummarize);
    expect(await chat(['--memory', 'summary'], 'one', 'two')).toEqual({
      code: 0,
      stdout: 'You said: one\nYou said: two\n',
      told: [
        '2 turns · 40 in + 8 out = 48 tokens (reported) · no price',
        "of it the memory's own: 20 in + 4 out = 24 tokens (reported) · no price",
      ],
    });
    expect(said(server.received[2]!)[0]).toMatch(
      /Earlier in this conversation: You said: summary of 1 turns$/,
    );
  });
});

describe('traces', () => {
  it('hear every turn, and are whole at the end', async () => {
    here.write(
      'h.mjs',
      "export const h = { onChainEnd() { console.error('ended'); }, close() { console.error('closed'); } };",
    );
    const args = ['--verbose', '--log', 'chat.jsonl', '--callback', './h.mjs'];
    const { told } = await chatIn('run', args, 'one', 'two');
    expect(told.filter((line) => /^> |^ended|^closed/.test(line))).toEqual([
      ...['> Entering new ConversationChain chain...', '> Finished chain.', 'ended'],
      ...['> Entering new ConversationChain chain...', '> Finished chain.', 'ended'],
      'closed',
    ]);
    const starts = here.events('chat.jsonl').filter(({ type }) => type === 'chainStart');
    expect(starts.map(({ inputs }) => inputs)).toEqual([{ input: 'one' }, { input: 'two' }]);
  });

  it.skipIf(NO_SIGNALS)(
    'mark the place of a reply that is in the same place, and show what a memory was answered',
    async () => {
      server = await serve(echoAndSummarize);
      const command = ['sh', '-c', 'exec "$@" 2>&1', 'sh', process.execPath];
      const args = ['chat', '--memory', 'summary', '--verbose'];
      const { stdout } = await here.run(args, { ...at(), stdin: 'one\n', command });
      const answers = stdout.split('\n').filter((line) => /^ *(You said|Answer)/.test(line));
      expect(answers).toEqual([
        'You said: one',
        '    Answer: (shown above)',
        '      Answer:',
        '      You said: summary of 1 turns',
      ]);
    },
  );
});

describe('a template', () => {
  it.each([
    {
      what: 'with {input}',
      template: 'You work for {shop}.\n\n{history}\nCustomer: {input}\nShop:',
      messages: ['system: You work for Flora.', 'user: hi'],
    },
    {
      what: 'that is an opening',
      template: 'You work for {shop}.',
      messages: ['system: You work for Flora.', 'user: hi'],
    },
    {
      what: 'of messages',
      template: 'system:\nYou work for {shop}.\n\nuser:\nHi\n\nassistant:\nHello\n\nuser:\n{input}',
      messages: ['system: You work for Flora.', 'user: Hi', 'assistant: Hello', 'user: hi'],
    },
    {
      what: 'with front matter',
      template: '---\nmodel: gpt-4o\ntemperature: 0.5\nsystem: Be kind.\n---\n{input}',
      messages: ['system: Be kind.', 'user: hi'],
    },
  ])('opens the conversation: $what', async ({ template, messages }) => {
    here.write('shop.txt', template);
    const shop = template.includes('{shop}') ? ['--var', 'shop=Flora'] : [];
    await chat(['shop.txt', ...shop], 'hi', 'again');
    expect(said(server.received[0]!)).toEqual(messages);
    expect(said(server.received[1]!)).toEqual([...messages, 'assistant: You said: hi', 'user: again']);
    const { model, temperature } = server.received[0]!.body;
    expect([model, temperature]).toEqual(
      template.startsWith('---') ? ['gpt-4o', 0.5] : ['gpt-5-mini', undefined],
    );
  });

  it('gives way to --system, which may have variables', async () => {
    here.write('shop.txt', '---\nsystem: Be kind.\n---\n{input}');
    await chat(['shop.txt', '--system', 'Be {how}.', '--var', 'how=curt'], 'hi');
    await chat(['--system', 'Be {how}.', '--var', 'how=curt'], 'hi');
    expect(server.received.map((one) => said(one))).toEqual([
      ['system: Be curt.', 'user: hi'],
      ['system: Be curt.', 'user: hi'],
    ]);
  });

  it.each([
    {
      args: ['shop.txt'],
      lines: ['chain: Missing variable: shop (shop.txt:1:10)', '       Set it with --var shop=…'],
    },
    {
      args: ['shop.txt', '--var', 'shop=x', '--var', 'input=y'],
      lines: [
        'chain: {input}: in a chat the turns say what it is',
        '       It takes neither a value nor a default.',
      ],
    },
    {
      args: ['default.txt'],
      lines: [
        'chain: {input}: in a chat the turns say what it is',
        '       It takes neither a value nor a default.',
      ],
    },
    {
      args: ['--var', 'a=1'],
      lines: ['chain: Unknown variable: a', '       Without a template there are no variables.'],
    },
    {
      args: ['-'],
      lines: ['chain: the template - is standard input, where the conversation is', '       Name a file.'],
    },
    {
      args: ['shop.txt', '--var', 'shop=-'],
      lines: ['chain: --var shop=-: standard input is where the conversation is'],
    },
    { args: ['nope.txt'], lines: ['chain: nope.txt: no such file'] },
    {
      args: ['--max-cost', '1'],
      lines: ["chain: no price is known for gpt-5-mini, so a budget in dollars can't be kept"],
    },
    {
      args: ['--list', '--delete', 'x'],
      lines: ['chain: --list and --delete at once: one of them at a time'],
    },
    {
      args: ['--list', 'extra.txt', '--session', 'x'],
      lines: ['chain: --list begins no chat: it can do nothing with extra.txt, --session'],
    },
    {
      args: ['--delete', 'x', 'extra.txt'],
      lines: ['chain: --delete begins no chat: it can do nothing with extra.txt'],
    },
  ])('$args', async ({ args, lines }) => {
    here.write('shop.txt', 'Work for {shop}. {input}');
    here.write('default.txt', '---\ninputs:\n  input: hello\n---\nSay {input}.');
    const { code, stdout, told } = await chat(args, 'hi');
    expect({ code, stdout, lines: told.slice(0, lines.length) }).toEqual({ code: 2, stdout: '', lines });
    expect(server.received).toEqual([]);
  });
});

it('--help lists the flags', async () => {
  const { stdout } = await here.perform(['chat', '--help']);
  const flags = [...stdout.matchAll(/^ {2}(?:-h, )?(--[a-z-]+)/gm)].map(([, flag]) => flag);
  expect(flags).toEqual([
    ...['--var', '--vars', '--model', '--system', '--temperature', '--top-p', '--max-tokens'],
    ...[
      '--max-cost',
      '--max-total-tokens',
      '--stop',
      '--seed',
      '--memory',
      '--session',
      '--list',
      '--delete',
    ],
    ...[
      '--verbose',
      '--log',
      '--log-format',
      '--log-tokens',
      '--redact',
      '--no-content',
      '--otlp',
      '--record',
    ],
    ...['--callback', '--replay', '--replay-timing', '--live-on-miss', '--json', '--quiet'],
    ...['--no-stream', '--no-color', '--timeout', '--retries', '--config', '--help'],
  ]);
});

it('without a model nothing is read', async () => {
  const { code, stdout, stderr } = await here.run(['chat'], { stdin: 'open' }).catch(() => {
    throw new Error('it waits');
  });
  expect([code, stdout, stderr.split('\n')[0]]).toEqual([
    2,
    '',
    "chain: no model is set up; without one only arithmetic and a template's own offline reply are answered",
  ]);
});

it('the offline model says what it is', async () => {
  const stdin = 'My name is Ann.\nWhat is my name?\n';
  const { stdout, stderr } = await here.perform(['chat', '--model', 'offline'], { stdin });
  expect(stdout).toBe('Noted.\nYou said: “My name is Ann.”\n');
  expect(stderr).toMatch(/^2 turns · offline, not a language model · .* \(estimated\) · price none\n$/);
});

describe('a budget', () => {
  it('ends the conversation', async () => {
    expect(await chat(['--max-total-tokens', '60'], 'one', 'two', 'three')).toEqual({
      code: 3,
      stdout: 'You said: one\n',
      told: [
        'budget: 12 of 60 tokens spent',
        '1 turn · 10 in + 2 out = 12 tokens (reported) · no price',
        expect.stringMatching(/^chain: the call doesn't fit into the budget: 48 of 60 tokens are left/),
        '       A shorter prompt or a larger budget would do.',
      ],
    });
    expect(server.received).toHaveLength(1);
  });
});

it.skipIf(NO_SIGNALS)('a turn that a signal cancels is in the session, and what it took', async () => {
  const running = here.start(['chat', '--session', 's'], { ...at(), stdin: 'one\nwait\ntwo\n' });
  await running.sees('You said: one\nYou');
  running.child.kill('SIGTERM');
  expect((await running.done).stderr).toMatch(/^1 turn · .* \(estimated: .*\) · no price\n$/);
  const { turns, discarded } = JSON.parse(here.read('home/.local/share/chain/sessions/s.json'));
  expect([turns.length, discarded]).toMatchObject([1, [{ turn: 2, reason: 'cancelled' }]]);
});
