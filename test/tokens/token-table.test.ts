import o200k from 'gpt-tokenizer/bpeRanks/o200k_base';
import { expect, test } from 'vitest';
import { packTokens } from '../../scripts/token-ranks.mjs';
import { NO_TOKEN, TokenTable } from '../../src/tokens/token-table.js';

test('finds each token of an encoding, and nothing else, however often it is asked', () => {
  const tokens: readonly (string | readonly number[] | undefined)[] = o200k;
  const table = new TokenTable(packTokens(tokens));
  const wrong = [...tokens.entries()].filter(([rank, token]) => {
    if (token === undefined) return false;
    const bytes = Buffer.from(token as string);
    return table.rank(bytes, 0, bytes.length) !== rank;
  });
  expect(wrong).toEqual([]);
  const rank = (text: string) => table.rank(Buffer.from(text), 0, Buffer.byteLength(text));
  expect([rank(''), rank('rosebuds and lilies'), rank('\0\0\0\0\0')]).toEqual([NO_TOKEN, NO_TOKEN, NO_TOKEN]);
});

test('looks at a part of the bytes', () => {
  const table = new TokenTable(packTokens(['a', undefined, 'bc', [0xff, 0xfe]]));
  const bytes = Uint8Array.of(0x61, 0x62, 0x63, 0xff, 0xfe);
  expect([
    table.rank(bytes, 0, 1),
    table.rank(bytes, 1, 3),
    table.rank(bytes, 3, 5),
    table.rank(bytes, 1, 2),
    table.rank(bytes, 2, 2),
  ]).toEqual([0, 2, 3, NO_TOKEN, NO_TOKEN]);
  expect(new TokenTable(packTokens([])).rank(bytes, 0, 1)).toBe(NO_TOKEN);
});
