import type { Passage } from '../render-full.js';
import { type Html, html } from './html.js';
import type { RunDetails } from './run-details.js';

/** Longer texts scroll in a box of their own. */
const LONG = { characters: 4000, lines: 40 };

/** All that is known of a run besides its row. */
export function htmlSaid({ facts, notices, error, passages }: RunDetails): Html {
  return html`${notices.map((notice) => html`<p class="note">${notice}</p>\n`)}${
    error !== null && html`<p class="note bad"><b>${error.name} ${error.code}</b> ${error.message}</p>\n`
  }<dl class="facts">${facts.map(({ label, value }) => html`<div><dt>${label}</dt><dd>${value}</dd></div>`)}</dl>
${passages.map(htmlPassage)}`;
}

function htmlPassage({ heading, text, side }: Passage): Html {
  if (text === '') return html`<figure class="${side}"><figcaption>${heading}: empty</figcaption></figure>\n`;
  return html`<figure class="${side}"><figcaption>${heading}</figcaption><pre${isLong(text) && LONG_BOX}>${START}${text}</pre></figure>\n`;
}

/** What scrolls has to be reached by keyboard. */
const LONG_BOX = html` class="long" tabindex="0"`;

/** Of a line break that a `pre` begins with nothing is seen: one is put before whatever follows. */
const START = html`\n`;

function isLong(text: string): boolean {
  if (text.length > LONG.characters) return true;
  let lines = 1;
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines += 1;
  return lines > LONG.lines;
}
