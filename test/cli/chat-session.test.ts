import { existsSync, readdirSync, statSync, utimesSync } from 'node:fs';
import { beforeEach, describe, expect, it, vi } from 'vitest';
import { type Loopback, serve } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';
import { echo, echoAndSummarize, said } from './chat/replies.js';

let here: Workspace;
let server: Loopback;
beforeEach(async () => {
  here = makeWorkspace();
  server = await serve(echoAndSummarize);
});

const FOLDER = 'home/.local/share/chain/sessions';
const saved = (name: string) => JSON.parse(here.read(`${FOLDER}/${name}.json`));
const at = () => ({ env: { OPENAI_BASE_URL: server.baseUrl } });

/** A conversation of these lines; gives what was told besides. */
async function chat(args: readonly string[], ...lines: readonly string[]) {
  return chatIn('perform', args, ...lines);
}

async function chatIn(process: 'perform' | 'run', args: readonly string[], ...lines: readonly string[]) {
  const stdin = lines.map((line) => `${line}\n`).join('');
  const { code, stdout, stderr } = await here[process](['chat', ...args], { ...at(), stdin });
  return { code, stdout, told: stderr.trimEnd().split('\n') };
}

/** What the last request said, but for the system's words. */
const asked = () => said(server.received.at(-1)!).slice(1);

const shop = (...lines: readonly string[]) => chat(['--session', 'shop'], ...lines);

describe('a session', () => {
  it('goes on where it ended, is counted on, and is for its owner alone', async () => {
    await chatIn('run', ['--session', 'shop'], 'one', 'two');
    if (process.platform !== 'win32') {
      const modes = [FOLDER, `${FOLDER}/shop.json`].map((path) => statSync(here.path(path)).mode & 0o777);
      expect(modes).toEqual([0o700, 0o600]);
    }
    expect(await chatIn('run', ['--session', 'shop'], 'three')).toEqual({
      code: 0,
      stdout: 'You said: three\n',
      told: ['3 turns · 30 in + 6 out = 36 tokens (reported) · no price'],
    });
    expect(asked()).toEqual([
      ...['user: one', 'assistant: You said: one', 'user: two', 'assistant: You said: two'],
      'user: three',
    ]);
    const { stdout } = await chat(['--session', 'shop', '--json'], 'four');
    expect(JSON.parse(stdout)).toMatchObject({ turn: 4, totalTokens: 48 });
  });

  it('keeps model and system, and a flag given now wins', async () => {
    await chat(
      ['--session', 'shop', '--model', 'gpt-4o', '--system', 'Be {how}.', '--var', 'how=kind'],
      'one',
    );
    await shop('two');
    const [, second] = server.received;
    expect([second?.body.model, said(second!)[0]]).toEqual(['gpt-4o', 'system: Be kind.']);
    await chat(['--session', 'shop', '--model', 'gpt-5', '--system', 'Be {{curt}}.'], 'three');
    await shop('four');
    const fourth = server.received[3]!;
    expect([fourth.body.model, said(fourth)[0]]).toEqual(['gpt-5', 'system: Be {curt}.']);
  });

  it('keeps what a template told it', async () => {
    here.write('shop.txt', 'You work for {name}.');
    await chat(['shop.txt', '--var', 'name=Flora', '--session', 'shop'], 'one');
    await shop('two');
    expect(said(server.received[1]!)[0]).toBe('system: You work for Flora.');
  });

  it('that was never asked anything is no file', async () => {
    await shop();
    expect(readdirSync(here.path(FOLDER))).toEqual([]);
  });

  it('takes back turns from before, those of a summary too', async () => {
    await chat(['--session', 'sum', '--memory', 'summary'], 'one', 'two');
    const { told } = await chat(['--session', 'sum'], '/undo', '/memory');
    expect(told).toContain('Earlier in this conversation: You said: summary of 1 turns');
    expect(saved('sum').turns).toHaveLength(1);
  });

  it('has what was cancelled, failed and taken back in its account', async () => {
    await shop('one', 'fail', 'two', '/undo');
    const { told } = await shop('/tokens');
    expect(told).toEqual([
      "turn      in  out  memory's own  total      cost",
      '1         10    2                   12  no price',
      '2 undone  10    2                   12  no price',
      '1 turn · 20 in + 4 out = 24 tokens (reported) · no price',
      '1 turn · 20 in + 4 out = 24 tokens (reported) · no price',
    ]);
  });
});

