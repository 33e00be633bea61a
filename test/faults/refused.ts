import { expect } from 'vitest';
import { type HereOptions, runHere } from '../support/in-process.js';

/** What is refused, and how: a message, and under it what would be right. */
export type Row<T> = readonly [input: T, message: string, hint?: string];
export type NamedRow<T> = readonly [what: string, input: T, message: string, hint?: string];

export const bytes = (...parts: readonly (string | number)[]): Buffer =>
  Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from([part]))));

/** As YAML, more than any memory can hold. */
export const BOMB = [...'abcdefghijklmnopqrstuvwxyz']
  .map((name, at, all) => `${name}: &${name} [${Array(9).fill(at === 0 ? 'lol' : `*${all[at - 1]}`)}]`)
  .join('\n');

export const BRACES = 'For a brace that is only text write it twice: {{ or }}.';
export const NAMES = `A name has letters, digits, _ and -, and begins with a letter or _. ${BRACES}`;
export const UTF8 = 'Save the file as UTF-8.';
export const UTF16 = 'It looks like UTF-16, as Windows PowerShell writes it; save it as UTF-8.';
export const NUL = 'Only text in UTF-8 can be read.';
export const NO_TEXT = 'Write the prompt into it.';
export const QUOTES =
  'Put quotes around a text that has ": " or " #" in it, or begins with a sign such as { [ * & ! % @.';
export const ALIASES = 'Write the value out: aliases are not supported.';
export const SET_TEXT = 'Set it with --var text=…';
export const KEPT = 'The file was left as it is.';
export const OTHER_FILE = 'Name another file: this one stays as it is.';

/** That a command ends with the exit code 2 and one or two lines on stderr, and does nothing else. */
export async function expectRefused(
  args: readonly string[],
  options: HereOptions,
  message: string,
  hint?: string,
): Promise<void> {
  const lines = [`chain: ${message}`, ...(hint === undefined ? [] : [`       ${hint}`])];
  expect(await runHere(args, options)).toEqual({ code: 2, stdout: '', stderr: `${lines.join('\n')}\n` });
}

export interface Case<T> {
  readonly title: string;
  readonly input: T;
  readonly message: string;
  readonly hint: string | undefined;
}

export const named = <T>(rows: readonly NamedRow<T>[]): readonly Case<T>[] =>
  rows.map(([title, input, message, hint]) => ({ title, input, message, hint }));

/** Each with a title that a terminal can show. */
export const unnamed = <T>(rows: readonly Row<T>[]): readonly Case<T>[] =>
  rows.map(([input, message, hint]) => ({ title: titleOf(input), input, message, hint }));

function titleOf(input: unknown): string {
  const text =
    input instanceof Uint8Array ? `bytes ${Buffer.from(input).toString('hex')}` : JSON.stringify(input);
  return text.slice(0, 100);
}
