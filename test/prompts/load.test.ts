import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatPromptTemplate } from '../../src/prompts/chat-template.js';
import { loadTemplateFile, parseTemplate } from '../../src/prompts/load.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { caught } from './caught.js';

const parse = (text: string | Uint8Array) => parseTemplate(text, { file: 'f.txt' });
const user = (content: string) => [{ role: 'user', content }];

describe('parseTemplate', () => {
  it.each<[string, string, string]>([
    ['the text as it is', '1 + {a} = ', '1 + A = '],
    ['without one final newline', 'x {a} \n', 'x A '],
    ['without only one final newline', 'x\n\n\n', 'x\n\n'],
    ['with the blank lines above', '\n\n x', '\n\n x'],
    ['with CRLF as LF', 'x\r\n{a} \r\n', 'x\nA '],
    ['without a byte order mark', '\uFEFFx', 'x'],
    ['with --- below line 1', 'x\n---\nmodel: y\n---\n', 'x\n---\nmodel: y\n---'],
    ['with --- after a blank line', '\n---\nx', '\n---\nx'],
    ['with a longer line of dashes', '----\nx', '----\nx'],
    ['with a space after ---', '--- \nx', '--- \nx'],
    ['with role lines below the first line', 'Hi\nuser:\nx', 'Hi\nuser:\nx'],
    ['with Chinese', '{名}，你好', '名，你好'],
  ])('takes plain text %s', async (_, text, rendered) => {
    const { prompt } = await parse(text);
    expect(prompt).toBeInstanceOf(PromptTemplate);
    expect(prompt.formatPrompt({ a: 'A', 名: '名' })).toEqual({ messages: user(rendered), text: rendered });
  });

  it.each<[string, string, string]>([
    ['', '---\nmodel: m\n---\nx\n', 'x'],
    ['that is empty', '---\n---\nx', 'x'],
    ['after a byte order mark, with CRLF', '\uFEFF---\r\nmodel: m\r\n---\r\nx\r\n', 'x'],
    ['and keeps the text’s own blank lines', '---\nmodel: m\n---\n\nx\n\n', '\nx\n'],
    ['and ends it at the first ---', '---\nmodel: m\n---\nx\n---\ny', 'x\n---\ny'],
    ['with an indented --- in it', '---\noffline: |\n  a\n  ---\n---\nx', 'x'],
    ['whose text begins with ---', '---\n---\n---\nx', '---\nx'],
  ])('takes front matter %s', async (_, text, rendered) => {
    expect((await parse(text)).prompt.formatPrompt({}).messages).toEqual(user(rendered));
  });

  it('says all that the front matter says', async () => {
    const text = `---
description: Adds.
model: m
temperature: 1
max_total_tokens: 9
inputs: { a: 1, b: { required: false }, c: , d: { description: D } }
tools: { calculator: }
max_rounds: 2
offline: "3"
---
{c} {a} {b}
{d} {a}`;
    const template = await parse(text);
    expect({ ...template, prompt: undefined }).toEqual({
      file: 'f.txt',
      text,
      prompt: undefined,
      description: 'Adds.',
      model: 'm',
      params: { temperature: 1 },
      budget: { maxTotalTokens: 9 },
      tools: { calculator: {} },
      maxRounds: 2,
      offlineReply: '3',
      inputs: new Map([
        ['a', { default: '1', required: true }],
        ['b', { required: false }],
        ['c', { required: true }],
        ['d', { description: 'D', required: true }],
      ]),
      variables: new Map([
        ['c', { file: 'f.txt', line: 11, column: 1 }],
        ['a', { file: 'f.txt', line: 11, column: 5 }],
        ['b', { file: 'f.txt', line: 11, column: 9 }],
        ['d', { file: 'f.txt', line: 12, column: 1 }],
      ]),
    });
    expect(template.prompt.inputVariables).toEqual(['c', 'd']);
    expect(template.prompt.formatPrompt({ c: 'C', d: 'D' }).text).toBe('C 1 \nD 1');
    expect(template.prompt.formatPrompt({ a: 'A', b: 'B', c: 'C', d: 'D' }).text).toBe('C A B\nD A');
  });

  it('says nothing where there is no front matter', async () => {
    const { prompt: _, ...rest } = await parse('x');
    expect(rest).toEqual({
      file: 'f.txt',
      text: 'x',
      description: undefined,
      model: undefined,
      params: {},
      budget: {},
      tools: undefined,
      maxRounds: undefined,
      offlineReply: undefined,
      inputs: new Map(),
      variables: new Map(),
    });
  });

  it.each<[string, string, string[][]]>([
    [
      'role lines',
      'system:\nS {a}\n\nuser:\nU\n',
      [
        ['system', 'S A'],
        ['user', 'U'],
      ],
    ],
    [
      'a system message',
      '---\nsystem: S {a}\n---\nU \n',
      [
        ['system', 'S A'],
        ['user', 'U '],
      ],
    ],
    [
      'both',
      '---\nsystem: S\n---\n\nuser:\nU\nassistant:\nB',
      [
        ['system', 'S'],
        ['user', 'U'],
        ['assistant', 'B'],
      ],
    ],
    ['a default in a message', '---\ninputs: { b: "{a}" }\n---\nuser:\n{b}', [['user', '{a}']]],
  ])('makes a chat template of %s', async (_, text, messages) => {
    const { prompt } = await parse(text);
    expect(prompt).toBeInstanceOf(ChatPromptTemplate);
    expect(prompt.formatPrompt({ a: 'A' }).messages).toEqual(
      messages.map(([role, content]) => ({ role, content })),
    );
  });

  it('takes another system message in place of the front matter’s', async () => {
    const text = '---\nsystem: "{old} {"\n---\nU';
    const { prompt, variables } = await parseTemplate(text, { file: 'f.txt', system: 'S {new}' });
    expect(prompt.inputVariables).toEqual(['new']);
    expect(prompt.formatPrompt({ new: 'N' }).messages).toEqual([
      { role: 'system', content: 'S N' },
      { role: 'user', content: 'U' },
    ]);
    expect([...variables]).toEqual([['new', { file: 'system', line: 1, column: 3 }]]);
    expect((await caught(() => parseTemplate('U', { file: 'f.txt', system: 'a }' }))).message).toBe(
      'system:1:3: "}" without a "{" before it',
    );
  });

  it('places variables of the system message at its value', async () => {
    const { variables } = await parse('---\nsystem: |\n  One\n  {a} {b}\n---\n{b} {c}');
    expect([...variables]).toEqual([
      ['a', { file: 'f.txt', line: 2, column: 9 }],
      ['b', { file: 'f.txt', line: 2, column: 9 }],
      ['c', { file: 'f.txt', line: 6, column: 5 }],
    ]);
  });

  const EMPTY = { reason: 'the template has no text', hint: 'Write the prompt into it.' };
  const BRACES = 'For a brace that is only text write it twice: {{ or }}.';
  it.each<[string, string | Uint8Array, string, string | undefined]>([
    ['no text', '', `1:1: ${EMPTY.reason}`, EMPTY.hint],
    ['only blank lines', ' \n\n\t', `1:1: ${EMPTY.reason}`, EMPTY.hint],
    ['only front matter', '---\nsystem: S\n---', `3:4: ${EMPTY.reason}`, EMPTY.hint],
    ['only front matter and a newline', '---\nsystem: S\n---\n', `4:1: ${EMPTY.reason}`, EMPTY.hint],
    ['a brace in a text', 'a\r\n你{', '2:2: "{" is never closed', BRACES],
    [
      'a brace below front matter',
      '---\r\nmodel: m\r\n---\r\na\r\n }',
      '5:2: "}" without a "{" before it',
      BRACES,
    ],
    [
      'a brace in a message',
      '---\nmodel: m\n---\nuser:\n\na\nassistant:\n {',
      '8:2: "{" is never closed',
      BRACES,
    ],
    [
      'a brace in the system message',
      '---\nmodel: m\nsystem: |\n  a\n  {\n---\nx',
      '3:9: in "system", line 2, column 1: "{" is never closed',
      BRACES,
    ],
    [
      'a fault in the front matter',
      '\uFEFF---\r\n\r\nseed: x\r\n---\r\nx',
      '3:7: "seed" must be a whole number, not "x"',
      undefined,
    ],
    [
      'front matter that is not closed',
      '---\nmodel: m\n --- \nx',
      '1:1: the front matter that begins here is never closed',
      'Close it with a line "---". A text that begins with such a line needs two of them before it.',
    ],
    [
      'a lone ---',
      '---',
      '1:1: the front matter that begins here is never closed',
      'Close it with a line "---". A text that begins with such a line needs two of them before it.',
    ],
    ['a NUL byte', 'ab\0', '1:3: a NUL byte: this is not text', 'Only text in UTF-8 can be read.'],
    [
      'a byte that is not UTF-8',
      Buffer.from([0x61, 0x0a, 0xff]),
      '2:1: not UTF-8 at byte 2 (the first is byte 0)',
      'Save the file as UTF-8.',
    ],
    [
      'more than 10 MB',
      Buffer.alloc(10 * 1024 * 1024 + 1, 'x'),
      '1:1: a template has at most 10 MB, and this has more',
      'Bring large texts in as values of variables.',
    ],
  ])('refuses %s', async (_, text, message, hint) => {
    expect(await caught(() => parse(text))).toEqual({
      code: 'invalid_template',
      message: `f.txt:${message}`,
      hint,
    });
  });

  it('counts bytes, not characters, of a string', async () => {
    expect((await caught(() => parse('数'.repeat(3_500_000)))).message).toBe(
      'f.txt:1:1: a template has at most 10 MB, and this has more',
    );
  });

  it.each<[string, string]>([
    ['text', 'x y\n'.repeat(2_600_000)],
    ['text with a variable at its end', `${'x y\n'.repeat(2_600_000)}{a}`],
    ['a message', `user:\n${'x y\n'.repeat(2_600_000)}`],
    ['dashes below front matter', `---\nmodel: m\n---\n${'--\n'.repeat(3_400_000)}`],
  ])('takes 10 MB of %s in one pass', async (_, text) => {
    const rendered = (await parse(text)).prompt.formatPrompt({ a: '{b}' }).text;
    expect(rendered.length).toBeGreaterThan(10_000_000);
  });
});

describe('loadTemplateFile', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chain-load-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it('reads a file', async () => {
    const file = join(folder, 'add.txt');
    writeFileSync(file, '1 + {number} = \n');
    const template = await loadTemplateFile(file);
    expect(template.file).toBe(file);
    expect(template.prompt.formatPrompt({ number: 2 }).text).toBe('1 + 2 = ');
    const chat = await loadTemplateFile(file, { system: 'S' });
    expect(chat.prompt.formatPrompt({ number: 2 }).messages[0]).toEqual({ role: 'system', content: 'S' });
  });

  it('names the file that it cannot read', async () => {
    expect(await caught(() => loadTemplateFile(folder))).toEqual({
      code: 'file_not_readable',
      message: `${folder}: a folder, not a file`,
      hint: undefined,
    });
  });

  it('names the file that is no template', async () => {
    const file = join(folder, 'latin1.txt');
    writeFileSync(file, Buffer.from('caf\xe9', 'latin1'));
    expect((await caught(() => loadTemplateFile(file))).message).toBe(
      `${file}:1:4: not UTF-8 at byte 3 (the first is byte 0)`,
    );
  });
});
