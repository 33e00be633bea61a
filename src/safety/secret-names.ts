/**
 * Whether a name says that what stands under it is a secret: `authorization`, `apiKey`, `x-api-key`, `DB_PASSWORD`. Not
 * `tokens`, `maxTokens` or `inputTokens`, nor the tokens of a tokenizer or of a list's pages.
 */
export function isSecretName(name: string): boolean {
  return HINT.test(name) && SECRET.test(plain(name));
}

/** The same for a parameter in a URL, where a bare `key` or `sig` is one too. */
export function isSecretParameter(name: string): boolean {
  return isSecretName(name) || PARAMETER.test(plain(name));
}

/** Quick to be wrong: nearly all names have none of it. */
const HINT = /key|token|secret|pass|pwd|auth|cookie|credential/i;

const SECRET =
  /(?:authorization|cookie|secrets?|passwords?|passwd|passphrase|pwd|credentials?|(?:api|auth|secret|private|access|signing|encryption|master|subscription|license)keys?|(?<!eos|bos|pad|unk|sep|cls|mask|stop|start|begin|end|next|page|continuation|special|first|last|new|max|min|per)token)$/;

const PARAMETER = /^(?:key|auth|sig|signature|xamz(?:signature|credential)|xgoog(?:signature|credential))$/;

function plain(name: string): string {
  return name.toLowerCase().replace(/[^a-z0-9]/g, '');
}
