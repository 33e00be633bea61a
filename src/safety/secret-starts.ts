import { escaped, KEY_BEGINNINGS, NOT_IN_A_WORD, PEM_START, WORD_STARTS } from './secret-shapes.js';

/** Where in a text that is still coming a secret could have begun. */
export interface SecretStart {
  /** The first character of what would be masked. */
  readonly at: number;
  /** Matches where it has ended. */
  readonly until: RegExp;
}

const IN_PEM = new RegExp(PEM_START, 'g');
const PEM_END = /-----E|[^\w\s+/=:,\\-]/g;
/** All others are in one word, of ASCII and the dots of half a key. */
const WORD_END = /[^!-~…]/g;

/** Finds where secrets of the known shapes begin, or could begin when more has come. */
export class SecretStarts {
  readonly #inWord: RegExp;
  readonly #anywhere: RegExp;
  readonly #pairs: Uint8Array;

  /** @param known secrets besides, wherever they stand; without blanks */
  constructor(known: readonly string[] = []) {
    const starts = [
      `${NOT_IN_A_WORD}(?:${begun(KEY_BEGINNINGS)})`,
      ...WORD_STARTS,
      ...(known.length === 0 ? [] : [begun(known.map((secret) => secret.slice(0, KNOWN_BY)))]),
    ];
    this.#inWord = new RegExp(starts.join('|'), 'g');
    this.#anywhere = new RegExp(`${starts.join('|')}|${PEM_START}`, 'g');
    this.#pairs = pairsOf([...KEY_BEGINNINGS, ...known]);
  }

  /** Whether one begins in the text, from there on. */
  isIn(text: string, from: number): boolean {
    return this.#mayBeIn(text, from) && next(this.#anywhere, text, from) >= 0;
  }

  /** Is wrong now and then, but only by saying yes. Asked of every token: it spares most of them a regular expression. */
  #mayBeIn(text: string, from: number): boolean {
    let before = from === 0 ? 0 : text.charCodeAt(from - 1);
    for (let at = from; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code < ASCII) {
        if (before === SLASH || before === EQUALS || before === DASH) return true;
        if (isBlank(before) && isBehindR(text, at)) return true;
        const pairs = this.#pairs[code * ASCII]!;
        if (
          pairs === 1 &&
          (at + 1 === text.length || this.#pairs[code * ASCII + text.charCodeAt(at + 1)] === 1)
        ) {
          return true;
        }
      }
      before = code;
    }
    return false;
  }

  /**
   * The first one that isn't over at the end of the text; `null` for none.
   * @param cut where the text is to be cut, if nothing that is masked goes across
   */
  unfinished(text: string, from: number, cut: SecretStart | null = null): SecretStart | null {
    const open = firstOpen(text, from, this.#inWord, WORD_END);
    const word = open !== null && cut !== null && cut.at < open.at ? cut : (open ?? cut);
    for (let at = next(IN_PEM, text, from); at >= 0; ) {
      const end = next(PEM_END, text, at);
      if (word !== null && word.at <= at) return word;
      if (end < 0) return { at, until: PEM_END };
      // The word begins in what is masked as it is.
      if (word !== null && word.at < end) return { at, until: word.until };
      at = next(IN_PEM, text, end);
    }
    return word;
  }
}

function firstOpen(text: string, from: number, start: RegExp, until: RegExp): SecretStart | null {
  for (let at = next(start, text, from); at >= 0; ) {
    const end = next(until, text, at);
    if (end < 0) return { at, until };
    at = next(start, text, Math.max(end, at + 1));
  }
  return null;
}

/** Where a global pattern matches, from there on; -1 for nowhere. */
function next(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.index ?? -1;
}

const ASCII = 128;
const SLASH = 0x2f;
const EQUALS = 0x3d;
const DASH = 0x2d;

/** Which two characters begin one of these words, at `128 * first + second`; at `128 * first` whether any does. */
function pairsOf(words: readonly string[]): Uint8Array {
  const pairs = new Uint8Array(ASCII * ASCII);
  for (const word of words) {
    const first = word.charCodeAt(0) * ASCII;
    pairs[first] = 1;
    pairs[first + word.charCodeAt(1)] = 1;
  }
  return pairs;
}

/** Of characters beyond ASCII any could be one. */
function isBlank(code: number): boolean {
  return code <= 0x20 || code >= ASCII;
}

/** Whether an `r`, as at the end of `bearer`, stands before the blanks that end there. */
function isBehindR(text: string, end: number): boolean {
  let at = end - 1;
  while (at > end - 5 && isBlank(text.charCodeAt(at))) at -= 1;
  return (text.charCodeAt(at) | 0x20) === 0x72;
}

/** How many characters of a known secret are looked for before all of it is. */
const KNOWN_BY = 8;

/** A pattern for one of these words, or for the first part of one at the end of the text. */
function begun(words: readonly string[]): string {
  const rests = new Map<string, string[]>();
  for (const [first = '', ...rest] of words) rests.set(first, [...(rests.get(first) ?? []), rest.join('')]);
  return [...rests]
    .map(([first, all]) => escaped(first) + (all.includes('') ? '' : `(?:$|${begun(all)})`))
    .join('|');
}
