import { Chalk } from 'chalk';
import { wantsColor } from '../callbacks/color.js';
import type { Io } from './io.js';

/** What stands back behind the answer on a terminal; elsewhere, and without colours, the text as it is. */
export function dim(text: string, { color }: { readonly color?: boolean }, { stderr, env }: Io): string {
  if (color === false || !wantsColor(stderr, env)) return text;
  const chalk = new Chalk({ level: 1 });
  return text.replace(/.+/g, (line) => chalk.dim(line));
}
