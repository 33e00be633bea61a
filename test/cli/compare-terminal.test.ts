import { beforeEach, describe, expect, it } from 'vitest';
import { requires } from '../support/requires.js';
import { commandLine, makeWorkspace, type Workspace } from '../support/run-cli.js';
import { openTerminal, type Terminal, type TerminalSize } from '../support/terminal.js';
import { type HeldServer, serveHeld } from './compare/held-server.js';

let here: Workspace;
let server: HeldServer;
beforeEach(async () => {
  here = makeWorkspace();
  here.write('hi.txt', 'Say hello.\n');
  server = await serveHeld();
});

const AB = ['run', 'hi.txt', '--model', 'openai:a', '--model', 'openai:b'];
/** Two columns of 27, and three between them. */
const SMALL = { columns: 58, rows: 16 };

function open(
  args: readonly string[],
  size: TerminalSize = SMALL,
  env: Readonly<Record<string, string>> = {},
): Promise<Terminal> {
  const program = commandLine(here.folder, args, { env: { OPENAI_BASE_URL: server.baseUrl, ...env } });
  return openTerminal(program, here.folder, size);
}

/** Times are never the same twice, and so is the room that they leave in their column. */
function lines(screen: string): readonly string[] {
  return screen
    .split('\n')
    .map((line) =>
      /\d (ms|s)\b/.test(line) ? line.replace(/\d+(\.\d+)? m?s\b/g, 'N ms').replace(/ +│/g, ' │') : line,
    );
}

/** All that was ever shown until the end, but for the table. */
async function history(terminal: Terminal): Promise<readonly string[]> {
  await terminal.sees(/\[exit \d+\]/);
  const all = lines(await terminal.history());
  const table = all.findIndex((line) => line.startsWith('run  '));
  return table < 0 ? all : all.slice(0, table);
}

const text = (left: string, right = '') => `${left.padEnd(27)} │ ${right}`.trimEnd();
/** What both columns begin with. */
const HEADS = [text('openai:a', 'openai:b'), `${'─'.repeat(27)}─┼─${'─'.repeat(27)}`];

