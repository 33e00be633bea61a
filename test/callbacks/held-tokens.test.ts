import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HeldTokens, MOST_HELD } from '../../src/callbacks/held-tokens.js';
import type { LLMNewTokenEvent } from '../../src/events.js';
import { createRedactor, lineRules, type PieceRules } from '../../src/safety/redactor.js';
import { cut, cutTexts, KNOWN, PLACED, SHAPED } from '../safety/secrets.js';
import { EVENT_SAMPLES } from './event-samples.js';

const redact = createRedactor({ secrets: KNOWN });
const rules = redact.pieces!;

/** What is passed on for each token, and at last: tokens by their place, `0:text`. */
function pass(
  tokens: readonly string[],
  by: PieceRules = createRedactor().pieces!,
): readonly (readonly string[])[] {
  const steps: string[][] = [[]];
  const held = new HeldTokens(by, ({ index, token }) => void steps.at(-1)!.push(`${index}:${token}`));
  for (const event of eventsOf(tokens)) {
    held.take(event);
    steps.push([]);
  }
  held.end();
  return steps;
}

/** The texts that are passed on, in order. */
function texts(tokens: readonly string[], by: PieceRules = rules): readonly string[] {
  const passed: LLMNewTokenEvent[] = [];
  const held = new HeldTokens(by, (event) => void passed.push(event));
  for (const event of eventsOf(tokens)) held.take(event);
  held.end();
  expect(passed.map(({ index, time }) => [index, time])).toEqual(
    tokens.map((_, index) => [index, 1000 + index]),
  );
  return passed.map(({ token }) => token);
}

function eventsOf(tokens: readonly string[]): readonly LLMNewTokenEvent[] {
  return tokens.map((token, index) => ({ ...EVENT_SAMPLES.llmNewToken, token, index, time: 1000 + index }));
}

describe('what is held back, and until when', () => {
  test.each<[what: string, tokens: readonly string[], steps: readonly (readonly string[])[]]>([
    ['words are not', ['A cat', ' sat', ' there', '.'], [['0:A cat'], ['1: sat'], ['2: there'], ['3:.'], []]],
    ['Chinese is not', ['今天', '天气', '很好。'], [['0:今天'], ['1:天气'], ['2:很好。'], []]],
    ['what could be a key', ['s', 'kill', '!'], [[], ['0:s', '1:kill'], ['2:!'], []]],
    [
      'a key, until its word ends',
      ['sk-abc', 'def', 'ghi', ' b'],
      [[], [], [], ['0:***', '1:', '2:', '3: b'], []],
    ],
    ['a key, until Chinese follows', ['密钥sk-abc', 'def', '是'], [[], [], ['0:密钥***', '1:', '2:是'], []]],
    ['a key, until the end', ['sk-abc', 'defg'], [[], [], ['0:***', '1:']]],
    ['what turned out to be none', ['sk', '-', 'a', ' b'], [[], [], [], ['0:sk', '1:-', '2:a', '3: b'], []]],
    [
      'what follows bearer',
      ['Bearer', ' ', 'x1y2', 'z3w4', '\n'],
      [['0:Bearer'], ['1: '], [], [], ['2:***', '3:', '4:\n'], []],
    ],
    ['a word inside a word is not', ['ta', 'sk-', 'based'], [['0:ta'], ['1:sk-'], ['2:based'], []]],
    ['two keys in one word', ['sk-abcdef,s', 'k-ghijkl', ' '], [[], [], ['0:***,***', '1:', '2: '], []]],
    [
      'a token with the end of one and the beginning of another',
      ['sk-abc', 'def sk-', 'uvwxyz', ' '],
      [[], ['0:***'], [], ['1: ***', '2:', '3: '], []],
    ],
    [
      'empty tokens keep their place',
      ['', 'sk-abc', '', 'def', '', ' '],
      [['0:'], [], [], [], [], ['1:***', '2:', '3:', '4:', '5: '], []],
    ],
  ])('%s', (_, tokens, steps) => {
    expect(pass(tokens)).toEqual(steps);
  });

  test('a known key, whatever it looks like and wherever it stands', () => {
    expect(pass(['in', 'correct', '-horse', ' battery'], rules)).toEqual([
      ['0:in'],
      [],
      [],
      ['1:***', '2:', '3: battery'],
      [],
    ]);
  });
});

describe('cut at any place', () => {
  const secrets = { ...SHAPED, ...Object.fromEntries(KNOWN.map((key) => [key, key])) };
  test.each(Object.entries(secrets))('%s', (_, secret) => {
    for (const [before, behind] of [
      ['', ''],
      ['is ', ' yes'],
      ['="', '",'],
      ['花', '花'],
    ] as const) {
      const text = before + secret + behind;
      for (let at = 0; at <= text.length; at += 1) {
        expect(texts(cut(text, [at])).join('')).toBe(`${before}***${behind}`);
        expect(texts(cut(text, [at, at + 3])).join('')).toBe(`${before}***${behind}`);
      }
      expect(texts(text.split('')).join('')).toBe(`${before}***${behind}`);
    }
  });

  test.each(Object.entries(PLACED))('%s', (_, [before, secret, behind]) => {
    const text = before + secret + behind;
    for (let at = 0; at <= text.length; at += 1) {
      expect(texts(cut(text, [at])).join('')).toBe(`${before}***${behind}`);
    }
    expect(texts(text.split('')).join('')).toBe(`${before}***${behind}`);
  });
});

