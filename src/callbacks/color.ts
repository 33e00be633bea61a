/**
 * Whether text for this stream may have colours: `FORCE_COLOR`, then `NO_COLOR` (https://no-color.org), then
 * `TERM=dumb`, then whether the stream is a terminal.
 */
export function wantsColor(
  stream: { readonly isTTY?: boolean },
  env: Readonly<Record<string, string | undefined>> = process.env,
): boolean {
  const { FORCE_COLOR: force, NO_COLOR: no, TERM: terminal } = env;
  if (force !== undefined) return force !== '0' && force !== 'false';
  if (no !== undefined && no !== '') return false;
  return terminal !== 'dumb' && stream.isTTY === true;
}