describe.skipIf(!requires('tmux'))('side by side', () => {
  it('answers come as they come, and stay', async () => {
    const terminal = await open(AB);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    expect(lines(await terminal.sees(/│ \d\.\d s$/))).toEqual([...HEADS, 'N ms │ N ms']);
    a.write('Roses are red, violets');
    b.write('玫瑰是红的，紫罗兰');
    await terminal.sees(/violets +│ 玫瑰是红的，紫罗兰$/);
    a.write(' are blue.\n\n\tcode();\n');
    b.write('是蓝的，糖是甜的，你也是。👋');
    await terminal.sees(/code\(\)/);
    b.end();
    await terminal.sees(/│ took /);
    a.end();
    expect(await history(terminal)).toEqual([
      ...HEADS,
      text('Roses are red, violets are', '玫瑰是红的，紫罗兰是蓝的，'),
      text('blue.', '糖是甜的，你也是。👋'),
      ' │ took N ms',
      text('    code();'),
      'took N ms │',
    ]);
  });

  it('one that fails says so in its column, in red, while the other goes on', async () => {
    const terminal = await open([...AB, '--retries', '0', '--quiet']);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    a.refuse(401, 'Wrong key');
    await terminal.sees(/failed: /);
    expect(await terminal.screen('styled')).toMatch(/\[31m\S*failed: /);
    b.end('Hallo!');
    await terminal.sees(/\[exit 1\]/);
    const shown = (await terminal.screen()).replace(server.host, 'HOST').split('\n');
    expect(shown.slice(0, 5).map((line) => line.replace(/ +│/, ' │'))).toEqual([
      'openai:a │ openai:b',
      HEADS[1],
      expect.stringMatching(/^failed: .* │ Hallo!$/),
      expect.stringMatching(/ │$/),
      expect.stringMatching(/ │$|^chain: 1 of 2 runs failed$/),
    ]);
  });

  it('an answer taller than the screen shows its end, and all of it when it is over', async () => {
    const terminal = await open([...AB, '--quiet']);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    const all = Array.from({ length: 40 }, (_, index) => `line ${index + 1}`);
    b.write('short');
    a.write(all.slice(0, 30).join('\n'));
    const screen = await terminal.sees(/line 30/);
    expect(screen.split('\n')).toEqual([
      ...HEADS,
      text('… 18 lines above', 'short'),
      ...all.slice(18, 30).map((line) => text(line)),
    ]);
    a.end(`\n${all.slice(30).join('\n')}`);
    await terminal.sees(/line 40/);
    b.end(' and sweet');
    const [first, ...others] = all;
    expect(await history(terminal)).toEqual([
      ...HEADS,
      text(first!, 'short and sweet'),
      ...others.map((line) => text(line)),
      '[exit 0]',
    ]);
  });

  it.each([
    {
      what: 'narrower',
      size: { columns: 52, rows: 16 },
      shown: [
        'openai:a                 │ openai:b',
        `${'─'.repeat(24)}─┼─${'─'.repeat(24)}`,
        'Roses are red, violets   │ Hallo',
        'are blue, sugar is sweet │',
      ],
    },
    {
      what: 'wider',
      size: { columns: 90, rows: 16 },
      shown: [
        `${'openai:a'.padEnd(43)} │ openai:b`,
        `${'─'.repeat(43)}─┼─${'─'.repeat(43)}`,
        `${'Roses are red, violets are blue, sugar is'.padEnd(43)} │ Hallo`,
        `${'sweet'.padEnd(43)} │`,
      ],
    },
    {
      what: 'too narrow for columns',
      size: { columns: 30, rows: 12 },
      shown: [
        '== openai:a ==',
        'Roses are red, violets are',
        'blue, sugar is sweet',
        '',
        '== openai:b ==',
        'Hallo',
      ],
    },
    {
      what: 'too low for all',
      size: { columns: 58, rows: 4 },
      shown: [...HEADS, text('blue, sugar is sweet', 'Hallo')],
    },
  ])('a window that becomes $what', async ({ size, shown }) => {
    const terminal = await open([...AB, '--quiet']);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    a.write('Roses are red, violets are blue, sugar is sweet');
    b.write('Hallo');
    await terminal.sees(/sweet +│\n|sweet +│$/);
    await terminal.resize(size);
    await terminal.sees(new RegExp(`^${shown.map(literal).join('\\n')}$`));
    await terminal.resize(SMALL);
    const before = [...HEADS, text('Roses are red, violets are', 'Hallo'), text('blue, sugar is sweet')];
    await terminal.sees(new RegExp(`(^|\\n)${before.map(literal).join('\\n')}$`));
    a.end();
    b.end();
    expect((await history(terminal)).slice(-5)).toEqual([...before, '[exit 0]']);
  });

  it('control sequences do nothing, also in pieces', async () => {
    const terminal = await open([...AB, '--quiet']);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    a.write('one \x1b[2');
    await terminal.sees(/one/);
    a.write('J\x1b[31mtwo\x1b]0;title\x07');
    b.write('\x1b[10;10Hthree\r\n\u202efour');
    a.end();
    b.end();
    expect(await history(terminal)).toEqual([
      ...HEADS,
      text('one two', 'three'),
      text('', '\\u202efour'),
      '[exit 0]',
    ]);
    expect(await terminal.screen('styled')).not.toContain('\x1b[31m');
  });

  it('Ctrl-C stops all and leaves what had come, and a table', async () => {
    const terminal = await open(AB);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    b.end('Hallo!');
    await terminal.sees(/│ took/);
    a.write('Roses are');
    await terminal.sees(/Roses are/);
    await terminal.press('C-c');
    await terminal.sees(/\[exit 130\]/);
    expect(lines(await terminal.screen()).slice(0, 5)).toEqual([
      ...HEADS,
      text('Roses are', 'Hallo!'),
      'stopped │ took N ms',
      expect.stringMatching(/^run +in +out/),
    ]);
    await server.left;
  });

  it('a trace and what a handler writes stand above, and nothing is torn', async () => {
    here.write(
      'heard.mjs',
      "export const heard = { onLLMNewToken: ({ token }) => { process.stdout.write('heard ' + token); console.error('!'); } };",
    );
    const terminal = await open([...AB, '--callback', './heard.mjs', '--verbose', '--quiet'], {
      columns: 90,
      rows: 30,
    });
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    a.write('Hello');
    await terminal.sees(/heard Hello!\n/);
    b.end('Hallo');
    await terminal.sees(/Hello +│ Hallo$/);
    a.end();
    const shown = await history(terminal);
    expect(shown.slice(-5).map((line) => line.replace(/ +│/, ' │'))).toEqual([
      expect.stringMatching(/^\[[0-9a-f]{8}\] {3}took N ms$/),
      'openai:a │ openai:b',
      `${'─'.repeat(43)}─┼─${'─'.repeat(43)}`,
      'Hello │ Hallo',
      '[exit 0]',
    ]);
    expect(shown.filter((line) => line.includes('│'))).toHaveLength(2);
    expect(shown.filter((line) => /heard (Hello|Hallo)!$/.test(line))).toHaveLength(2);
  });

  it.each([
    { what: 'NO_COLOR', env: { NO_COLOR: '1' }, args: [] },
    { what: '--no-color', env: {}, args: ['--no-color'] },
  ])('$what only takes the colours away', async ({ env, args }) => {
    const terminal = await open([...AB, ...args], SMALL, env as Record<string, string>);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    a.end('Hello!');
    b.end('Hallo!');
    await terminal.sees(/\[exit 0\]/);
    const styled = await terminal.screen('styled');
    expect(styled.split('\n').slice(0, 3)).toEqual([...HEADS, text('Hello!', 'Hallo!')]);
    expect(styled).not.toContain('\x1b');
  });
});

describe.skipIf(!requires('tmux'))('one after the other', () => {
  it.each([
    { what: 'on a terminal that is too narrow', size: { columns: 50, rows: 16 }, env: {} },
    { what: 'on one that is too low', size: { columns: 90, rows: 7 }, env: {} },
    { what: 'on one that cannot go back', size: SMALL, env: { TERM: 'dumb' } },
  ])('$what', async ({ size, env }) => {
    const terminal = await open([...AB, '--quiet'], size, env as Record<string, string>);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    b.end('Hallo!');
    a.write('Hel');
    await terminal.sees(/== openai:a ==\nHel$/);
    a.end('lo!');
    expect(await history(terminal)).toEqual([
      '== openai:a ==',
      'Hello!',
      '',
      '== openai:b ==',
      'Hallo!',
      '[exit 0]',
    ]);
  });

  it('a spinner turns while nothing comes', async () => {
    const terminal = await open([...AB], { columns: 50, rows: 16 });
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    await terminal.sees(/== openai:a ==\n\S \d\.\d s$/);
    a.end('Hello!');
    await terminal.sees(/Hello!\n\n== openai:b ==\n\S \d\.\d s$/);
    b.end('Hallo!');
    expect((await history(terminal)).slice(-2)).toEqual(['== openai:b ==', 'Hallo!']);
  });

  it('a trace on the same screen begins on a line of its own', async () => {
    const terminal = await open([...AB, '--verbose', '--quiet'], { columns: 50, rows: 40 });
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    a.write('Hel');
    await terminal.sees(/Hel$/);
    b.end('Hallo!');
    await terminal.sees(/\nHel\n\[[0-9a-f]{8}\] {5}Answer:\n\[[0-9a-f]{8}\] {5}Hallo!\n/);
    a.end('lo!');
    const shown = await history(terminal);
    expect(shown.slice(-3)).toEqual(['== openai:b ==', 'Hallo!', '[exit 0]']);
  });
});

function literal(line: string): string {
  return line.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
