import { linkSync, readdirSync, symlinkSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

const TEMPLATE = 'Hello {name}\n';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('talk.yaml', 'turns: [{ user: Hi, assistant: Hello }]\n');
  here.write('hello.txt', TEMPLATE);
  here.write('vars.yaml', 'name: Ada\n');
  here.write('answer.json', '{ "type": "object" }\n');
  here.write('own.mjs', 'export const own = { onEvent() {} };\n');
  here.write('home/.config/chain/config.yaml', 'defaults: { retries: 0 }\n');
});

const FILES = ['talk.yaml', 'hello.txt', 'vars.yaml', 'answer.json', 'own.mjs'];
const contents = () => [...FILES, 'home/.config/chain/config.yaml'].map((name) => here.read(name));

const RUN = ['run', 'hello.txt', '--model', 'offline', '--vars', 'vars.yaml'];
const CHAT = ['chat', 'hello.txt', '--model', 'offline', '--vars', 'vars.yaml'];
const MEMORY = ['memory', 'talk.yaml', '--memory', 'buffer'];

describe('a file that is read is not written', () => {
  it.each<[args: string[], wrong: string]>([
    [[...RUN, '--log', 'hello.txt'], '--log hello.txt'],
    [[...RUN, '--output', './home/../hello.txt'], '--output ./home/../hello.txt'],
    [[...RUN, '--output', 'vars.yaml'], '--output vars.yaml'],
    [['run', 'hello.txt', '--var', 'name=@vars.yaml', '--log', 'vars.yaml'], '--log vars.yaml'],
    [[...RUN, '--schema', 'answer.json', '--output', 'answer.json'], '--output answer.json'],
    [[...RUN, '--callback', 'own.mjs', '--log', './own.mjs'], '--log ./own.mjs'],
    [[...RUN, '--output', 'home/.config/chain/config.yaml'], '--output home/.config/chain/config.yaml'],
    [[...CHAT, '--log', 'hello.txt'], '--log hello.txt'],
    [[...CHAT, '--log', 'vars.yaml'], '--log vars.yaml'],
    [[...MEMORY, '--log', 'talk.yaml'], '--log talk.yaml'],
    [[...MEMORY, '--svg', './talk.yaml'], '--svg ./talk.yaml'],
  ])('%j', async (args, wrong) => {
    const before = contents();
    const refused = await here.perform(args, { stdin: 'Who am I?\n' });
    expect(refused).toEqual({
      code: 2,
      stdout: '',
      stderr: `chain: ${wrong} is a file that is read\n       Name another file: this one stays as it is.\n`,
    });
    expect(contents()).toEqual(before);
  });

  it.skipIf(process.platform === 'win32')('by any other name, and all are named at once', async () => {
    symlinkSync('talk.yaml', here.path('symbolic'));
    linkSync(here.path('talk.yaml'), here.path('hard'));
    const before = contents();
    const { code, stderr } = await here.perform([...MEMORY, '--log', 'symbolic', '--svg', 'hard']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      'chain: --log symbolic is a file that is read; --svg hard is a file that is read',
    ]);
    expect(contents()).toEqual(before);
  });

  it
    .skipIf(process.platform === 'win32')
    .each([
      'chain run - --model offline --vars vars.yaml --log hello.txt < hello.txt',
      'chain chat --model offline --log hello.txt < hello.txt',
      'chain memory - --memory buffer --svg hello.txt < hello.txt',
    ])('where it is standard input: %s', async (line) => {
    // The program's own path is appended to these words.
    const command = ['/bin/sh', '-c', line.replace('chain', `'${process.execPath}' "$0"`)];
    const { code, stderr } = await here.run([], { command });
    expect([code, stderr]).toEqual([2, expect.stringContaining(' hello.txt is a file that is read\n')]);
    expect(here.read('hello.txt')).toBe(TEMPLATE);
  });

  it('nor a session', async () => {
    const env = { XDG_DATA_HOME: here.path('data') };
    const chat = ['chat', '--session', 'trip', '--model', 'offline'];
    expect((await here.run(chat, { env, stdin: 'Hi\n' })).code).toBe(0);
    const file = 'data/chain/sessions/trip.json';
    const before = here.read(file);
    const wrong = [
      [...chat, '--log', file],
      ['memory', '--session', 'trip', '--svg', file],
    ];
    for (const args of wrong) expect((await here.run(args, { env, stdin: 'Hi\n' })).code).toBe(2);
    expect(here.read(file)).toBe(before);
  });
});

describe('other files are written', () => {
  it('whether they are there or not', async () => {
    here.write('memory.svg', 'the old one');
    const outcome = await here.run([...MEMORY, '--log', 'new.log', '--svg', 'memory.svg']);
    expect([outcome.code, outcome.stderr]).toEqual([0, '']);
    expect(here.read('memory.svg')).toMatch(/^<svg/);
    expect(readdirSync(here.folder)).toContain('new.log');
  });

  it.skipIf(process.platform === 'win32')('and so is what is no file', async () => {
    const { code } = await here.perform([...MEMORY, '--log', '/dev/null', '--config', '/dev/null']);
    expect(code).toBe(0);
  });
});
