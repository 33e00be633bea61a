import type { PackedTokens } from '../../src/tokens/token-table.js';

/** @param tokens in the order of merging; `undefined` where a place is empty, bytes where they are no text */
export function packedTokens(tokens: readonly (string | readonly number[] | undefined)[]): PackedTokens {
  const parts = tokens.map((token) => Buffer.from((token ?? []) as string));
  return { lengths: Uint8Array.from(parts, ({ length }) => length), bytes: Buffer.concat(parts) };
}
