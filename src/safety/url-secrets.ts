import { isSecretParameter } from './secret-names.js';

/** The secrets in a URL, as they are written there and in the clear: its password, a lone user, parameters such as `api_key`. */
export function secretsInUrl(url: string): string[] {
  const [, user = '', password] = /:\/\/([^/?#:@]*)(?::([^/?#]*))?@/.exec(url) ?? [];
  const query = /\?([^#]*)/.exec(url)?.[1] ?? '';
  const pairs = query.split('&').map((pair) => /^([^=]*)=(.*)$/s.exec(pair));
  const values = pairs.flatMap((pair) => (pair && isSecretParameter(pair[1]!) ? [pair[2]!] : []));
  return [password ?? user, ...values].flatMap((value) => [value, decoded(value)]).filter(Boolean);
}

/** `%2C` as a comma; as it is, where it can't be that. */
export function decoded(value: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    return value;
  }
}
