/** A token's bytes, as a text where they are one; `undefined` where a place in the order is empty. */
export type TokenBytes = string | readonly number[] | undefined;

/** What {@link TokenTable.rank} says of bytes that are no token: later than any. */
export const NO_TOKEN = 2 ** 31 - 1;

/**
 * The tokens of an encoding by their bytes. A hash table over byte arrays: a `Map` would need a string for each
 * question, which makes long texts take more than twice the time.
 */
export class TokenTable {
  /** All tokens one behind the other, and where each ends. */
  readonly #bytes: Uint8Array;
  readonly #ends: Int32Array;
  readonly #slots: Int32Array;

  /** @param tokens in the order of merging */
  constructor(tokens: readonly TokenBytes[]) {
    const most = tokens.reduce((sum, token) => sum + BYTES_PER_UNIT * (token?.length ?? 0), 0);
    this.#bytes = new Uint8Array(most);
    this.#ends = new Int32Array(tokens.length);
    this.#slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * tokens.length + 1))).fill(EMPTY);
    const encoder = new TextEncoder();
    let end = 0;
    for (const [rank, token] of tokens.entries()) {
      const start = end;
      if (typeof token === 'string') end += encoder.encodeInto(token, this.#bytes.subarray(start)).written;
      else if (token !== undefined) {
        this.#bytes.set(token, start);
        end += token.length;
      }
      this.#ends[rank] = end;
      if (end > start) this.#slots[this.#find(this.#bytes, start, end)] = rank;
    }
  }

  /** The place in the order of the token that these bytes are, or {@link NO_TOKEN}. */
  rank(bytes: Uint8Array, from: number, to: number): number {
    const rank = this.#slots[this.#find(bytes, from, to)]!;
    return rank === EMPTY ? NO_TOKEN : rank;
  }

  /** The slot of these bytes, or the empty one where they would be. */
  #find(bytes: Uint8Array, from: number, to: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(bytes, from, to) & mask;
    for (;;) {
      const rank = this.#slots[slot]!;
      if (rank === EMPTY || this.#is(rank, bytes, from, to)) return slot;
      slot = (slot + 1) & mask;
    }
  }

  #is(rank: number, bytes: Uint8Array, from: number, to: number): boolean {
    const start = rank === 0 ? 0 : this.#ends[rank - 1]!;
    if (this.#ends[rank]! - start !== to - from) return false;
    for (let index = from; index < to; index++) {
      if (bytes[index] !== this.#bytes[start + index - from]) return false;
    }
    return true;
  }
}

const EMPTY = -1;

/** At most, in UTF-8, for a unit of a string. */
const BYTES_PER_UNIT = 3;

/** FNV-1a. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let value = 0x811c9dc5;
  for (let index = from; index < to; index++) value = Math.imul(value ^ bytes[index]!, 0x01000193);
  return value ^ (value >>> 15);
}
