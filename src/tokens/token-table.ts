/** All tokens of an encoding in the order of merging. */
export interface PackedTokens {
  /** In bytes; 0 where a place in the order is empty. */
  readonly lengths: Uint8Array;
  /** One token behind the other. */
  readonly bytes: Uint8Array;
}

/** What {@link TokenTable.rank} says of bytes that are no token: later than any. */
export const NO_TOKEN = 2 ** 31 - 1;

/**
 * The tokens of an encoding by their bytes. A hash table over byte arrays: a `Map` would need a string for each
 * question, which makes long texts take more than twice the time.
 */
export class TokenTable {
  readonly #bytes: Uint8Array;
  /** Where each token ends. */
  readonly #ends: Int32Array;
  readonly #slots: Int32Array;

  constructor({ lengths, bytes }: PackedTokens) {
    const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * lengths.length + 1))).fill(EMPTY);
    const mask = slots.length - 1;
    const ends = new Int32Array(lengths.length);
    let start = 0;
    for (let rank = 0; rank < lengths.length; rank++) {
      const end = start + lengths[rank]!;
      ends[rank] = end;
      if (end > start) {
        // No two tokens are the same, so none has to be compared with those that are there.
        let slot = hash(bytes, start, end) & mask;
        while (slots[slot] !== EMPTY) slot = (slot + 1) & mask;
        slots[slot] = rank;
      }
      start = end;
    }
    this.#bytes = bytes;
    this.#ends = ends;
    this.#slots = slots;
  }

  /** The place in the order of the token that these bytes are, or {@link NO_TOKEN}. */
  rank(bytes: Uint8Array, from: number, to: number): number {
    const mask = this.#slots.length - 1;
    let slot = hash(bytes, from, to) & mask;
    for (;;) {
      const rank = this.#slots[slot]!;
      if (rank === EMPTY) return NO_TOKEN;
      if (this.#is(rank, bytes, from, to)) return rank;
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

/** FNV-1a. */
function hash(bytes: Uint8Array, from: number, to: number): number {
  let value = 0x811c9dc5;
  for (let index = from; index < to; index++) value = Math.imul(value ^ bytes[index]!, 0x01000193);
  return value ^ (value >>> 15);
}
