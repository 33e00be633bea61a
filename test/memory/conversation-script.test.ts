import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';
import { CONVERSATION_SCHEMA } from '../../src/memory/conversation-schema.js';
import { loadConversationScript, parseConversationScript } from '../../src/memory/conversation-script.js';
import { caught } from '../prompts/caught.js';

const parse = (yaml: string) => parseConversationScript(yaml, 'c.yaml');
const failure = (yaml: string) => caught(() => parse(yaml));

const KEYS_HINT =
  'A conversation has turns (user, and assistant where replies are given), and may have description, system ' +
  'and facts (text, turn, asked).';

describe('parseConversationScript', () => {
  it('reads every key', () => {
    const yaml = `# a comment
description: A short talk.
system: |
  Be kind.

  Be brief.
turns:
  - user: I like pink roses.
    assistant: >-
      So does
      everyone.
  - user: "你好：\\n两行"
    assistant: |
      First.
        Second.
  - { user: Which flowers?, assistant: pink roses }
facts:
  - text: pink roses
    turn: 1
    asked: 3
  - { text: everyone, turn: 1, asked: 3 }
`;
    expect(parse(yaml)).toEqual({
      description: 'A short talk.',
      system: 'Be kind.\n\nBe brief.',
      turns: [
        { user: 'I like pink roses.', assistant: 'So does everyone.' },
        { user: '你好：\n两行', assistant: 'First.\n  Second.' },
        { user: 'Which flowers?', assistant: 'pink roses' },
      ],
      facts: [
        { text: 'pink roses', turn: 1, asked: 3 },
        { text: 'everyone', turn: 1, asked: 3 },
      ],
    });
  });

  it('needs no replies, no facts and nothing else', () => {
    expect(parse('turns:\n- user: a\n- user: b')).toEqual({
      turns: [{ user: 'a' }, { user: 'b' }],
      facts: [],
    });
  });

  it.each([
    ['c.yaml', '"turns":'],
    ['c.yml', '"turns":'],
    ['C.YAML', '"turns":'],
    ['c.json', '"turns":'],
    ['c.txt', 'turns:'],
    ['-', 'system: x\nturns: # all'],
    ['-', 'system: x\r\nturns: \r'],
  ])('takes %s with %j as YAML', (file, key) => {
    expect(parseConversationScript(`${key}\n- user: a`, file).turns).toEqual([{ user: 'a' }]);
  });

  it('takes JSON', () => {
    const json = JSON.stringify({ turns: [{ user: 'a' }, { user: 'b?' }], facts: [] });
    expect(parseConversationScript(json, 'c.json').turns).toEqual([{ user: 'a' }, { user: 'b?' }]);
  });

  it.each<[string, string, readonly string[]]>([
    ['c.txt', 'one\ntwo', ['one', 'two']],
    ['c.txt', '\n  one \r\n\r\n\t\n你好 😀\r\n\n', ['one', '你好 😀']],
    ['c.txt', '- user: one', ['- user: one']],
    ['-', 'a: b', ['a: b']],
    ['-', 'turns: left or right?\n  turns:', ['turns: left or right?', 'turns:']],
    ['yaml', 'a', ['a']],
  ])('takes %s as a user turn a line: %j', (file, text, users) => {
    expect(parseConversationScript(text, file)).toEqual({
      turns: users.map((user) => ({ user })),
      facts: [],
    });
  });

  it.each(['', '\n \n', '\uFEFF'])('refuses lines without a turn: %j', async (text) => {
    expect(await caught(() => parseConversationScript(text, 'c.txt'))).toEqual({
      code: 'invalid_template',
      message: 'c.txt:1:1: there are no turns',
      hint: 'Write what the user says, a line for each turn.',
    });
  });

  it.each([
    ['', '1:1: "turns" is missing', KEYS_HINT],
    ['# nothing', '1:1: "turns" is missing', KEYS_HINT],
    ['system: x', '1:1: "turns" is missing', KEYS_HINT],
    ['- user: a', '1:1: conversation file must be keys and values', KEYS_HINT],
    ['just text', '1:1: conversation file must be keys and values', KEYS_HINT],
    ['turns: []', '1:8: "turns" must be a list that is not empty, not []', undefined],
    ['turns: hello', '1:8: "turns" must be a list that is not empty, not "hello"', undefined],
    ['turns:\n- hello', '2:3: "turns.0" must be keys and values, not "hello"', undefined],
    ['turns:\n- assistant: a', '2:3: "turns.0.user" is missing', undefined],
    ['turns:\n- user: 3', '2:9: "turns.0.user" must be text that is not empty, not 3', undefined],
    ['turns:\n- user:', '2:8: "turns.0.user" must be text that is not empty, not empty', undefined],
    ['turns:\n- user: " "', '2:9: "turns.0.user" is only space', undefined],
    ['turns:\n- user: a\n  assistant: "\\n"', '3:14: "turns.0.assistant" is only space', undefined],
    [
      'turns: [{ user: a }]\nsystem: [x]',
      '2:9: "system" must be text that is not empty, not ["x"]',
      undefined,
    ],
    ['turns: [{ user: a }]\ndescription: 1', '2:14: "description" must be text, not 1', undefined],
    [
      'turn:\n- user: a',
      '1:1: unknown key "turn" (did you mean "turns"?); line 1, column 1: "turns" is missing',
      KEYS_HINT,
    ],
    [
      'turns:\n- user: a\n  asistant: b',
      '3:3: unknown key "turns.0.asistant" (did you mean "assistant"?)',
      KEYS_HINT,
    ],
    ['turns:\n- user: a\nfacts: x', '3:8: "facts" must be a list, not "x"', undefined],
  ])('refuses %j', async (yaml, message, hint) => {
    expect(await failure(yaml)).toEqual({ code: 'invalid_template', message: `c.yaml:${message}`, hint });
  });

  const TALK = `turns:
- user: I like pink roses.
  assistant: Noted.
- user: Deliver to the mill.
  assistant: With pleasure.
- user: What do I like?
  assistant: Flowers.
system: Noted things count.
facts:
`;

  it.each([
    ['{ text: pink roses, turn: 1 }', '10:3: "facts.0.asked" is missing'],
    [
      '{ text: pink roses, turn: 0, asked: 3 }',
      '10:29: "facts.0.turn" must be a whole number of at least 1, not 0',
    ],
    [
      '{ text: pink roses, turn: 1, asked: "3" }',
      '10:39: "facts.0.asked" must be a whole number of at least 1, not "3"',
    ],
    ['{ text: "", turn: 1, asked: 3 }', '10:11: "facts.0.text" must be text that is not empty, not ""'],
    ['{ text: " ", turn: 1, asked: 3 }', '10:11: the fact " " is only space'],
    [
      '{ text: roses, turn: 4, asked: 3 }',
      '10:24: the fact "roses" is said in turn 4, and the last turn is 3',
    ],
    [
      '{ text: roses, turn: 1, asked: 4 }',
      '10:34: the fact "roses" is asked for in turn 4, and the last turn is 3',
    ],
    [
      '{ text: roses, turn: 1, asked: 1 }',
      '10:34: the fact "roses" is asked for in turn 1, which isn\'t after turn 1',
    ],
    [
      '{ text: mill, turn: 2, asked: 1 }',
      '10:33: the fact "mill" is asked for in turn 1, which isn\'t after turn 2',
    ],
    [
      '{ text: mill, turn: 1, asked: 3 }',
      '10:23: the fact "mill" does not occur in turn 1 (it does in turn 2)',
    ],
    [
      '{ text: Pink roses, turn: 1, asked: 3 }',
      '10:29: the fact "Pink roses" does not occur in turn 1 or any other',
    ],
    [
      '{ text: like, turn: 1, asked: 3 }',
      '10:33: the fact "like" is in what the user says in turn 3, so it is always known there',
    ],
    ['{ text: Noted, turn: 1, asked: 3 }', '10:11: the fact "Noted" is in "system", so it is always known'],
    [
      `{ text: ${'x'.repeat(50)}, turn: 1, asked: 3 }`,
      `10:69: the fact "${'x'.repeat(39)}…" does not occur in turn 1 or any other`,
    ],
  ])('refuses the fact %s', async (fact, message) => {
    const { code, message: said } = await failure(`${TALK}- ${fact}`);
    expect([code, said]).toEqual(['invalid_template', `c.yaml:${message}`]);
  });

  it.each([
    ['- user: a\n- user: b\n  assistant: c', '2:3: turn 1 has'],
    ['- user: a\n  assistant: c\n- user: b\n- user: d', '4:3: turn 2 and 1 more have'],
  ])('refuses replies to some turns only: %j', async (turns, message) => {
    expect((await failure(`turns:\n${turns}`)).message).toBe(
      `c.yaml:${message} no "assistant": either all turns have one or none has`,
    );
  });

  it('finds a fact in a block of text without the newline that ends it', () => {
    const yaml = 'turns:\n- user: roses\n- user: what?\nfacts:\n- text: |\n    roses\n  turn: 1\n  asked: 2';
    expect(parse(yaml).facts).toEqual([{ text: 'roses', turn: 1, asked: 2 }]);
  });

  it('names everything that is wrong at once, in the order of the file', async () => {
    const yaml = `facts:
  - { text: 玫瑰, turn: 1, asked: 9 }
  - { text: 百合, turn: 1, asked: 2, by: me }
  - { text: x, turn: one, asked: 2 }
turns:
  - { user: 玫瑰, assistant: 好 }
  - { user: 什么花？ }
sytem: x
`;
    expect(await failure(yaml)).toEqual({
      code: 'invalid_template',
      message:
        'c.yaml:2:33: the fact "玫瑰" is asked for in turn 9, and the last turn is 2; ' +
        'line 3, column 23: the fact "百合" does not occur in turn 1 or any other; ' +
        'line 3, column 36: unknown key "facts.1.by"; ' +
        'line 4, column 22: "facts.2.turn" must be a whole number of at least 1, not "one"; ' +
        'line 7, column 5: turn 2 has no "assistant": either all turns have one or none has; ' +
        'line 8, column 1: unknown key "sytem" (did you mean "system"?)',
      hint: KEYS_HINT,
    });
  });

  it('shows the first twenty of very many', async () => {
    const facts = Array.from({ length: 300 }, () => '- { text: x, turn: 1, asked: 9 }').join('\n');
    const { message } = await failure(`turns: [{ user: a }]\nzz: 1\nfacts:\n${facts}`);
    expect(message.split('; ').slice(0, 2)).toEqual([
      'c.yaml:2:1: unknown key "zz"',
      'line 4, column 20: the fact "x" does not occur in turn 1 or any other',
    ]);
    expect(message.split('; ')).toHaveLength(21);
    expect(message.split('; ').at(-1)).toBe('and 581 more');
  });

  it.each([
    [
      'turns:\n- user: Note: be brief',
      '2:9: malformed conversation file: Nested mappings are not allowed in compact mappings',
      'Put quotes around a text that has ": " or " #" in it, or begins with a sign such as { [ * & ! % @.',
    ],
    [
      'turns:\n- user: a\n  user: b',
      '3:3: malformed conversation file: the key "user" is there twice',
      undefined,
    ],
    [
      'turns:\n- &a { user: a }\n- *a',
      '3:3: malformed conversation file: the alias *a',
      'Write the value out: aliases are not supported.',
    ],
    [
      'turns:\n- user: !x a',
      '2:9: malformed conversation file: Unresolved tag: !x: tags are not supported',
      'Put quotes around a text that has ": " or " #" in it, or begins with a sign such as { [ * & ! % @.',
    ],
    [
      'turns: [{ user: a }]\n---\nturns: [{ user: b }]',
      '2:1: malformed conversation file: it goes on after the end of the document',
      'Put quotes around a text that has ": " or " #" in it, or begins with a sign such as { [ * & ! % @.',
    ],
  ])('refuses malformed YAML: %j', async (yaml, message, hint) => {
    expect(await failure(yaml)).toEqual({ code: 'invalid_template', message: `c.yaml:${message}`, hint });
  });

  it('refuses an alias bomb without unfolding it', async () => {
    const levels = Array.from(
      { length: 26 },
      (_, index) => `- &l${index} [${`*l${index - 1}, `.repeat(index && 9)}]`,
    );
    expect((await failure(`turns:\n${levels.join('\n')}`)).message).toBe(
      'c.yaml:3:8: malformed conversation file: the alias *l0',
    );
  });

  it('refuses what is nested too deeply', async () => {
    expect((await failure(`turns: ${'['.repeat(20_000)}`)).message).toMatch(
      /^c\.yaml:1:\d+: malformed conversation file: nested too deeply$/,
    );
  });
});

