/** A token's bytes, as a text where they are one. */
type TokenBytes = string | readonly number[] | undefined;

/** Counts tokens as byte pair encoding makes them: a text is split into pieces, and the bytes of each are merged. */
export class BytePairCounter {
  /** By the bytes of a token, a character for each: its place in the order of merging. */
  readonly #ranks = new Map<string, number>();
  readonly #pieces: RegExp;
  #starts = new Int32Array(0);
  #pairs = new Float64Array(0);

  /**
   * @param tokens in the order of merging
   * @param pieces matches one piece after the other, and all of a text
   */
  constructor(tokens: readonly TokenBytes[], pieces: RegExp) {
    for (const [rank, token] of tokens.entries()) {
      if (token === undefined) continue;
      this.#ranks.set(typeof token === 'string' ? toBytes(token) : String.fromCharCode(...token), rank);
    }
    this.#pieces = pieces;
  }

  /** In time and memory in proportion to the text, whatever it is. */
  count(text: string): number {
    let count = 0;
    for (const [block] of text.matchAll(BLOCKS)) {
      for (const [piece] of block.matchAll(this.#pieces)) count += this.#countPiece(toBytes(piece));
    }
    return count;
  }

  #countPiece(bytes: string): number {
    if (this.#ranks.has(bytes)) return 1;
    if (bytes.length <= WINDOW) return this.#merge(bytes).length;
    return this.#countLongPiece(bytes);
  }

  /**
   * A piece's tokens are those, and only those, in which each two neighbours are what they themselves merge into. So
   * a piece is merged window by window: each begins behind a token of the one before that fits to what follows.
   */
  #countLongPiece(bytes: string): number {
    let count = 0;
    let at = 0;
    let size = WINDOW;
    let tokens = this.#merge(bytes.slice(0, size));
    while (at + size < bytes.length) {
      let end = at + size;
      let next: readonly string[] | undefined;
      let kept = tokens.length;
      while (next === undefined && kept > 1) {
        kept -= 1;
        end -= tokens[kept]!.length;
        if (end > at + size - MARGIN) continue;
        const following = this.#merge(bytes.slice(end, end + WINDOW));
        const pair = this.#merge(tokens[kept - 1]! + following[0]!);
        if (pair.length === 2 && pair[0] === tokens[kept - 1]) next = following;
      }
      if (next === undefined) {
        size *= 2;
        tokens = this.#merge(bytes.slice(at, at + size));
      } else {
        count += kept;
        at = end;
        size = WINDOW;
        tokens = next;
      }
    }
    return count + tokens.length;
  }

  /** The two neighbours that are the earliest token become one, until no two are any. */
  #merge(bytes: string): string[] {
    const { length } = bytes;
    if (this.#starts.length <= length) {
      this.#starts = new Int32Array(length + 1);
      this.#pairs = new Float64Array(length + 1);
    }
    const starts = this.#starts;
    const pairs = this.#pairs;
    const rank = (from: number, to: number) => this.#ranks.get(bytes.slice(from, to)) ?? Infinity;
    for (let i = 0; i <= length; i++) starts[i] = i;
    for (let i = 0; i + 1 < length; i++) pairs[i] = rank(i, i + 2);
    let parts = length;
    for (;;) {
      let first = -1;
      let least = Infinity;
      for (let i = 0; i + 1 < parts; i++) {
        if (pairs[i]! < least) {
          least = pairs[i]!;
          first = i;
        }
      }
      if (first < 0) break;
      starts.copyWithin(first + 1, first + 2, parts + 1);
      pairs.copyWithin(first, first + 1, parts - 1);
      parts -= 1;
      if (first + 1 < parts) pairs[first] = rank(starts[first]!, starts[first + 2]!);
      if (first > 0) pairs[first - 1] = rank(starts[first - 1]!, starts[first + 1]!);
    }
    return Array.from({ length: parts }, (_, i) => bytes.slice(starts[i], starts[i + 1]));
  }
}

const WINDOW = 256;
const MARGIN = 64;

const BLOCK = 1_000_000;
const BLOCKS = new RegExp(
  String.raw`[^]{1,${BLOCK}}(?:(?<=\p{L})(?=[^\p{L}\p{M}'])|(?<=\p{N})(?=\P{N})|(?<=[^\s\x85])(?= ))` +
    `|[^]{1,${BLOCK}}`,
  'gu',
);

function toBytes(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) > 0x7f) return Buffer.from(text).toString('latin1');
  }
  return text;
}
