import { isSecretParameter } from './secret-names.js';

/** What secrets of one kind look like. */
export interface SecretShape {
  /** Matches exactly what is to be masked. What stands before is only looked at, at most {@link LOOK_BACK} characters. */
  readonly pattern: RegExp;
  /** Without it there is none. */
  readonly hint?: RegExp;
  /** Whether what the pattern has captured makes it a secret. Default: always. */
  readonly accepts?: (captured: string) => boolean;
}

/** How far back a shape looks, in characters. */
export const LOOK_BACK = 64;

/** Stars and dots are part of keys: servers answer with keys that are half masked. */
const KEY = '[\\w*.…-]';
const ANY = `${KEY}{5,}[\\w*]`;
/** No word: within the first characters is a digit or a capital letter, or it is long. */
const NO_WORD = `(?=${KEY}{0,40}[\\dA-Z*]|[a-z]{16})${ANY}`;

/**
 * Keys that say what they are by what they begin with. A new one is one more beginning, or one more line.
 * Words of code that begin alike are left: `hf_transfer`, `npm_config_cache`, `sk_buff_head`.
 */
const KEYS: readonly (readonly [beginnings: readonly string[], rest: string])[] = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek
  [['sk-'], ANY],
  // Cerebras, Groq, xAI, Hugging Face, Fireworks, NVIDIA, Perplexity, Replicate
  [['csk-', 'gsk_', 'xai-', 'hf_', 'fw_', 'nvapi-', 'pplx-', 'r8_'], NO_WORD],
  // GitHub, GitLab, Slack, npm, Stripe
  [['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'npm_', 'xapp-'], NO_WORD],
  [[...'abcdeoprs'].map((kind) => `xox${kind}-`), NO_WORD],
  [['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'], NO_WORD],
  [['sk_'], '[A-Za-z0-9]{16,}'],
  // AWS, Google
  [['AKIA', 'ASIA'], '[A-Z0-9]{10,}'],
  [['AIza', 'ya29.'], '[\\w-]{12,}'],
];

/** Where a word may begin though a letter or digit stands before: `\\n` in JSON, `%20` in a URL, a colour. */
const BEHIND_ESCAPE = '(?<=\\\\[nrt]|%[\\dA-Fa-f]{2}|\\x1b\\[[\\d;]{0,8}m)';
export const NOT_IN_A_WORD = `(?:(?<![A-Za-z0-9])|${BEHIND_ESCAPE})`;
const BEHIND_BEARER = '(?<=\\b[Bb][Ee][Aa][Rr][Ee][Rr]\\s{1,4})';
const BEARER = '[\\w*.~+/=-]';
const BEHIND_PARAMETER = '(?<=[?&#]([\\w.-]{1,40})=)';
const VALUE = '[\\w*.~%+/=:@!$-]';
/** User and password, before a host. */
const USER = '[^\\0- /?#@:"\'<>\\x7f-\\uffff]';
const PASSWORD = '[^\\0- /?#"\'<>\\x7f-\\uffff]';
const BEHIND_PEM = '(?<=-----BEGIN [A-Z0-9 ]{0,20}PRIVATE KEY(?: BLOCK)?-----)';
/** Also with line breaks as `\n`, as in JSON. */
const PEM = '(?!-----E)[\\w\\s+/=:,\\\\-]';

/** Time is in proportion to the text, whatever it is: what repeats is bounded, or can't begin again inside itself. */
export const SECRET_SHAPES: readonly SecretShape[] = [
  {
    pattern: new RegExp(
      `${NOT_IN_A_WORD}(?:${KEYS.map(([all, rest]) => `(?:${all.map(escaped).join('|')})${rest}`).join('|')})`,
      'g',
    ),
  },
  // A JSON Web Token.
  {
    pattern: new RegExp(`(?:(?<![\\w-])|${BEHIND_ESCAPE})eyJ[\\w-]{8,}(?:\\.[\\w-]+)+`, 'g'),
    hint: /eyJ/,
  },
  {
    pattern: new RegExp(`${BEHIND_BEARER}(?=${BEARER}{0,40}[\\d*~+/=_]|[A-Za-z]{24})${BEARER}{8,}`, 'g'),
    hint: /bearer/i,
  },
  { pattern: new RegExp(`(?<=://${USER}{0,56}:)${PASSWORD}+(?=@)`, 'g'), hint: /:\/\// },
  { pattern: new RegExp(`${BEHIND_PARAMETER}${VALUE}+`, 'g'), hint: /=/, accepts: isSecretParameter },
  { pattern: new RegExp(`${BEHIND_PEM}(?:${PEM})+`, 'g'), hint: /PRIVATE KEY/ },
];

/** What keys begin with that say what they are. */
export const KEY_BEGINNINGS: readonly string[] = ['eyJ', ...KEYS.flatMap(([beginnings]) => beginnings)];

/** Patterns for the place where a secret of the other shapes begins, in one word. */
export const WORD_STARTS: readonly string[] = [
  `${BEHIND_BEARER}${BEARER}`,
  `(?<=://)${PASSWORD}`,
  `${BEHIND_PARAMETER}${VALUE}`,
];

/** Where one in PEM begins: it goes over lines. */
export const PEM_START = BEHIND_PEM + PEM;

/** As a pattern that matches just this text. */
export function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
