import { countTokens as countCl100k } from 'gpt-tokenizer/encoding/cl100k_base';
import { countTokens as countO200k } from 'gpt-tokenizer/encoding/o200k_base';
import { describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../src/tokens/tokenizer.js';

const gpt5 = await loadTokenizer('gpt-5');
const gpt4 = await loadTokenizer('gpt-4');

test.each([
  ['gpt-5-mini', 'o200k_base', true],
  ['gpt-4o', 'o200k_base', true],
  ['gpt-4o-2024-08-06', 'o200k_base', true],
  ['GPT-4.1-nano', 'o200k_base', true],
  ['gpt-4.5-preview', 'o200k_base', true],
  ['chatgpt-4o-latest', 'o200k_base', true],
  ['o1', 'o200k_base', true],
  ['o3-pro', 'o200k_base', true],
  ['o4-mini-2025-04-16', 'o200k_base', true],
  ['openai/gpt-oss-120b', 'o200k_base', true],
  ['ft:gpt-4o-mini-2024-07-18:acme::id', 'o200k_base', true],
  ['gpt-4', 'cl100k_base', true],
  ['gpt-4-turbo', 'cl100k_base', true],
  ['gpt-4-0613', 'cl100k_base', true],
  ['gpt-3.5-turbo-instruct', 'cl100k_base', true],
  ['gpt-35-turbo', 'cl100k_base', true],
  ['ft:gpt-3.5-turbo:acme', 'cl100k_base', true],
  ['text-embedding-3-small', 'cl100k_base', true],
  ['davinci-002', 'cl100k_base', true],
  ['text-davinci-003', 'o200k_base', false],
  ['gpt-6', 'o200k_base', false],
  ['claude-sonnet-4-5', 'o200k_base', false],
  ['o1x', 'o200k_base', false],
  ['llama3.2:3b', 'o200k_base', false],
  ['', 'o200k_base', false],
] as const)('%s is counted with %s, exact: %s', async (model, encoding, exact) => {
  expect(await loadTokenizer(model)).toMatchObject({ encoding, exact });
});

// As OpenAI's guide to counting tokens gives them.
test.each([
  ['', 0, 0],
  ['2 + 2 = 4', 7, 7],
  ['hello world', 2, 2],
  ['antidisestablishmentarianism', 6, 6],
  ['お誕生日おめでとう', 8, 9],
])('%j is %i tokens in o200k_base, %i in cl100k_base', (text, o200k, cl100k) => {
  expect([gpt5.count(text), gpt4.count(text)]).toEqual([o200k, cl100k]);
});

test.each(['<|endoftext|>', '<|im_start|>', '<|im_end|>', '<|endofprompt|>', '<|start|>', '<|fim_prefix|>'])(
  'the special token %s is ordinary text',
  (special) => {
    for (const tokenizer of [gpt5, gpt4]) {
      expect(tokenizer.count(special)).toBeGreaterThan(3);
      expect(tokenizer.count(`a ${special} b`.repeat(100))).toBeGreaterThan(300);
    }
  },
);

describe('a long text is counted in slices', () => {
  const random = generator(42);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const alphabets: Record<string, readonly string[]> = {
    prose: [
      'The',
      ' quick',
      ' brown',
      "'s",
      ' it',
      "'ll",
      ', ',
      '. ',
      '\n\n',
      ' 2024',
      ' DON',
      "'T",
      ' (',
      ')',
    ],
    code: [
      'if',
      ' (',
      'x',
      ') {',
      '\n',
      '  ',
      '\t',
      '}',
      ';\r\n',
      '//',
      ' == ',
      '1234567',
      '"',
      "'",
      '_a',
      '/',
    ],
    chinese: ['你好', '世界', '，', '。', '一个', '提示', '词', '「', '」', '\n', '2024', '年', 'GPT', '！'],
    accents: [
      'é',
      'e\u0301',
      'ü',
      'n\u0303',
      ' ',
      'ß',
      'Ǆ',
      'ʰ',
      "'",
      'Σ',
      'ς',
      '-',
      '١٢٣',
      'नमस्ते',
      '\u00a0',
    ],
    symbols: ['!', '?', ' ', '--', '😀', '👩‍👩‍👧', 'a', '1', '\n', '\r', '|', '$', "'s", "'", '/', '\u200b'],
    spaces: [' ', '  ', '\n', '\t', '\r\n', ' \n ', 'a', '1', '.', '\u3000', "'d"],
  };
  test.each(Object.keys(alphabets))('%s: the sum is the count of the whole', (name) => {
    for (let round = 0; round < 40; round++) {
      const text = Array.from({ length: 1500 }, () => pick(alphabets[name]!)).join('');
      expect(gpt5.count(text)).toBe(countO200k(text));
      expect(gpt4.count(text)).toBe(countCl100k(text));
    }
  });

  // Without slices, each of these takes minutes to hours.
  test.each([
    ['one letter', 'a'.repeat(1_000_000), 125_000],
    ['spaces', ' '.repeat(1_000_000), 7813],
    ['line ends', '\n'.repeat(1_000_000), 62_500],
    ['dots', '.'.repeat(1_000_000), 15_625],
    ['halves of surrogate pairs', '\ud800'.repeat(100_000), 12_500],
  ])('%s', (_, text, count) => {
    expect(gpt5.count(text)).toBe(count);
  });

  test('10 MB of prose', () => {
    const text = "The quick brown fox, it's 12345 times over. ".repeat(230_000);
    expect(gpt5.count(text)).toBe(countO200k(text));
  });

  test('no character is cut in two', () => {
    const pairs = '😀'.repeat(5000);
    expect(gpt5.count(pairs)).toBe(gpt5.count('😀'.repeat(100)) * 50);
  });
});

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
