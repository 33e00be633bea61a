import { readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, type Loopback, serve, stream, text } from '../models/loopback.js';
import { requires } from '../support/requires.js';
import { commandLine, makeWorkspace, type Workspace } from '../support/run-cli.js';
import { settle } from '../support/settle.js';
import { openTerminal, type Terminal } from '../support/terminal.js';
import { echo, echoAndSummarize, said } from './chat/replies.js';

const NO_TMUX = !requires('tmux');

let here: Workspace;
let server: Loopback;
beforeEach(async () => {
  here = makeWorkspace();
  server = await serve(echo);
});

async function open(
  args: readonly string[] = [],
  { env = {}, command }: { env?: Readonly<Record<string, string>>; command?: readonly string[] } = {},
): Promise<Terminal> {
  const line = commandLine(here.folder, ['chat', ...args], {
    env: { OPENAI_BASE_URL: server.baseUrl, ...env },
    ...(command !== undefined && { command }),
  });
  const terminal = await openTerminal(line, here.folder);
  await terminal.sees(/> $|>$/);
  return terminal;
}

/** Types a line, and waits until the prompt is back. */
async function say(terminal: Terminal, text: string): Promise<readonly string[]> {
  const prompts = (await terminal.screen()).match(/^>/gm)?.length ?? 0;
  if (text !== '') await terminal.press('-l', text);
  await terminal.press('Enter');
  return linesOf(await terminal.sees(new RegExp(`(?:^>[^]*){${prompts}}\\n>$`, 'm')));
}

async function ends(terminal: Terminal): Promise<readonly string[]> {
  return linesOf(settle(await terminal.sees(/\[exit \d+\]/)));
}

const linesOf = (screen: string) => screen.split('\n');

/** What was asked in each request, but for the system's words. */
const asked = () => server.received.map((one) => said(one).slice(1));

const GREETING = 'gpt-5-mini · memory buffer · /help lists commands, Ctrl-D leaves';
const tokens = (turn: number, total: number) =>
  `turn ${turn} · 10 in + 2 out = 12 tokens (reported) · conversation ${total} · context <1 % of 400,000`;
const summary = (turns: string, input: number, output: number) =>
  `${turns} · ${input} in + ${output} out = ${input + output} tokens (reported) · no price`;

