/**
 * All tokens of an encoding as they are looked for, so that nothing has to be built of them: most processes count a few
 * short texts. Numbers are little endian:
 *
 * - the length of the longest token (4 bytes), and how many tokens have each length from 1 up (4 bytes each)
 * - the tokens, the shortest first, those of one length in the order of their bytes
 * - the place of each in the order of merging (3 bytes each)
 */
export type PackedTokens = Buffer;

/** What {@link TokenTable.rank} says of bytes that are no token: later than any. */
export const NO_TOKEN = 2 ** 31 - 1;

/** So many questions take as long as to make what answers them faster. */
const MANY = 50_000;

/**
 * The tokens of an encoding by their bytes: looked for by halving at first, in a hash table once there are many
 * questions. A `Map` would need a string for each question, which makes long texts take more than twice the time.
 */
export class TokenTable {
  readonly #packed: PackedTokens;
  /** By length: where its tokens begin, and those of the next; and where their places in the order begin. */
  readonly #starts: number[] = [0];
  readonly #ranks: number[] = [0];
  #asked = 0;
  #slots: Int32Array | undefined;

  constructor(packed: PackedTokens) {
    this.#packed = packed;
    const longest = packed.readUInt32LE();
    let start = 4 * (longest + 1);
    for (let length = 1; length <= longest; length++) {
      this.#starts.push(start);
      start += length * packed.readUInt32LE(4 * length);
    }
    this.#starts.push(start);
    for (let length = 1; length <= longest; length++) {
      this.#ranks.push(start);
      start += 3 * packed.readUInt32LE(4 * length);
    }
  }

  /** The place in the order of the token that these bytes are, or {@link NO_TOKEN}. */
  rank(bytes: Uint8Array, from: number, to: number): number {
    const length = to - from;
    if (length === 0 || length >= this.#ranks.length) return NO_TOKEN;
    if (this.#asked++ === MANY) this.#slots = this.#hashed();
    const at =
      this.#slots === undefined
        ? this.#search(bytes, from, length)
        : this.#probe(this.#slots, bytes, from, length);
    if (at === NOWHERE) return NO_TOKEN;
    const rank = this.#ranks[length]! + (3 * (at - this.#starts[length]!)) / length;
    return this.#packed[rank]! | (this.#packed[rank + 1]! << 8) | (this.#packed[rank + 2]! << 16);
  }

  #search(bytes: Uint8Array, from: number, length: number): number {
    const packed = this.#packed;
    const start = this.#starts[length]!;
    let low = 0;
    let high = (this.#starts[length + 1]! - start) / length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const at = start + middle * length;
      let index = 0;
      while (index < length && packed[at + index] === bytes[from + index]) index++;
      if (index === length) return at;
      if (packed[at + index]! < bytes[from + index]!) low = middle + 1;
      else high = middle;
    }
    return NOWHERE;
  }

  #probe(slots: Int32Array, bytes: Uint8Array, from: number, length: number): number {
    const packed = this.#packed;
    const start = this.#starts[length]!;
    const end = this.#starts[length + 1]!;
    const mask = slots.length - 1;
    for (let slot = hash(bytes, from, length) & mask; ; slot = (slot + 1) & mask) {
      const at = slots[slot]!;
      if (at === NOWHERE) return NOWHERE;
      if (at < start || at >= end) continue;
      let index = 0;
      while (index < length && packed[at + index] === bytes[from + index]) index++;
      if (index === length) return at;
    }
  }

  /** Where each token is, in the first free slot from its hash on. */
  #hashed(): Int32Array {
    const longest = this.#ranks.length - 1;
    const count = (this.#packed.length - this.#starts[longest + 1]!) / 3;
    const slots = new Int32Array(2 ** Math.ceil(Math.log2(2 * count + 1)));
    const mask = slots.length - 1;
    for (let length = 1; length <= longest; length++) {
      for (let at = this.#starts[length]!; at < this.#starts[length + 1]!; at += length) {
        // No two tokens are the same, so none has to be compared with those that are there.
        let slot = hash(this.#packed, at, length) & mask;
        while (slots[slot] !== NOWHERE) slot = (slot + 1) & mask;
        slots[slot] = at;
      }
    }
    return slots;
  }
}

/** No token begins where the lengths are. */
const NOWHERE = 0;

/** FNV-1a. */
function hash(bytes: Uint8Array, from: number, length: number): number {
  let value = 0x811c9dc5;
  for (let index = 0; index < length; index++) value = Math.imul(value ^ bytes[from + index]!, 0x01000193);
  return value ^ (value >>> 15);
}
