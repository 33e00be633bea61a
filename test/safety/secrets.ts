import fc from 'fast-check';

const alphabet = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789';

/** Of letters and digits; no two of these parts are alike. */
function random(length: number, seed: number): string {
  let state = seed;
  return Array.from({ length }, () => {
    state = (state * 48_271) % 2_147_483_647;
    return alphabet[state % alphabet.length];
  }).join('');
}

/** One secret of every shape that is known: the whole of it is to be masked. */
export const SHAPED: Readonly<Record<string, string>> = {
  OpenAI: `sk-proj-${random(40, 1)}_${random(20, 2)}-${random(10, 3)}`,
  'OpenAI, the old form': `sk-${random(48, 4)}`,
  Anthropic: `sk-ant-api03-${random(60, 5)}-AA`,
  OpenRouter: `sk-or-v1-${random(40, 6).toLowerCase()}`,
  Groq: `gsk_${random(52, 7)}`,
  xAI: `xai-${random(60, 8)}`,
  'Hugging Face': `hf_${random(34, 9)}`,
  Fireworks: `fw_${random(24, 10)}`,
  NVIDIA: `nvapi-${random(60, 11)}`,
  Perplexity: `pplx-${random(48, 12)}`,
  Replicate: `r8_${random(37, 13)}`,
  Cerebras: `csk-${random(40, 14)}`,
  'GitHub, personal': `ghp_${random(36, 15)}`,
  'GitHub, OAuth': `gho_${random(36, 16)}`,
  'GitHub, server': `ghs_${random(36, 17)}`,
  'GitHub, fine-grained': `github_pat_${random(22, 18)}_${random(59, 19)}`,
  GitLab: `glpat-${random(20, 20)}`,
  'Slack, bot': `xoxb-123456789012-${random(24, 21)}`,
  'Slack, user': `xoxp-${random(40, 22)}`,
  'Slack, app': `xapp-1-A${random(40, 23)}`,
  npm: `npm_${random(36, 24)}`,
  Stripe: `sk_live_${random(24, 25)}`,
  'Stripe, restricted': `rk_live_${random(24, 26)}`,
  'a hexadecimal key': `sk_${'0123456789abcdef'.repeat(3)}`,
  AWS: 'AKIAIOSFODNN7EXAMPLE',
  'AWS, temporary': 'ASIAIOSFODNN7EXAMPLE',
  Google: `AIza${random(35, 27)}`,
  'Google, OAuth': `ya29.${random(60, 28)}`,
  'a JSON Web Token': `eyJ${random(30, 29)}.eyJ${random(60, 30)}.${random(43, 31)}`,
};

/** What stands before a secret, the secret, and what stands behind it. */
export type Placed = readonly [before: string, secret: string, behind: string];

const base64 = random(64, 40);

/** Secrets that only their place tells. */
export const PLACED: Readonly<Record<string, Placed>> = {
  'a bearer': ['authorization: Bearer ', random(40, 32), '\n'],
  'a password in a URL': ['https://ann:', random(20, 33), '@example.org/v1'],
  'a parameter': ['https://example.org/v1?api_key=', random(32, 34), '&page=2'],
  'a second parameter': ['/v1?page=2&key=', random(32, 35), '#top'],
  'a signature': ['?X-Amz-Signature=', random(64, 36), ' '],
  'a private key': [
    '-----BEGIN RSA PRIVATE KEY-----',
    `\n${base64}\n${random(64, 41)}\n${random(30, 42)}==\n`,
    '-----END RSA PRIVATE KEY-----',
  ],
  'a private key in JSON': [
    '"-----BEGIN PRIVATE KEY-----',
    `\\n${base64}\\n${random(30, 43)}=\\n`,
    '-----END PRIVATE KEY-----\\n"',
  ],
};

/** Keys of no known shape. */
export const KNOWN = [`Z3${random(30, 50)}`, 'a+b/c?d=e&f#g', 'correct-horse'] as const;

/** Texts in which anything may stand beside anything, cut anywhere. */
export function cutTexts(): fc.Arbitrary<{ readonly text: string; readonly tokens: readonly string[] }> {
  const piece = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.constantFrom(' ', ' ', '\n', ', ', '. ', '"', '=', ':', '-', '/', '?', '&', '_'),
    },
    {
      weight: 4,
      arbitrary: fc.constantFrom('the', 'words', 'skill', 'A', 's', 'gh', 'eyJ', 'sk-', 'npm_', 'AK'),
    },
    { weight: 2, arbitrary: fc.constantFrom('花店', '你好，', '👋', '…', '\u0000', '\\n', '%20', 'é') },
    {
      weight: 2,
      arbitrary: fc.constantFrom('bearer ', 'Bearer  ', 'https://', 'a:b@', '?key=', '&token=', '=x'),
    },
    {
      weight: 1,
      arbitrary: fc.constantFrom('-----BEGIN PRIVATE KEY-----', '-----END PRIVATE KEY-----', '-----'),
    },
    { weight: 3, arbitrary: fc.constantFrom(...Object.values(SHAPED), ...KNOWN) },
    { weight: 2, arbitrary: fc.constantFrom(...Object.values(PLACED).map((parts) => parts.join(''))) },
    { weight: 1, arbitrary: fc.string({ maxLength: 12, unit: 'binary' }) },
  );
  return fc
    .tuple(
      fc.array(piece, { maxLength: 14 }),
      fc.array(fc.nat({ max: 400 }), { maxLength: 60 }),
      fc.boolean(),
    )
    .map(([pieces, cuts, everywhere]) => {
      const text = pieces.join('');
      return { text, tokens: everywhere ? text.split('') : cut(text, cuts) };
    });
}

/** A text in parts, some of which may be empty. */
export function cut(text: string, places: readonly number[]): readonly string[] {
  const sorted = places.filter((place) => place <= text.length).sort((a, b) => a - b);
  return [0, ...sorted].map((from, index) => text.slice(from, sorted[index] ?? text.length));
}
