import { BytePairCounter } from './byte-pair.js';

/** The encodings that OpenAI published. */
export type Encoding = 'o200k_base' | 'cl100k_base';

/** Loaded once; the first time takes some hundredths of a second of CPU, and no network. */
export function loadEncoding(encoding: Encoding): Promise<BytePairCounter> {
  loaded[encoding] ??= LOADERS[encoding]();
  return loaded[encoding];
}

const loaded: Partial<Record<Encoding, Promise<BytePairCounter>>> = {};

const LOADERS = {
  async o200k_base() {
    const { default: packed } = await import('./generated/ranks/o200k_base.js');
    return new BytePairCounter(Buffer.from(packed, 'base64'), o200kPieces(UNICODE), o200kPieces(ASCII));
  },
  async cl100k_base() {
    const { default: packed } = await import('./generated/ranks/cl100k_base.js');
    return new BytePairCounter(Buffer.from(packed, 'base64'), cl100kPieces(UNICODE), cl100kPieces(ASCII));
  },
};

/** What patterns are made of: parts of character classes. */
interface Characters {
  readonly letter: string;
  readonly upper: string;
  readonly lower: string;
  readonly digit: string;
  readonly space: string;
}

const UNICODE: Characters = {
  letter: String.raw`\p{L}`,
  upper: String.raw`\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`,
  lower: String.raw`\p{Ll}\p{Lm}\p{Lo}\p{M}`,
  digit: String.raw`\p{N}`,
  // As Unicode has it: `\s` has U+FEFF besides, and lacks U+0085.
  space: String.raw`\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`,
};
/** Those of them that are ASCII. */
const ASCII: Characters = {
  letter: 'A-Za-z',
  upper: 'A-Z',
  lower: 'a-z',
  digit: '0-9',
  space: String.raw`\t-\r\x20`,
};

/** In either case; `ſ` is one of `s`. */
const CONTRACTION = `'(?:[sSſdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])`;

/** As published, in JavaScript's own form. */
function cl100kPieces({ letter, digit, space }: Characters): string {
  return String.raw`${CONTRACTION}|[^\r\n${letter}${digit}]?[${letter}]+|[${digit}]{1,3}| ?[^${space}${letter}${digit}]+[\r\n]*|${spaces(space)}`;
}

function o200kPieces({ letter, upper, lower, digit, space }: Characters): string {
  return (
    String.raw`[^\r\n${letter}${digit}]?[${upper}]*[${lower}]+(?:${CONTRACTION})?` +
    String.raw`|[^\r\n${letter}${digit}]?[${upper}]+[${lower}]*(?:${CONTRACTION})?` +
    String.raw`|[${digit}]{1,3}| ?[^${space}${letter}${digit}]+[\r\n/]*|${spaces(space)}`
  );
}

function spaces(space: string): string {
  return `[${space}]*[\\r\\n]+|[${space}]+(?![^${space}])|[${space}]+`;
}
