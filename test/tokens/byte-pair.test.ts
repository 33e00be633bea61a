import { describe, expect, test } from 'vitest';
import { packTokens } from '../../scripts/token-ranks.mjs';
import { BytePairCounter } from '../../src/tokens/byte-pair.js';

const WHOLE = '[^ ]+| ';

describe('merging', () => {
  // `bc` comes before `ab`, and of two that are equal the left one does.
  const counter = new BytePairCounter(
    packTokens(['a', 'b', 'c', 'bc', 'ab', 'aa', 'abc', 'aaaa', ' ']),
    WHOLE,
  );

  test.each([
    ['', 0],
    ['a', 1],
    ['ba', 2],
    ['ab', 1],
    ['abcb', 2], // abc, b
    ['aab', 2], // a, ab
    ['aaa', 2],
    ['aaaaaaa', 3], // aaaa, aa, a
    ['bca', 2],
    ['ab ab', 3],
  ])('%j is %i tokens', (text, count) => {
    expect(counter.count(text)).toBe(count);
  });

  test('a piece that is a token is one, even where merging would not lead to it', () => {
    expect(
      new BytePairCounter(packTokens(['a', 'b', 'c', 'abc']), WHOLE).count('abc abc'.replace(' ', '')),
    ).toBe(6);
    expect(new BytePairCounter(packTokens(['a', 'b', 'c', 'abc']), WHOLE).count('abc')).toBe(1);
  });

  test('bytes that are no character are tokens, too', () => {
    const bytes = Array.from({ length: 256 }, (_, byte) =>
      byte < 0x80 ? String.fromCharCode(byte) : [byte],
    );
    const one = new BytePairCounter(packTokens([...bytes, [0xe4, 0xbd], '你']), WHOLE);
    expect([one.count('你'), one.count('佢'), one.count('a\ud800')]).toEqual([1, 2, 4]);
  });

  test('an empty place in the order is no token', () => {
    expect(new BytePairCounter(packTokens(['a', undefined, 'b', undefined, 'ab']), WHOLE).count('abab')).toBe(
      2,
    );
  });
});

test('a long piece is merged in windows, with the outcome of the whole', () => {
  const random = generator(3);
  for (let round = 0; round < 50; round++) {
    const tokens = someTokens(random);
    const letters = tokens.filter((token) => token.length === 1);
    const unit = () => tokens[Math.floor(random() * tokens.length)]!;
    const letter = () => letters[Math.floor(random() * letters.length)]!;
    const next = round % 2 === 0 ? letter : unit;
    let text = '';
    while (text.length < 600) text += next();
    if (round % 5 === 0) text = text.slice(0, 1 + Math.floor(random() * 9)).repeat(300);
    expect(new BytePairCounter(packTokens(tokens), WHOLE).count(text), JSON.stringify([tokens, text])).toBe(
      mergeWhole(tokens, text),
    );
  }
});

test('what comes far behind a window may decide how it is merged', () => {
  // Of `abcd…z` the last two merge first: whether `a` and `b` are one depends on how many letters follow.
  const letters = Array.from({ length: 90 }, (_, index) => String.fromCharCode(0x21 + index));
  const pairs = letters.slice(1).map((letter, index) => letters[index]! + letter);
  const tokens = [...letters, ...pairs.reverse()];
  const random = generator(5);
  for (let round = 0; round < 40; round++) {
    let text = '';
    while (text.length < 700) text += letters.slice(0, 40 + Math.floor(random() * 51)).join('');
    expect(new BytePairCounter(packTokens(tokens), WHOLE).count(text), text).toBe(mergeWhole(tokens, text));
  }
  const long = letters.join('').repeat(2000);
  expect(new BytePairCounter(packTokens(tokens), WHOLE).count(long)).toBe(45 * 2000);
});

/** As an encoding is made: each token is two earlier ones. */
function someTokens(random: () => number): readonly string[] {
  const tokens = [...'abcdef'.slice(0, 1 + Math.floor(random() * 6))];
  const pick = () => tokens[Math.floor(random() * tokens.length)]!;
  for (let count = Math.floor(random() * 60); count > 0; count--) {
    const token = pick() + pick();
    if (!tokens.includes(token) && token.length < 100) tokens.push(token);
  }
  return tokens;
}

/** The definition, word for word. */
function mergeWhole(tokens: readonly string[], text: string): number {
  const rank = new Map(tokens.map((token, index) => [token, index]));
  const parts = [...text];
  for (;;) {
    const ranks = parts.slice(1).map((part, index) => rank.get(parts[index]! + part) ?? tokens.length);
    const lowest = Math.min(...ranks);
    if (ranks.length === 0 || lowest === tokens.length) return parts.length;
    const first = ranks.indexOf(lowest);
    parts.splice(first, 2, parts[first]! + parts[first + 1]!);
  }
}

function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
