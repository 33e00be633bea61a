import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { get_encoding, get_encoding_name_for_model, type TiktokenEncoding } from 'tiktoken';
import { describe, expect, it } from 'vitest';
import { loadConversationScript } from '../../src/memory/conversation-script.js';
import { readPage } from './console-blocks.js';

const root = fileURLToPath(new URL('../../', import.meta.url));
const PAGES = ['docs/lesson.md', 'docs/lesson.zh.md'] as const;
const [english, chinese] = PAGES.map((page) => readFileSync(join(root, page), 'utf8')) as [string, string];

/** What the lesson's counter showed. */
const TOTAL = 966;

/** Tokens of the template that LangChain's ConversationChain has by default, with history and input empty. */
const EMPTY_TEMPLATE = 62;

const { turns } = await loadConversationScript(join(root, 'sample-prompts/conversations/flower-shop.yaml'));
const said = turns.map(({ user }) => user);
const inHalfWidth = said.map((text) => text.replaceAll('，', ',').replaceAll('？', '?'));
const count = counterOf(get_encoding_name_for_model('text-davinci-003'));

function counterOf(name: TiktokenEncoding): (text: string) => number {
  const encoding = get_encoding(name);
  return (text) => encoding.encode(text).length;
}

/** Stands for that template: it begins otherwise, and is the same from the history on. */
function prompt(history: readonly string[], input: string): string {
  return `Talk.\n\nSo far:\n${history.join('\n')}\nHuman: ${input}\nAI:`;
}

/** The tokens of each prompt of a conversation that a buffer remembers, as they were with LangChain's template. */
function promptTokens(users: readonly string[], replies: readonly string[]): number[] {
  const history: string[] = [];
  return users.map((user, index) => {
    const tokens = count(prompt(history, user)) - count(prompt([], '')) + EMPTY_TEMPLATE;
    history.push(`Human: ${user}`, `AI: ${replies[index]}`);
    return tokens;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** What is left of the total without replies, however often they are written and read. */
function fixedTokens(users: readonly string[], replies: readonly string[]): number {
  const [first, second, third] = replies.map(count) as [number, number, number];
  const total = sum(promptTokens(users, replies)) + first + second + third;
  return total - (3 * first + 2 * second + third);
}

const REPLIES = [
  [' 好的。', ' 记下了，粉色玫瑰。', ' 您是来给姐姐订生日花束的。'],
  [' Certainly! What does she like?', ' Pink it is.', ' For a birthday, if I remember rightly.'],
  [' 1', ' 2', ' 3'],
];

describe('what the encoding fixes of the total', () => {
  const now = said.map(count);
  const before = now.map((_, turn) => sum(now.slice(0, turn)));
  const replies = REPLIES[0]!;
  const read = replies.map((_, turn) => sum(replies.slice(0, turn).map(count)));
  const fixed = promptTokens(said, replies).map((tokens, turn) => tokens - read[turn]!);
  const labels = fixed.map((tokens, turn) => tokens - EMPTY_TEMPLATE - now[turn]! - before[turn]!);
  const rows = [now.map(() => EMPTY_TEMPLATE), now, before, labels, fixed].map((row) => [...row, sum(row)]);
  const left = TOTAL - sum(fixed);

  it.each(REPLIES)('is the same whatever is replied, as in %s', (...answers) => {
    expect(fixedTokens(said, answers)).toBe(sum(fixed));
  });

  it.each([
    [PAGES[0], english],
    [PAGES[1], chinese],
  ])('stands in %s', (_, page) => {
    const section = page.split(/^## /m).find((part) => part.includes(`${TOTAL} = `)) ?? '';
    const table = [...section.matchAll(/\| (\d+) \| (\d+) \| (\d+) \| (\d+) \|$/gm)];
    expect(table.map(([, ...cells]) => cells.map(Number))).toEqual(rows);
    expect(section).toContain(`> ${TOTAL} = ${sum(fixed)} + 3 r₁ + 2 r₂ + r₃`);
    expect(numbersIn(section.replaceAll(/^\|.*$/gm, ''))).toEqual(
      new Set([
        TOTAL,
        2024, // when the model was retired
        sum(fixed),
        left,
        Math.round(left / 6),
        fixedTokens(inHalfWidth, replies),
        sum(said.map(counterOf('o200k_base'))),
        sum(now),
      ]),
    );
  });
});

/** Of two digits or more, without those in names. */
function numbersIn(markdown: string): Set<number> {
  const prose = markdown.replaceAll(/`[^`]*`/g, '');
  return new Set([...prose.matchAll(/\d{2,}/g)].map(([digits]) => Number(digits)));
}

it('is told in TypeScript that a strict compiler takes', () => {
  const folder = mkdtempSync(join(tmpdir(), 'chain-lesson-'));
  try {
    mkdirSync(join(folder, 'node_modules'));
    symlinkSync(root, join(folder, 'node_modules/promptchain'), 'dir');
    writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
    const programs = readPage('', english).files.filter(({ name }) => name.endsWith('.ts'));
    for (const { name, content } of programs) writeFileSync(join(folder, name), content);
    const names = programs.map(({ name }) => name);
    expect(names).toHaveLength(8);
    const types = ['--types', 'node', '--typeRoots', join(root, 'node_modules/@types')];
    const flags = [
      '--noEmit',
      '--strict',
      '--skipLibCheck', // The test of the package checks its declarations.
      '--erasableSyntaxOnly',
      '--module',
      'nodenext',
      '--target',
      'es2023',
    ];
    const tsc = join(root, 'node_modules/typescript/bin/tsc');
    const { stdout } = spawnSync(process.execPath, [tsc, ...flags, ...types, ...names], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(stdout).toBe('');
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

it('is told with the same programs and the same output in both languages', () => {
  const [one, other] = [readPage('', english), readPage('', chinese)];
  expect(other.files).toEqual(one.files);
  expect(other.commands.map(({ command, output }) => ({ command, output }))).toEqual(
    one.commands.map(({ command, output }) => ({ command, output })),
  );
  expect(one.commands.length).toBeGreaterThan(10);
});
