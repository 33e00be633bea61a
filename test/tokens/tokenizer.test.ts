import { get_encoding } from 'tiktoken';
import { afterAll, describe, expect, test } from 'vitest';
import { loadTokenizer } from '../../src/tokens/tokenizer.js';

const gpt5 = await loadTokenizer('gpt-5');
const gpt4 = await loadTokenizer('gpt-4');

/** Written by others, in another language: their count is what ours has to be. */
const o200k = get_encoding('o200k_base');
const cl100k = get_encoding('cl100k_base');
afterAll(() => {
  o200k.free();
  cl100k.free();
});

function ours(text: string): readonly number[] {
  return [gpt5.count(text), gpt4.count(text)];
}

function theirs(text: string): readonly number[] {
  return [o200k, cl100k].map((encoding) => encoding.encode(text, [], []).length);
}

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

describe('as tiktoken counts', () => {
  const SHORT: Record<string, string> = {
    English: "The quick brown fox, it's 12345 times over; DON'T WE'LL I'M SHE'D 'twas. ",
    Chinese: '从前有座山，山里有座庙。一个提示词用了“多少”令牌？GPT-4o 说：12 个！\n',
    Japanese: 'お誕生日おめでとう。東京タワーで、コーヒーを二杯ください！ｶﾞｷﾞｸﾞ 々ー〜\n',
    Korean: '장미 세 송이를 주세요. 얼마예요? ',
    Arabic: 'كم رمزًا في هذه الجملة؟ ١٢٣ ',
    Thai: 'กุหลาบสามดอกราคาเท่าไหร่ ',
    emoji: '😀 👩‍👩‍👧‍👦👨🏽‍🚀 🇩🇪🇯🇵🏳️‍🌈 👍🏻👍🏿 ❤️ 1️⃣ 🫠',
    marks: 'e\u0301 n\u0303 Z\u0351\u0343\u036a\u0302\u036b नमस्ते Việt Nam Ǆ ʰ ß ſ ﬁ ',
    code: "if (a >= 10) {\n\treturn a['b'] ?? `c`;\r\n} // x += 0xFF_FF\n",
    JSON: '{"id":1,"name":"Ann","tags":["a","b"],\n  "price": -1.5e-10, "t": "\\u4f60\\n"}',
    'white space': 'a  b\t\tc   \n\n  \n    d\r\n\r\n \u00a0\u3000\u2028 e \u0085 f\u1680\v\f ',
    'byte order marks': '\ufeffusing System;\ufeff\ufeff x \ufeff',
    'special tokens': '<|endoftext|><|im_start|>user<|im_end|> <|fim_prefix|> <|start|><|endofprompt|>',
    'control characters': '\0\x01\x1b[31mred\x1b[0m\x7f\x80\x9f\u202e\u200b',
    'halves of surrogate pairs': '\ud83d \ude00\ud83d a\ud800',
    contractions: "it's IT'S it'ſ we'll We'LL you're y'all'd've 's 'x",
  };

  test.each(Object.keys(SHORT))('%s', (name) => {
    const text = SHORT[name]!;
    expect(ours(text)).toEqual(theirs(text));
    const long = text.repeat(300);
    expect(ours(long)).toEqual(theirs(long));
  });

  test.each([
    ['one letter', 'a', 8000],
    ['one Chinese letter', '你', 4000],
    ['one emoji', '😀', 3000],
    ['spaces', ' ', 8000],
    ['line ends', '\n', 8000],
    ['lines', '=', 8000],
    ['digits', '1', 8000],
    ['marks', '\u0301', 5000],
    ['two letters', 'ab', 7000],
    ['a word', 'Rose', 4000],
  ])('a run of %s', (_, unit, times) => {
    const text = unit.repeat(times);
    expect(ours(text)).toEqual(theirs(text));
  });

  const random = generator(42);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;
  const someText = (units: readonly string[], length: number) =>
    Array.from({ length }, () => pick(units)).join('');
  const anyCharacter = () =>
    String.fromCodePoint(Math.floor(random() * (random() < 0.5 ? 0x3000 : 0x110000)));

  const UNITS: Record<string, readonly string[]> = {
    ...Object.fromEntries(Object.entries(SHORT).map(([name, text]) => [name, text.match(/.{1,3}/gsu)!])),
    'small letters': [...'abcdefghijklmnopqrstuvwxyz'],
    'letters of both cases': [..."abcXYZ'sS"],
    'two letters': ['a', 'b'],
    ASCII: Array.from({ length: 128 }, (_, code) => String.fromCharCode(code)),
    symbols: [...'!"#$%&()*+,-./:;<=>?@[]^_`{|}~\n\r/ '],
    spaces: [' ', '  ', '\n', '\t', '\r', '\u3000', '\u0085', 'x'],
    'Chinese letters': [
      ...'的一是不了在人有我他这个们中来上大为和国地到以说时要就出会可也你对生能而子那得于着下自之年',
    ],
    'parts of emoji': ['😀', '👩', '\u200d', '🏽', '\ufe0f', '🇩', '🇪', '1', '\u20e3'],
    'all of these': Object.values(SHORT).flatMap((text) => [...text]),
  };

  test.each(Object.keys(UNITS))('random text: %s', (name) => {
    for (let round = 0; round < 10; round++) {
      const text = someText(UNITS[name]!, Math.ceil(2 ** (2 + 9 * random())));
      expect(ours(text), JSON.stringify(text)).toEqual(theirs(text));
    }
  });

  test('random characters', () => {
    for (let round = 0; round < 40; round++) {
      const text = Array.from({ length: 400 }, anyCharacter).join('');
      expect(ours(text), JSON.stringify(text)).toEqual(theirs(text));
    }
  });
});

describe('a very long text', () => {
  test.each([
    ['one letter', 'a'.repeat(400_000), 50_000],
    ['spaces', ' '.repeat(400_000), 3125],
    ['line ends', '\n'.repeat(400_000), 25_000],
    ['dots', '.'.repeat(400_000), 6250],
    ['digits', '7'.repeat(400_000), 133_334],
    ['halves of surrogate pairs', '\ud800'.repeat(40_000), 5000],
  ])('of nothing but %s', (_, text, count) => {
    expect(gpt5.count(text)).toBe(count);
  });

  test('3 MB of prose', () => {
    const prose = "The quick brown fox, it's 12345 times over. ";
    const [one, two] = theirs(prose.repeat(230));
    expect(ours(prose.repeat(69_000))).toEqual([300 * one! - 299, 300 * two! - 299]);
  });

  // Such a run is cut at 196,608 characters. At the worst that was seen to make a difference of three tokens.
  test.each([
    ['letters', [...'abcdefghijklmnopqrstuvwxyz']],
    ['Chinese letters', [...'的一是不了在人有我他这个们中来上大为和国地到以说时要就']],
    ['symbols', [...'!#$%&()*+,-./:;<=>?@']],
  ])('of random %s without a place to cut it is off by a few tokens at most', (_, units) => {
    const random = generator(7);
    const text = Array.from({ length: 200_000 }, () => units[Math.floor(random() * units.length)]!).join('');
    // Exact: either part is counted whole, and where they meet a new piece begins.
    const apart = `${text.slice(0, 100_000)} ${text.slice(100_000)}`;
    for (const tokenizer of [gpt5, gpt4]) {
      expect(Math.abs(tokenizer.count(text) - tokenizer.count(apart))).toBeLessThanOrEqual(6);
    }
  });
});

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
