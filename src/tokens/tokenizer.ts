import { type Encoding, loadEncoding } from './encodings.js';

/** Counts the tokens of a text as one model, or one like it, would. */
export interface Tokenizer {
  /** `o200k_base` or `cl100k_base`. */
  readonly encoding: Encoding;
  /** Whether this is the model's own, public tokenizer; otherwise its counts are near, not right. */
  readonly exact: boolean;
  /** Special tokens such as `<|endoftext|>` count as the ordinary text they are. Never throws. */
  count(text: string): number;
}

/**
 * The tokenizer of a model, by its name: `gpt-4o`, `openai/gpt-4o`, `ft:gpt-4o-mini:acme`. A model whose tokenizer
 * isn't public, or isn't known here, gets `o200k_base` and `exact: false`.
 */
export async function loadTokenizer(model: string): Promise<Tokenizer> {
  const name = model.trim().toLowerCase().replace(/^ft:/, '').replace(/^.*\//, '');
  const own = ENCODINGS.find(([pattern]) => pattern.test(name))?.[1];
  const encoding = own ?? 'o200k_base';
  const counter = await loadEncoding(encoding);
  return { encoding, exact: own !== undefined, count: (text) => counter.count(text) };
}

/** Names of models, and the encoding that their maker published for them. */
const ENCODINGS: readonly (readonly [pattern: RegExp, encoding: Encoding])[] = [
  [/^(gpt-(4o|4\.1|4\.5|5|oss)|chatgpt-|codex-|o[134](-|$))/, 'o200k_base'],
  [/^(gpt-(4|3\.5|35)(-|$)|text-embedding-|(davinci|babbage)-002$)/, 'cl100k_base'],
];
