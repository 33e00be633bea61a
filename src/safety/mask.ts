/**
 * The text with keys replaced by `***`: those that are known, and whatever looks like one.
 *
 * @param known secrets in the clear; what is no secret is left: short ones, and words that people put where a local
 *   server wants any key at all. They would mask ordinary words
 */
export function maskSecrets(text: string, known: readonly string[] = []): string {
  let masked = text;
  // The longest first: one secret may hold another.
  for (const secret of known.filter(isSecret).sort((a, b) => b.length - a.length)) {
    masked = masked.replaceAll(secret, MASK);
  }
  for (const [pattern, replacement] of LOOKS_LIKE_A_KEY) masked = masked.replace(pattern, replacement);
  return masked;
}

const MASK = '***';

function isSecret(key: string): boolean {
  return key.length >= 6 && !STAND_INS.test(key);
}

/** `ollama`, `EMPTY`, `test`, `not-needed`, `sk-no-key-required`: in the documentation of local servers. */
const STAND_INS =
  /^(?:ollama|lm[-_]?studio|vllm|llama(?:\.?cpp)?|local(?:host|ai)?|empty|null|none|dummy|fake|test(?:ing)?|unused|any(?:thing)?|placeholder|not[-_]?needed|no[-_]?key|api[-_]?key|sk-no-key-required|x+)$/i;

/** Stars and dots are part of them: servers answer with keys that are half masked. */
const LOOKS_LIKE_A_KEY: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [/\b(bearer\s+)[\w*.~+/=-]{8,}/gi, `$1${MASK}`],
  [/(?<![A-Za-z0-9])(?:sk|gsk|xai|hf|csk|fw|nvapi|pplx|ghp)[-_][\w*.…-]{5,}[\w*]/g, MASK],
  [/(?<![A-Za-z0-9])AIza[\w-]{20,}/g, MASK],
];