describe('loadConversationScript', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chain-conversation-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  const write = (name: string, content: string | Uint8Array) => {
    const file = join(folder, name);
    writeFileSync(file, content);
    return file;
  };

  it('reads YAML and lines, with a byte order mark and Windows’ line ends', async () => {
    const turns = [{ user: '一' }, { user: 'two' }];
    const yaml = write('a.yaml', '\uFEFFturns:\r\n  - user: 一\r\n  - user: two\r\n');
    expect(await loadConversationScript(yaml)).toEqual({ turns, facts: [] });
    const lines = write('a.txt', '\uFEFF一\r\n\r\ntwo\r\n');
    expect(await loadConversationScript(lines)).toEqual({ turns, facts: [] });
  });

  it.each<[text: string, users: readonly string[]]>([
    ['{"turns":[{"user":"a"}]}', ['a']],
    ['\n{\n  "description": "d",\n  "turns" : [{ "user": "a" }]\n}\n', ['a']],
    ['{ what does this mean?', ['{ what does this mean?']],
    ['Is {"turns": []} JSON?', ['Is {"turns": []} JSON?']],
  ])('tells by its content what it is: %j', (text, users) => {
    const { turns } = parseConversationScript(text, 'standard input');
    expect(turns.map(({ user }) => user)).toEqual(users);
  });

  it.each([
    [
      'not UTF-8',
      () => write('b.txt', Buffer.from([0x61, 0xff])),
      'invalid_template',
      ':1:2: not UTF-8 at byte 1 (the first is byte 0)',
    ],
    ['a NUL', () => write('n.txt', 'a\0'), 'invalid_template', ':1:2: a NUL byte: this is not text'],
    ['no file', () => join(folder, 'none.yaml'), 'file_not_readable', ': no such file'],
    ['a folder', () => folder, 'file_not_readable', ': a folder, not a file'],
    [
      'more than 10 MB',
      () => write('big.txt', Buffer.alloc(10 * 1024 * 1024 + 1, 'a\n')),
      'invalid_template',
      ':1:1: a conversation has at most 10 MB, and this has more',
    ],
  ])('refuses %s', async (_, make, code, message) => {
    const file = make();
    const error = await caught(() => loadConversationScript(file));
    expect([error.code, error.message]).toEqual([code, `${file}${message}`]);
  });
});