describe('another memory', () => {
  const cases = [
    {
      from: 'buffer',
      to: 'window:1',
      told: 'the memory was buffer and is window:1 now: it is made anew from all 3 turns',
      shown: ['user: three', 'assistant: You said: three'],
    },
    {
      from: 'window:1',
      to: 'buffer',
      told: 'the memory was window:1 and is buffer now: it is made anew from all 3 turns',
      shown: ['one', 'two', 'three'].flatMap((text) => [`user: ${text}`, `assistant: You said: ${text}`]),
    },
    {
      from: 'window:1',
      to: 'summary-buffer:1000',
      told: 'the memory was window:1 and is summary-buffer:1000 now: it goes on with what that has kept',
      shown: ['user: three', 'assistant: You said: three'],
    },
  ];
  it.each(cases)('$from, then $to', async ({ from, to, told, shown }) => {
    await chat(['--session', 's', '--memory', from], 'one', 'two', 'three');
    const before = server.received.length;
    expect((await chat(['--session', 's', '--memory', to], 'four')).told[0]).toBe(told);
    expect(server.received.length).toBe(before + 1);
    expect(asked()).toEqual([...shown, 'user: four']);
    expect([saved('s').memory, (await chat(['--session', 's'], '/exit')).told.length]).toEqual([to, 1]);
  });
});

describe('two chats on one session', () => {
  it('overwrite nothing of each other', async () => {
    const first = here.start(['chat', '--session', 's', '--quiet'], { ...at(), stdin: 'open' });
    first.child.stdin.write('mine 1\n');
    await vi.waitUntil(() => existsSync(here.path(`${FOLDER}/s.json`)), 10_000);
    expect((await chatIn('run', ['--session', 's'], 'other')).told).toHaveLength(1);
    first.child.stdin.write('mine 2\n');
    first.child.stdin.end('mine 3\n');
    const { code, stderr } = await first.done;
    expect([code, stderr.split('\n')[0]]).toEqual([
      0,
      'warning: another chat has gone on with the session s: this one goes on as s-2',
    ]);
    expect(stderr.match(/warning/g)).toHaveLength(1);
    const inputs = (name: string) => saved(name).turns.map(({ input }: { input: string }) => input);
    expect([inputs('s'), inputs('s-2')]).toEqual([
      ['mine 1', 'other'],
      ['mine 1', 'mine 2', 'mine 3'],
    ]);
  });
});

describe('a file that is no session', () => {
  it.each([
    ['damaged', '{"schema":1', 'it is damaged: '],
    ['of another shape', '{"schema":1,"turns":[]}', 'it is damaged: '],
    ['newer', '{"schema":2}', 'it is of a newer version (schema 2); this one reads schema 1'],
    [
      'of a memory that is not known',
      '{"schema":1,"id":"x","memory":"dream","state":{"turns":[],"summary":""},"turns":[]}',
      'there is no memory "dream"',
    ],
  ])('%s: is refused and left as it is', async (_, content, why) => {
    const file = here.write(`${FOLDER}/s.json`, content);
    const { code, stdout, told } = await chat(['--session', 's'], 'one');
    expect([code, stdout]).toEqual([2, '']);
    expect(told[0]).toContain(`chain: cannot read the conversation ${file}: ${why}`);
    expect(here.read(`${FOLDER}/s.json`)).toBe(content);
    expect(server.received).toEqual([]);
  });

  it.each(['../s', ''])('%j is no name', async (name) => {
    const { code, told } = await chat(['--session', name], 'one');
    expect([code, told[0]]).toEqual([
      2,
      expect.stringContaining(`chain: "${name}" is no name for a session`),
    ]);
  });
});

describe('/save', () => {
  it('makes a conversation a session, which then goes on', async () => {
    const { told } = await chat([], 'one', '/save garden', 'two', '/save', '/save garden');
    const file = here.path(`${FOLDER}/garden.json`);
    expect(told.slice(0, 3)).toEqual([`saved: ${file}`, `saved: ${file}`, `saved: ${file}`]);
    expect(saved('garden').turns).toHaveLength(2);
  });

  it('writes a copy to a file, as often as one likes', async () => {
    const { code } = await chat(
      ['--session', 's'],
      'one',
      '/save ./talk.json',
      'two',
      '/save talk.json',
      'three',
    );
    expect(code).toBe(0);
    expect([JSON.parse(here.read('talk.json')).turns.length, saved('s').turns.length]).toEqual([2, 3]);
  });

  it('makes the folders of a file for their owner alone', async () => {
    const { code, told } = await chatIn(
      'run',
      [],
      'one',
      '/save ./new/deep/talk.json',
      '/save ~/new/talk.json',
    );
    expect([code, told.slice(0, 2)]).toEqual([
      0,
      [`saved: ${here.path('new/deep/talk.json')}`, `saved: ${here.path('home/new/talk.json')}`],
    ]);
    if (process.platform === 'win32') return;
    const modes = ['new', 'new/deep', 'home/new'].map((name) => statSync(here.path(name)).mode & 0o777);
    expect(modes).toEqual([0o700, 0o700, 0o700]);
  });

  it.each(['/', './new/'])('makes no file of the folder %s', async (name) => {
    const { code, told } = await chat(['--quiet'], 'one', `/save ${name}`);
    expect([code, told.slice(0, 2)]).toEqual([
      2,
      [`chain: ${name} is a folder`, '       Name a file in it.'],
    ]);
    expect(existsSync(here.path('new'))).toBe(false);
  });

  it('overwrites nothing that it has not written', async () => {
    here.write('talk.json', 'mine');
    await shop('x');
    const { code, told } = await chatIn('run', [], 'one', '/save talk.json', '/save shop');
    expect(code).toBe(2);
    const already = (path: string) => `chain: there is a file ${here.path(path)} already`;
    expect(told.filter((line) => line.startsWith('chain: there is'))).toEqual([
      already('talk.json'),
      already(`${FOLDER}/shop.json`),
    ]);
    expect([here.read('talk.json'), saved('shop').turns.length]).toEqual(['mine', 1]);
  });
});

