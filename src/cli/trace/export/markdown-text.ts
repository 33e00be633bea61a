import { escapeControls } from '../../../callbacks/log-line.js';

/**
 * Text from outside as a block of code, which nothing in it can end: a fence ends only at one that is as long as its
 * own, and this one is longer than any run of backticks in the text.
 */
export function fence(text: string): string {
  const shown = clean(text);
  const marks = '`'.repeat(Math.max(3, longestRun(shown) + 1));
  return `${marks}text\n${shown}${shown.endsWith('\n') || shown === '' ? '' : '\n'}${marks}\n`;
}

/** Text from outside in a line: no link, no picture, no markup is made of what stands in code. `''` for nothing. */
export function codeSpan(text: string): string {
  const line = clean(text).replace(/\s+/g, ' ').trim();
  if (line === '') return '';
  const run = longestRun(line);
  const marks = '`'.repeat(run + 1);
  // Backticks at its ends would belong to the marks.
  return run > 0 ? `${marks} ${line} ${marks}` : marks + line + marks;
}

/**
 * The same in a table, where a bar would begin another cell, and readers don't agree about how it is kept from that
 * behind a backslash: it is shown as a broken bar.
 */
export function tableCell(text: string): string {
  return codeSpan(text.replaceAll('|', '¦'));
}

function clean(text: string): string {
  return escapeControls(text.replaceAll('\r\n', '\n'));
}

function longestRun(text: string): number {
  let longest = 0;
  for (const [run] of text.matchAll(/`+/g)) longest = Math.max(longest, run.length);
  return longest;
}