it('ships its schema as the one that files are checked against', () => {
  const shipped = readFileSync(new URL('../../schemas/conversation.schema.json', import.meta.url), 'utf8');
  expect(JSON.parse(shipped)).toEqual(CONVERSATION_SCHEMA);
});

describe('the conversations that ship', () => {
  const folder = fileURLToPath(new URL('../../sample-prompts/conversations/', import.meta.url));
  const load = (name: string) => loadConversationScript(join(folder, name));
  const textsOf = ({ user, assistant = '' }: { user: string; assistant?: string }) => [user, assistant];

  it('are these', () => {
    expect(readdirSync(folder).sort()).toEqual([
      'flower-shop.yaml',
      'forty-turns-en.yaml',
      'forty-turns-zh.yaml',
    ]);
  });

  it('has the flower shop’s three turns', async () => {
    const { turns, facts } = await load('flower-shop.yaml');
    expect(turns.map(({ user }) => user)).toEqual([
      '我姐姐明天要过生日，我需要一束生日花束。',
      '她喜欢粉色玫瑰，颜色是粉色的。',
      '我又来了，还记得我昨天为什么要来买花吗？',
    ]);
    expect(facts).toEqual([
      { text: '姐姐', turn: 1, asked: 3 },
      { text: '生日', turn: 1, asked: 3 },
    ]);
  });

  describe.each(['flower-shop.yaml', 'forty-turns-en.yaml', 'forty-turns-zh.yaml'])('%s', (name) => {
    it('has a description, a system message and a reply to every turn', async () => {
      const { description, system, turns } = await load(name);
      expect([description, system, ...turns.flatMap(textsOf)]).not.toContainEqual(undefined);
      expect(turns.flatMap(textsOf).filter((text) => text.trim() === '' || /\s\s|\s$/.test(text))).toEqual(
        [],
      );
    });

    it('asks for every fact after as many turns as it says: the text stands in none between, and in the answer', async () => {
      const { turns, facts } = await load(name);
      for (const { text, turn, asked } of facts) {
        const between = turns.slice(turn, asked - 1).flatMap(textsOf);
        expect([text, between.filter((said) => said.includes(text))]).toEqual([text, []]);
        expect(turns[asked - 1]!.assistant).toContain(text);
      }
    });
  });

  describe.each(['forty-turns-en.yaml', 'forty-turns-zh.yaml'])('%s', (name) => {
    it('has forty turns and twelve facts, two of them asked for twice', async () => {
      const { turns, facts } = await load(name);
      expect(turns).toHaveLength(40);
      expect(facts).toHaveLength(14);
      expect(new Set(facts.map(({ text }) => text)).size).toBe(12);
    });

    it('asks after a few turns, after many and after nearly all', async () => {
      const { facts } = await load(name);
      const distances = facts.map(({ turn, asked }) => asked - turn).sort((a, b) => a - b);
      expect(distances[0]).toBe(2);
      expect(distances.at(-1)).toBeGreaterThan(30);
      const [few, some, many] = [6, 15, 25].map((limit) => distances.filter((n) => n <= limit).length);
      expect([few! >= 3, some! - few! >= 3, many! - some! >= 3, facts.length - many! >= 2]).toEqual([
        true,
        true,
        true,
        true,
      ]);
    });
  });

  it('are in English and in Chinese', async () => {
    const english = (await load('forty-turns-en.yaml')).turns.flatMap(textsOf);
    const chinese = (await load('forty-turns-zh.yaml')).turns.flatMap(textsOf);
    expect(english.filter((text) => /\p{Script=Han}/u.test(text) || !/^[\x20-\x7e£é]+$/.test(text))).toEqual(
      [],
    );
    expect(chinese.filter((text) => !/^[\p{Script=Han}，。？！：；、“”]+$/u.test(text))).toEqual([]);
  });

  it('have replies of a usual length', async () => {
    const words = (await load('forty-turns-en.yaml')).turns.map(
      ({ assistant }) => assistant!.split(' ').length,
    );
    const characters = (await load('forty-turns-zh.yaml')).turns.map(({ assistant }) => assistant!.length);
    for (const [lengths, least, most] of [
      [words, 10, 90],
      [characters, 20, 150],
    ] as const) {
      expect(Math.min(...lengths)).toBeGreaterThanOrEqual(least);
      expect(Math.max(...lengths)).toBeLessThanOrEqual(most);
    }
  });
});
