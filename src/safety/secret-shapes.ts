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

/** Where in a text that is still coming a secret could have begun. */
export interface SecretStart {
  /** The first character of what would be masked. */
  readonly at: number;
  /** Matches where it has ended. */
  readonly until: RegExp;
}

/** How far back a shape looks, in characters. */
export const LOOK_BACK = 64;

/** Stars and dots are part of keys: servers answer with keys that are half masked. */
const KEY = '[\\w*.…-]';
/** No word: within the first characters is a digit or a capital letter, or it is long. */
const NO_WORD = `(?=${KEY}{0,40}[\\dA-Z*]|[a-z]{16})${KEY}{5,}[\\w*]`;

/**
 * Keys that say what they are by what they begin with. A new one is one more beginning, or one more line.
 * Words of code that begin alike are left: `hf_transfer`, `npm_config_cache`, `sk_buff_head`.
 */
const KEYS: readonly (readonly [beginnings: readonly string[], rest: string])[] = [
  // OpenAI, Anthropic, OpenRouter, DeepSeek; Cerebras; Groq; xAI; Hugging Face; Fireworks; NVIDIA; Perplexity; Replicate
  [['sk-', 'csk-', 'gsk_', 'xai-', 'hf_', 'fw_', 'nvapi-', 'pplx-', 'r8_'], NO_WORD],
  // GitHub, GitLab, Slack, npm, Stripe
  [['ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_', 'glpat-', 'npm_', 'xapp-'], NO_WORD],
  [[...'abcdeoprs'].map((kind) => `xox${kind}-`), NO_WORD],
  [['sk_live_', 'sk_test_', 'rk_live_', 'rk_test_', 'whsec_'], NO_WORD],
  [['sk_'], '[A-Za-z0-9]{16,}'],
  // AWS, Google
  [['AKIA', 'ASIA'], '[A-Z0-9]{12,}'],
  [['AIza', 'ya29.'], '[\\w-]{20,}'],
];

/** Where a word may begin: also behind `\\n` in JSON, `%20` in a URL, and a colour. */
const NOT_IN_A_WORD = '(?:(?<![A-Za-z0-9])|(?<=\\\\[nrt]|%[\\dA-Fa-f]{2}|\\x1b\\[[\\d;]{0,8}m))';
const BEHIND_BEARER = '(?<=\\b[Bb][Ee][Aa][Rr][Ee][Rr]\\s{1,4})';
const BEARER = '[\\w*.~+/=-]';
const BEHIND_PARAMETER = '(?<=[?&#]([\\w.-]{1,40})=)';
const VALUE = '[\\w*.~%+/=:@!$-]';
/** User and password, before a host. */
const USER = '[^\\s/?#@:"\'<>\\u0080-\\uffff]';
const PASSWORD = '[^\\s/?#"\'<>\\u0080-\\uffff]';
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
  { pattern: /(?<![\w-])eyJ[\w-]{8,}(?:\.[\w-]+)+/g, hint: /eyJ/ },
  {
    pattern: new RegExp(`${BEHIND_BEARER}(?=${BEARER}{0,40}[\\d*~+/=_]|[A-Za-z]{24})${BEARER}{8,}`, 'g'),
    hint: /bearer/i,
  },
  { pattern: new RegExp(`(?<=://${USER}{0,56}:)${PASSWORD}+(?=@)`, 'g'), hint: /:\/\// },
  { pattern: new RegExp(`${BEHIND_PARAMETER}${VALUE}+`, 'g'), hint: /=/, accepts: isSecretParameter },
  { pattern: new RegExp(`${BEHIND_PEM}(?:${PEM})+`, 'g'), hint: /PRIVATE KEY/ },
];

/** All but those of {@link SECRET_SHAPES} in PEM are in one word, of ASCII and the dots of half a key. */
const WORD_END = /[^!-~…]/g;
const PEM_END = /-----E|[^\w\s+/=:,\\-]/g;

/** Finds where secrets of these shapes begin, or could begin when more has come. */
export class SecretStarts {
  readonly #start: RegExp;

  /** @param known secrets besides, wherever they stand */
  constructor(known: readonly string[] = []) {
    const starts = [
      `${NOT_IN_A_WORD}(?:${begun(['eyJ', ...KEYS.flatMap(([all]) => all)])})`,
      `${BEHIND_BEARER}${BEARER}`,
      `(?<=://)${PASSWORD}`,
      `${BEHIND_PARAMETER}${VALUE}`,
      ...(known.length === 0 ? [] : [begun(known.map((secret) => secret.slice(0, KNOWN_BY)))]),
    ];
    this.#start = new RegExp(`(?<pem>${BEHIND_PEM}${PEM})|${starts.join('|')}`, 'g');
  }

  /** Whether one begins in the text, from there on. */
  isIn(text: string, from: number): boolean {
    this.#start.lastIndex = from;
    return this.#start.test(text);
  }

  /** The first one that isn't over at the end of the text; `null` for none. */
  unfinished(text: string, from: number): SecretStart | null {
    for (let next = from; ; ) {
      this.#start.lastIndex = next;
      const start = this.#start.exec(text);
      if (start === null) return null;
      const until = start.groups?.pem === undefined ? WORD_END : PEM_END;
      until.lastIndex = start.index;
      const end = until.exec(text);
      if (end === null) return { at: start.index, until };
      next = end.index;
    }
  }
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

function escaped(text: string): string {
  return text.replace(/[\\^$.*+?()[\]{}|/-]/g, '\\$&');
}