/** Fixed, so that a failure can be repeated. */
const RUNS = { numRuns: 1000, seed: 4 };

test('tokens together are the masked text, however it is cut', () => {
  fc.assert(
    fc.property(cutTexts(), ({ text, tokens }) => {
      expect(texts(tokens).join('')).toBe(redact(text));
    }),
    RUNS,
  );
});

describe('with patterns of a person, line by line', () => {
  const patterns = [/\b[A-Z][a-z]+ [A-Z][a-z]+\b/u, /\d{3} +\d{3}/u];
  const own = createRedactor({ secrets: KNOWN, patterns });

  test.each<[what: string, tokens: readonly string[], steps: readonly (readonly string[])[]]>([
    [
      'a line is held back until it ends',
      ['Ann', ' Lee', ' and I\n', 'went\n\n', 'home'],
      [[], [], ['0:***', '1:', '2: and I\n'], ['3:went\n\n'], [], ['4:home']],
    ],
    [
      'a token with the end of one line and the beginning of another',
      ['by Ann', ' Lee\nand Bo', ' Fox', '\n'],
      [[], ['0:by ***'], [], ['1:\nand ***', '2:', '3:\n'], []],
    ],
    [
      'what is masked is only in its own tokens',
      ['a ', 'Bo', ' Fox', ' b', '\n'],
      [[], [], [], [], ['0:a ', '1:***', '2:', '3: b', '4:\n'], []],
    ],
    [
      'a private key goes over lines',
      ['-----BEGIN PRIVATE KEY-----\n', 'abc\n', '-----END PRIVATE KEY-----\n'],
      [[], [], ['0:-----BEGIN PRIVATE KEY-----***', '1:', '2:-----END PRIVATE KEY-----\n'], []],
    ],
  ])('%s', (_, tokens, steps) => {
    expect(pass(tokens, own.pieces!)).toEqual(steps);
  });

  test('tokens together are the masked text, however it is cut', () => {
    fc.assert(
      fc.property(cutTexts(), ({ text, tokens }) => {
        expect(texts(tokens, own.pieces!).join('')).toBe(own(text));
      }),
      RUNS,
    );
  });

  test('with a function that nothing is known of, too', () => {
    const shout = (text: string) => text.replaceAll('secret', 'SECRET!').replaceAll(' ', '');
    fc.assert(
      fc.property(fc.array(fc.constantFrom('sec', 'ret', ' ', '\n', 'x', '')), (tokens) => {
        expect(texts(tokens, lineRules(shout)).join('')).toBe(shout(tokens.join('')));
      }),
      RUNS,
    );
  });
});

describe('what goes on for too long', () => {
  const long = 'aB3'.repeat(MOST_HELD);

  test.each([
    ['a key', ['is sk-', ...cutEvery(long, 7), '!) then', ' more'], 'is *** then more'],
    ['a key at the end', ['is sk-', ...cutEvery(long, 7)], 'is ***'],
    ['a key in one token', [`is sk-${long} then`, ' more'], 'is *** then more'],
    ['another behind it', [`is sk-${long}`, long, ' sk-abcdefgh', ' more'], 'is *** *** more'],
    [
      'a private key',
      ['-----BEGIN PRIVATE KEY-----\n', ...cutEvery(long, 64), '\n-----', 'END PRIVATE KEY-----\nthen'],
      '-----BEGIN PRIVATE KEY-----***END PRIVATE KEY-----\nthen',
    ],
  ])('%s is masked, and not waited for', (_, tokens, masked) => {
    expect(texts(tokens).join('')).toBe(masked);
    const passed = pass(tokens, rules).slice(0, -1).flat().length;
    expect(tokens.length - passed).toBeLessThan(MOST_HELD / 7 + 2);
  });

  test('a line is passed on in parts', () => {
    const own = createRedactor({ patterns: [/Ann/u] }).pieces!;
    const tokens = cutEvery('Ann and I. '.repeat(MOST_HELD / 5), 11);
    expect(texts(tokens, own).join('')).toBe('*** and I. '.repeat(MOST_HELD / 5));
    expect(pass(tokens, own).slice(0, -1).flat().length).toBeGreaterThan(tokens.length / 2);
  });
});

test('what a function cannot mask is not passed on, and it says so', () => {
  const failing = lineRules(() => {
    throw new Error('no mask');
  });
  const passed: string[] = [];
  const held = new HeldTokens(failing, ({ token }) => void passed.push(token));
  for (const event of eventsOf(['secret', ' one'])) held.take(event);
  expect(() => held.end()).toThrow('no mask');
  expect(passed).toEqual(['', '']);
});

function cutEvery(text: string, length: number): readonly string[] {
  return text.match(new RegExp(`[\\s\\S]{1,${length}}`, 'g')) ?? [];
}
