import { NO_TOKEN, type PackedTokens, TokenTable } from './token-table.js';

/** Counts tokens as byte pair encoding makes them: a text is split into pieces, and the bytes of each are merged. */
export class BytePairCounter {
  readonly #tokens: TokenTable;
  readonly #pieces: string;
  readonly #asciiPieces: string;
  #pattern: RegExp | undefined;
  #asciiPattern: RegExp | undefined;

  /**
   * @param pieces a regular expression that matches piece after piece, and leaves out nothing
   * @param asciiPieces the same for ASCII, which is ready in a tenth of the time
   */
  constructor(tokens: PackedTokens, pieces: string, asciiPieces = pieces) {
    this.#tokens = new TokenTable(tokens);
    this.#pieces = pieces;
    this.#asciiPieces = asciiPieces;
  }

  /** In time and memory in proportion to the text, whatever it is. */
  count(text: string): number {
    let count = 0;
    for (const block of blocksOf(text)) {
      // Half a surrogate pair becomes U+FFFD.
      const bytes = Buffer.from(block);
      let from = 0;
      let start = 0;
      const pattern = this.#patternFor(block);
      pattern.lastIndex = 0;
      while (pattern.test(block)) {
        const end = pattern.lastIndex;
        const to = from + byteLength(block, start, end);
        count += this.#countPiece(bytes, from, to);
        from = to;
        start = end;
      }
    }
    return count;
  }

  #patternFor(text: string): RegExp {
    if (/^[\0-\x7f]*$/.test(text)) return (this.#asciiPattern ??= new RegExp(this.#asciiPieces, 'gu'));
    return (this.#pattern ??= new RegExp(this.#pieces, 'gu'));
  }

  #countPiece(bytes: Uint8Array, from: number, to: number): number {
    if (this.#tokens.rank(bytes, from, to) !== NO_TOKEN) return 1;
    return to - from <= WINDOW ? this.#merge(bytes, from, to).length : this.#countLongPiece(bytes, from, to);
  }

  /**
   * Merging takes time in the square of the length. But a piece can have only one row of tokens in which any two
   * neighbours, merged by themselves, stay the two that they are. So a long piece is merged window by window, each
   * from behind a token of the one before that stays what it is beside the first token of the next.
   */
  #countLongPiece(bytes: Uint8Array, from: number, to: number): number {
    let count = 0;
    let size = WINDOW;
    let ends = this.#merge(bytes, from, from + size);
    for (let at = from; at + size < to; ) {
      let kept = ends.length;
      let next: Int32Array | undefined;
      while (next === undefined && kept > 1) {
        kept -= 1;
        const end = ends[kept - 1]!;
        if (end > at + size - MARGIN) continue;
        const following = this.#merge(bytes, end, Math.min(end + WINDOW, to));
        const pair = this.#merge(bytes, ends[kept - 2] ?? at, following[0]!);
        if (pair.length === 2 && pair[0] === end) next = following;
      }
      if (next === undefined) {
        size *= 2;
        ends = this.#merge(bytes, at, Math.min(at + size, to));
      } else {
        count += kept;
        at = ends[kept - 1]!;
        size = WINDOW;
        ends = next;
      }
    }
    return count + ends.length;
  }

  /**
   * Of all neighbours that together are a token, the two become one whose token comes first, the left ones of equals
   * before the right; until there are none.
   * @returns where each token ends
   */
  #merge(bytes: Uint8Array, from: number, to: number): Int32Array {
    let parts = to - from;
    const starts = new Int32Array(parts + 1);
    for (let index = 0; index <= parts; index++) starts[index] = from + index;
    const rankAt = (index: number) => this.#tokens.rank(bytes, starts[index]!, starts[index + 2]!);
    /** Of each part and the next as one; the last part has no next. */
    const ranks = new Int32Array(parts).fill(NO_TOKEN);
    for (let index = 0; index + 1 < parts; index++) ranks[index] = rankAt(index);
    for (;;) {
      let first = 0;
      let lowest = NO_TOKEN;
      let hasEqual = false;
      for (let index = 0; index + 1 < parts; index++) {
        const rank = ranks[index]!;
        if (rank === lowest) hasEqual = true;
        else if (rank < lowest) {
          lowest = rank;
          first = index;
          hasEqual = false;
        }
      }
      if (lowest === NO_TOKEN) return starts.subarray(1, parts + 1);
      for (let index = first; index + 1 < parts; index++) {
        if (ranks[index] !== lowest) continue;
        starts.copyWithin(index + 1, index + 2, parts + 1);
        ranks.copyWithin(index, index + 1, parts);
        parts -= 1;
        if (index + 1 < parts) ranks[index] = rankAt(index);
        if (index > 0) ranks[index - 1] = rankAt(index - 1);
        // The new part may be one to go on with before its equals.
        if (!hasEqual || Math.min(ranks[index]!, ranks[index - 1] ?? NO_TOKEN) <= lowest) break;
      }
    }
  }
}

/** In bytes: what is merged at once, and how much of its end may be otherwise because of what follows. */
const WINDOW = 256;
const MARGIN = 32;

/**
 * The regular expressions of JavaScript fail on a run of some million letters. So a longer text is cut at the last
 * place where every encoding begins a new piece whatever stands around it: after a letter, unless a letter, a mark or
 * an apostrophe follows; after a digit, unless a digit follows; between anything and a space. Where a whole block has
 * no such place it is cut anyway: of 80,000 such cuts through random runs none changed the count by more than three.
 *
 * Its length is a multiple of those of all tokens of one character, so that runs of one are cut where a token ends.
 */
const BLOCK = 3 * 2 ** 16;
const BLOCKS =
  String.raw`[^]{1,${BLOCK}}(?:$|(?<=\p{L})(?=[^\p{L}\p{M}'])|(?<=\p{N})(?=\P{N})|(?<=[^\s\x85])(?= ))` +
  `|[^]{1,${BLOCK}}`;

function blocksOf(text: string): readonly string[] {
  return text.length <= BLOCK ? [text] : (text.match(new RegExp(BLOCKS, 'gu')) ?? []);
}

/** Of a part of a text, in UTF-8. */
function byteLength(text: string, from: number, to: number): number {
  let length = to - from;
  for (let index = from; index < to; index++) {
    const unit = text.charCodeAt(index);
    if (unit < 0x80) continue;
    length += unit < 0x800 ? 1 : 2;
    // The second half of a pair is in its four bytes.
    if (isHigh(unit) && isLow(text.charCodeAt(index + 1))) index++;
  }
  return length;
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit < 0xdc00;
}

function isLow(unit: number): boolean {
  return unit >= 0xdc00 && unit < 0xe000;
}
