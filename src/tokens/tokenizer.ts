/** Counts the tokens of a text as one model, or one like it, would. */
export interface Tokenizer {
  /** `o200k_base` or `cl100k_base`. */
  readonly encoding: Encoding;
  /** Whether this is the model's own, public tokenizer; otherwise its counts are near, not right. */
  readonly exact: boolean;
  /** Special tokens such as `<|endoftext|>` count as the ordinary text they are. Never throws. */
  count(text: string): number;
}

export type Encoding = 'o200k_base' | 'cl100k_base';

/**
 * The tokenizer of a model, by its name: `gpt-4o`, `openai/gpt-4o`, `ft:gpt-4o-mini:acme`. A model whose tokenizer
 * isn't public, or isn't known here, gets `o200k_base` and `exact: false`.
 *
 * The first load of an encoding takes 0.1 to 0.2 s of CPU and no network.
 */
export async function loadTokenizer(model: string): Promise<Tokenizer> {
  const name = model.trim().toLowerCase().replace(/^ft:/, '').replace(/^.*\//, '');
  const encoding = ENCODINGS.find(([pattern]) => pattern.test(name))?.[1];
  const { countTokens, clearMergeCache } = await LOADERS[encoding ?? 'o200k_base']();
  return {
    encoding: encoding ?? 'o200k_base',
    exact: encoding !== undefined,
    count(text) {
      if (text.length <= SLICE_LENGTH) return countTokens(text, AS_ORDINARY_TEXT);
      let count = 0;
      for (const [slice] of text.matchAll(SLICES)) count += countTokens(slice, AS_ORDINARY_TEXT);
      // The cache's keys are pieces of the text and would keep all of it alive.
      clearMergeCache();
      return count;
    },
  };
}

/** Names of models, and the encoding that their maker published for them. */
const ENCODINGS: readonly (readonly [pattern: RegExp, encoding: Encoding])[] = [
  [/^(gpt-(4o|4\.1|4\.5|5|oss)|chatgpt-|codex-|o[134](-|$))/, 'o200k_base'],
  [/^(gpt-(4|3\.5|35)(-|$)|text-embedding-|(davinci|babbage)-002$)/, 'cl100k_base'],
];

const LOADERS = {
  o200k_base: () => import('gpt-tokenizer/encoding/o200k_base'),
  cl100k_base: () => import('gpt-tokenizer/encoding/cl100k_base'),
};

const AS_ORDINARY_TEXT = { disallowedSpecial: new Set<string>() };

/**
 * The library needs time in the square of the longest run of letters, of symbols or of spaces, which is hours for a
 * megabyte of one letter. So a long text is counted in slices, each cut at the last place where every encoding
 * begins a new token whatever stands around it: after a letter, unless a letter, a mark or an apostrophe follows;
 * after a digit, unless a digit follows; between anything and a space. The sum is then the count of the whole. Only
 * where a slice has no such place is it cut anyway, which can add a token or two for each 512 characters.
 */
const SLICE_LENGTH = 512;
const SLICES = new RegExp(
  String.raw`[^]{1,${SLICE_LENGTH}}(?:(?<=\p{L})(?=[^\p{L}\p{M}'])|(?<=\p{N})(?=\P{N})|(?<=\S)(?= ))` +
    `|[^]{1,${SLICE_LENGTH}}`,
  'gu',
);