describe.skipIf(NO_TMUX)('at a terminal', () => {
  it('a conversation: prompt, reply, tokens, and a summary at its end', async () => {
    const terminal = await open();
    await say(terminal, 'hello');
    await say(terminal, '你好 👋');
    await terminal.press('C-d');
    expect(await ends(terminal)).toEqual([
      GREETING,
      '> hello',
      'You said: hello',
      tokens(1, 12),
      '> 你好 👋',
      'You said: 你好 👋',
      tokens(2, 24),
      '>',
      summary('2 turns', 20, 4),
      '[exit 0]',
    ]);
    expect(asked()[1]).toEqual(['user: hello', 'assistant: You said: hello', 'user: 你好 👋']);
  });

  it('exit, as other programs are left, asks no model', async () => {
    const terminal = await open();
    for (const word of ['exit', 'QUIT', ':q']) await say(terminal, word);
    await say(terminal, ' exit');
    await terminal.press('C-d');
    const HINT = '/exit leaves; to say it, put a space before it.';
    expect(await ends(terminal)).toEqual([
      GREETING,
      ...['> exit', HINT, '> QUIT', HINT, '> :q', HINT],
      '>  exit',
      'You said:  exit',
      tokens(1, 12),
      '>',
      summary('1 turn', 10, 2),
      '[exit 0]',
    ]);
  });

  it('what stands behind the conversation is dim, and gone with --quiet', async () => {
    const terminal = await open();
    await say(terminal, 'hello');
    const styled = linesOf(await terminal.screen('styled'));
    expect(styled[0]).toMatch(/^\x1b\[2mgpt-5-mini/);
    expect(styled[2]).toBe('You said: hello');
    expect(styled[3]).toMatch(/^\x1b\[2mturn 1 /);
    const quiet = await open(['--quiet']);
    await say(quiet, 'hello');
    await quiet.press('C-d');
    expect(await ends(quiet)).toEqual(['> hello', 'You said: hello', '>', '[exit 0]']);
  });

  it('a memory’s own tokens stand apart, and its words nowhere', async () => {
    server = await serve(echoAndSummarize);
    const terminal = await open(['--memory', 'summary']);
    const [, ...lines] = await say(terminal, 'one');
    expect(lines).toEqual([
      '> one',
      'You said: one',
      "turn 1 · 10 in + 2 out = 12 tokens (reported) · the memory's own 12 · conversation 24 · context <1 % of 400,000",
      '>',
    ]);
    const shown = await say(terminal, '/memory');
    expect(shown).toContain('Earlier in this conversation: You said: summary of 1 turns');
  });
});

describe.skipIf(NO_TMUX)('an input', () => {
  it('of several lines', async () => {
    const terminal = await open(['--quiet']);
    await terminal.press('-l', 'one\\');
    await terminal.press('Enter');
    await terminal.sees(/… $|…$/);
    await say(terminal, 'two');
    await terminal.press('-l', '"""');
    await terminal.press('Enter');
    await terminal.sees(/…$/);
    await terminal.press('-l', '/three');
    await terminal.press('Enter');
    await terminal.sees(/…\n?$|… \/three\n…$/);
    await say(terminal, 'four"""');
    expect(asked().map((messages) => messages.at(-1))).toEqual(['user: one\ntwo', 'user: /three\nfour']);
  });

  it('that is pasted is one, however many lines it has', async () => {
    const terminal = await open(['--quiet']);
    await terminal.press('-l', 'Look: ');
    await terminal.paste('one\n\ttwo 二\n\n/three\n');
    await terminal.sees(/\/three/);
    await say(terminal, 'end');
    expect(asked()).toEqual([['user: Look: one\n\ttwo 二\n\n/three\nend']]);
  });

  it('is edited by characters, however wide they are', async () => {
    const terminal = await open(['--quiet']);
    await terminal.press('-l', '我喜欢花👋');
    await terminal.press('BSpace', 'Left', 'BSpace', 'End');
    await say(terminal, '!');
    expect(asked()).toEqual([['user: 我喜花!']]);
  });

  it('comes back by the arrow keys, in the next chat too', async () => {
    const first = await open(['--quiet']);
    await first.paste('one\ntwo');
    await say(first, '');
    await say(first, 'three');
    await first.press('C-d');
    await ends(first);
    const second = await open(['--quiet']);
    await second.press('Up', 'Up');
    await second.sees(/> one\ntwo$/);
    await say(second, '!');
    expect(asked().at(-1)).toEqual(['user: one\ntwo!']);
    const history = readFileSync(here.path('home/.local/state/chain/history'), 'utf8');
    expect(history).toBe('"one\\ntwo"\n"three"\n"one\\ntwo!"\n');
  });

  it('that is typed while a reply comes waits for its end', async () => {
    const terminal = await open(['--quiet']);
    await terminal.press('-l', 'one');
    await terminal.press('Enter', 't', 'w', 'o', 'Enter');
    await terminal.sees(/You said: one\n> two\nYou said: two\n>$/);
  });

  it('that is a command is completed', async () => {
    const terminal = await open(['--quiet']);
    await terminal.press('-l', '/mod');
    await terminal.press('Tab');
    await terminal.sees(/> \/model/);
    expect(await say(terminal, '')).toContain('gpt-5-mini (openai)');
    expect(server.received).toEqual([]);
  });
});

describe.skipIf(NO_TMUX)('Ctrl-C', () => {
  it('cancels a reply: its tokens count, the conversation goes on as before', async () => {
    const terminal = await open(['--session', 's', '--log', 'chat.jsonl']);
    await say(terminal, 'one');
    await terminal.press('-l', 'wait');
    await terminal.press('Enter');
    await terminal.sees(/\nYou$/);
    await terminal.press('C-c');
    await terminal.sees(/turn 2 cancelled · \d+ in \+ 1 out = \d+ tokens \(estimated\) · .*\n>$/);
    await server.left;
    await say(terminal, 'two');
    expect(asked().at(-1)).toEqual(['user: one', 'assistant: You said: one', 'user: two']);
    await terminal.press('C-d');
    const lines = await ends(terminal);
    expect(lines.slice(-2)).toEqual([expect.stringMatching(/^2 turns · .* \(estimated: /), '[exit 0]']);
    const ended = here.events('chat.jsonl').filter(({ type }) => /^chain(End|Error)$/.test(type as string));
    expect(ended.map(({ type }) => type)).toEqual(['chainEnd', 'chainError', 'chainEnd']);
  });

  it('then /retry asks again', async () => {
    const terminal = await open(['--quiet']);
    await terminal.press('-l', 'wait');
    await terminal.press('Enter');
    await terminal.sees(/\nYou$/);
    await terminal.press('C-c');
    await terminal.sees(/You\n>$/);
    await terminal.press('-l', '/retry');
    await terminal.press('Enter');
    await terminal.sees(/retry\nYou$/);
    expect(asked()).toEqual([['user: wait'], ['user: wait']]);
  });

  it('takes away what is typed; of nothing, says how to leave', async () => {
    const terminal = await open();
    await terminal.press('-l', 'half');
    await terminal.press('C-c');
    await terminal.sees(/> half\n>$/);
    await terminal.press('-l', '"""');
    await terminal.press('Enter');
    await terminal.sees(/…$/);
    await terminal.press('C-c');
    await terminal.sees(/…\n>$/);
    await terminal.press('C-c');
    expect(linesOf(await terminal.sees(/leaves\.\n>$/)).slice(1)).toEqual([
      '> half',
      '> """',
      '…',
      '>',
      'Ctrl-D or /exit leaves.',
      '>',
    ]);
    await say(terminal, 'whole');
    expect(asked()).toEqual([['user: whole']]);
  });

  it('twice ends a chat whose handler hangs', async () => {
    here.write(
      'h.mjs',
      'export const h = { onLLMNewToken: () => new Promise(() => {}), onLLMError: () => new Promise(() => {}) };',
    );
    const terminal = await open(['--quiet', '--callback', './h.mjs']);
    await terminal.press('-l', 'wait');
    await terminal.press('Enter');
    await terminal.sees(/\nYou$/);
    await terminal.press('C-c', 'C-c');
    expect((await ends(terminal)).slice(-2)).toEqual(['You', '[exit 130]']);
  });
});

describe.skipIf(NO_TMUX)('afterwards', () => {
  it.each([
    { what: 'Ctrl-D', keys: ['C-d'], code: 0 },
    { what: '/exit', keys: ['/', 'e', 'x', 'i', 't', 'Enter'], code: 0 },
  ])('$what leaves the terminal as it was', async ({ keys, code }) => {
    const terminal = await open(['--quiet']);
    await terminal.press(...keys);
    await terminal.sees(new RegExp(`\\[exit ${code}\\]`));
    await terminal.paste('echoed');
    expect(linesOf(await terminal.sees(/echoed/)).at(-1)).toBe('echoed');
  });

  it.each([
    { signal: 'SIGTERM', code: 143 },
    { signal: 'SIGINT', code: 130 },
    { signal: 'SIGHUP', code: 129 },
  ])('$signal does, too', async ({ signal, code }) => {
    here.write(
      'h.mjs',
      "import { writeFileSync } from 'node:fs';\nexport const h = { onChainStart: () => writeFileSync('pid', String(process.pid)) };",
    );
    const terminal = await open(['--session', 's', '--callback', './h.mjs']);
    await say(terminal, 'one');
    process.kill(Number(here.read('pid')), signal);
    const lines = await ends(terminal);
    expect(lines.slice(-3)).toEqual(['>', summary('1 turn', 10, 2), `[exit ${code}]`]);
    await terminal.paste('echoed');
    expect(linesOf(await terminal.sees(/echoed/)).at(-1)).toBe('echoed');
    expect(JSON.parse(here.read('home/.local/share/chain/sessions/s.json')).turns).toHaveLength(1);
  });
});

describe.skipIf(NO_TMUX)('what fails', () => {
  it('is told in a line, and the prompt is back', async () => {
    const terminal = await open();
    const lines = await say(terminal, 'fail');
    expect(lines.slice(1)).toEqual(['> fail', `chain: ${server.host} answered 400: Not that.`, '>']);
    await terminal.press('C-d');
    expect((await ends(terminal)).at(-1)).toBe('[exit 0]');
  });

  it('a budget too, and the prompt is back', async () => {
    const terminal = await open(['--max-total-tokens', '60']);
    await say(terminal, 'one');
    expect((await say(terminal, 'two')).slice(4)).toEqual([
      '> two',
      expect.stringMatching(/^chain: the call doesn't fit into the budget: 48 of 60 tokens are left/),
      '       A shorter prompt or a larger budget would do.',
      'budget: 12 of 60 tokens spent',
      '>',
    ]);
  });

  it('an unknown command names the nearest', async () => {
    const terminal = await open();
    expect((await say(terminal, '/tokns')).slice(2, 3)).toEqual([
      'chain: there is no command /tokns (did you mean "/tokens"?)',
    ]);
    expect(server.received).toEqual([]);
  });

  it('without a model there is no prompt', async () => {
    const line = commandLine(here.folder, ['chat']);
    const terminal = await openTerminal(line, here.folder);
    expect((await ends(terminal))[0]).toMatch(/^chain: no model is set up/);
  });
});

describe.skipIf(NO_TMUX)('replies', () => {
  it('go to a file, while the person types', async () => {
    const command = ['sh', '-c', 'exec "$@" > out.txt', 'sh', process.execPath];
    const terminal = await open(['--quiet'], { command });
    await say(terminal, 'one');
    await terminal.press('C-d');
    expect(await ends(terminal)).toEqual(['> one', '>', '[exit 0]']);
    expect(here.read('out.txt')).toBe('You said: one\n');
  });

  it('come line by line where lines cannot be edited', async () => {
    const terminal = await openTerminal(
      commandLine(here.folder, ['chat', '--quiet'], {
        env: { OPENAI_BASE_URL: server.baseUrl, TERM: 'dumb' },
      }),
      here.folder,
    );
    await terminal.press('-l', 'onx');
    await terminal.press('BSpace', 'e', 'Enter');
    await terminal.sees(/You said: one$/);
    await terminal.press('C-d');
    expect(await ends(terminal)).toEqual(['one', 'You said: one', '[exit 0]']);
  });

  it('are documents with --json', async () => {
    const terminal = await open(['--quiet', '--json']);
    const [, document = ''] = await say(terminal, 'x');
    expect(document).toMatch(/^\{"schema":1,"turn":1,"text":"You said: x","usage":\{/);
  });

  it('have no control sequences', async () => {
    server = await serve(stream(text('one\x1b[2J\x1b]0;title\x07', 'stop'), DONE));
    const terminal = await open(['--quiet']);
    expect(await say(terminal, 'x')).toEqual(['> x', 'one', '>']);
  });
});