describe('--list and --delete', () => {
  let kept: Promise<readonly (readonly [name: string, content: string])[]> | undefined;

  /** Two that are kept; they are held once, and each test has a copy. */
  async function hold() {
    await chat(['--session', '花园'], `向日葵 \x1b[2J${'x'.repeat(80)}`, 'two');
    await chat(['--session', 'b', '--model', 'gpt-4o'], 'one');
    return ['花园', 'b'].map((name) => [name, here.read(`${FOLDER}/${name}.json`)] as const);
  }

  async function three(): Promise<void> {
    kept ??= hold();
    for (const [name, content] of await kept) here.write(`${FOLDER}/${name}.json`, content);
    here.write(`${FOLDER}/broken.json`, '{');
    for (const [index, name] of ['broken', '花园', 'b'].entries())
      utimesSync(here.path(`${FOLDER}/${name}.json`), 0, new Date(2026, 10, 21, 12, index).getTime() / 1000);
  }

  it('lists them, the one used last first, fit for a terminal', async () => {
    await three();
    const { code, stdout, stderr } = await here.run(['chat', '--list']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toBe(
      [
        'session       turns  last use          model       first words',
        'b                 1  2026-11-21 12:02  gpt-4o      one',
        `花园              2  2026-11-21 12:01  gpt-5-mini  向日葵 ${'x'.repeat(55)}…`,
        'broken   unreadable  2026-11-21 12:00',
        '',
      ].join('\n'),
    );
  });

  it('lists them as a document', async () => {
    await three();
    const { stdout } = await here.perform(['chat', '--list', '--json']);
    const { schema, sessions } = JSON.parse(stdout);
    const time = (minute: number) => new Date(2026, 10, 21, 12, minute).toISOString();
    expect(schema).toBe(1);
    expect(sessions).toMatchObject([
      { name: 'b', turns: 1, model: 'gpt-4o', firstWords: 'one', lastUsed: time(2) },
      { name: '花园', turns: 2, model: 'gpt-5-mini', lastUsed: time(1) },
      { name: 'broken', turns: null, model: null, firstWords: '', lastUsed: time(0) },
    ]);
  });

  it('lists none', async () => {
    expect(await here.perform(['chat', '--list'])).toEqual({
      code: 0,
      stdout: '',
      stderr: 'no sessions: chain chat --session NAME begins one\n',
    });
    expect((await here.perform(['chat', '--list', '--json'])).stdout).toBe('{"schema":1,"sessions":[]}\n');
  });

  it('deletes one', async () => {
    await three();
    expect(await here.run(['chat', '--delete', '花园'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(existsSync(here.path(`${FOLDER}/花园.json`))).toBe(false);
  });

  it.each([
    ['brokn', 'there is no session "brokn" (did you mean "broken"?)', 'chain chat --list shows them all.'],
    [
      '../b',
      '"../b" is no name for a session: it has a path separator',
      'A name has letters, digits, - and _, in any script.',
    ],
  ])('deletes no %s', async (name, message, hint) => {
    await three();
    expect(await here.perform(['chat', '--delete', name])).toEqual({
      code: 2,
      stdout: '',
      stderr: `chain: ${message}\n       ${hint}\n`,
    });
    expect(readdirSync(here.path(FOLDER))).toHaveLength(3);
  });
});

it('a home that is missing fails no chat', async () => {
  server = await serve(echo);
  const env = { ...at().env, HOME: here.path('nowhere/x'), XDG_CONFIG_HOME: undefined };
  const { code, stdout } = await here.perform(['chat'], { env, stdin: 'one\n' });
  expect([code, stdout]).toEqual([0, 'You said: one\n']);
});
