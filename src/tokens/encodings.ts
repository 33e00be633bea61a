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
    return new BytePairCounter(Buffer.from(packed, 'base64'), new RegExp(O200K_PIECES, 'gu'));
  },
  async cl100k_base() {
    const { default: packed } = await import('./generated/ranks/cl100k_base.js');
    return new BytePairCounter(Buffer.from(packed, 'base64'), new RegExp(CL100K_PIECES, 'gu'));
  },
};

/** White space as Unicode has it: `\s` has U+FEFF besides, and lacks U+0085. */
const SPACE = String.raw`\t-\r\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000`;
const UPPER = String.raw`\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}`;
const LOWER = String.raw`\p{Ll}\p{Lm}\p{Lo}\p{M}`;
/** In either case; `ſ` is one of `s`. */
const CONTRACTION = `'(?:[sSſdDmMtT]|[lL][lL]|[vV][eE]|[rR][eE])`;
const SPACES = `[${SPACE}]*[\\r\\n]+|[${SPACE}]+(?![^${SPACE}])|[${SPACE}]+`;

/** As published, in JavaScript's own form. */
const CL100K_PIECES = String.raw`${CONTRACTION}|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}| ?[^${SPACE}\p{L}\p{N}]+[\r\n]*|${SPACES}`;
const O200K_PIECES =
  String.raw`[^\r\n\p{L}\p{N}]?[${UPPER}]*[${LOWER}]+(?:${CONTRACTION})?` +
  String.raw`|[^\r\n\p{L}\p{N}]?[${UPPER}]+[${LOWER}]*(?:${CONTRACTION})?` +
  String.raw`|\p{N}{1,3}| ?[^${SPACE}\p{L}\p{N}]+[\r\n/]*|${SPACES}`;
