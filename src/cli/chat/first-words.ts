import { cleanControls } from '../../safety/clean.js';

/** The beginning of a text, for one line on a screen. */
export function firstWords(text: string, most = 60): string {
  const line = cleanControls(text.trim().slice(0, 10 * most)).replace(/\s+/g, ' ');
  const characters = [...line];
  return characters.length <= most ? line : `${characters.slice(0, most - 1).join('')}…`;
}
