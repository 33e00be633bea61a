import { ChainError } from '../errors.js';
import { decodeText } from '../prompts/decode.js';
import type { PromptValues } from '../prompts/prompt.js';
import { type Io, readAll } from './io.js';
import { readTextFile } from './read-text-file.js';

/** The variables that a command line sets. */
export interface Variables {
  /** One by one, with `--var`: a name that the template doesn't know is a mistake. */
  readonly named: PromptValues;
  /** In bulk, with `--vars`: they may have more than the template asks for. */
  readonly extra: PromptValues;
}

/**
 * Reads `--vars` files, the later ones winning, and `--var` flags.
 * @param stdinIsTemplate standard input has been read already
 * @throws ChainError naming every flag that is wrong
 */
export async function readVariables(
  vars: readonly string[],
  pairs: readonly string[],
  stdinIsTemplate: boolean,
  io: Io,
): Promise<Variables> {
  assertPairs(pairs);
  const flags = pairs.map(
    (pair) => [pair.slice(0, pair.indexOf('=')), pair.slice(pair.indexOf('=') + 1)] as const,
  );
  const fromStdin = flags.filter(([, text]) => text === '-').map(([name]) => name);
  if (stdinIsTemplate) fromStdin.unshift('the template');
  if (fromStdin.length > 1) {
    const readers = fromStdin.join(' and ');
    throw new ChainError('invalid_argument', `standard input can't be ${readers} at once`);
  }
  const extra: [string, unknown][] = [];
  for (const file of vars) extra.push(...Object.entries(await readVarsFile(file)));
  const named: [string, unknown][] = [];
  for (const [name, text] of flags) named.push([name, await readValue(name, text, io)]);
  // Not by assignment: a variable may be called `__proto__`.
  return { named: Object.fromEntries(named), extra: Object.fromEntries(extra) };
}

/** @throws ChainError `invalid_argument` naming every `--var` flag that sets nothing */
export function assertPairs(pairs: readonly string[]): void {
  const wrong = pairs.filter((pair) => pair.indexOf('=') < 1);
  if (wrong.length > 0) {
    throw new ChainError(
      'invalid_argument',
      `not name=value: ${wrong.map((pair) => `--var ${pair}`).join(', ')}`,
      {
        hint: 'A variable is set as --var name=value.',
      },
    );
  }
}

/** The files that those flags read. */
export function variableFiles({
  var: pairs,
  vars,
}: {
  readonly var: readonly string[];
  readonly vars: readonly string[];
}): readonly string[] {
  const named = pairs.flatMap((pair) => /^[^=]+=@(?!@)(.*)$/s.exec(pair)?.[1] ?? []);
  return [...vars, ...named];
}

/** Standard input as the value of a variable. */
export async function readStdinValue(name: string, io: Io): Promise<string> {
  if (io.stdin.isTTY) {
    throw new ChainError('invalid_argument', `--var ${name}=- reads standard input, which is a terminal`, {
      hint: `Pipe a text into the command, or write --var ${name}='\\-' for a bare -.`,
    });
  }
  return withoutFinalNewline(decodeText(await readAll(io.stdin), 'standard input'));
}

async function readValue(name: string, text: string, io: Io): Promise<string> {
  if (text === '-') return readStdinValue(name, io);
  if (text === '\\-') return '-';
  if (text.startsWith('@@')) return text.slice(1);
  if (text.startsWith('@')) return withoutFinalNewline(await readTextFile(text.slice(1), `--var ${name}`));
  return text;
}

async function readVarsFile(file: string): Promise<object> {
  const text = await readTextFile(file, '--vars');
  const { parseYaml } = await import('./yaml.js'); // JSON is YAML, too.
  const data = parseYaml(text, file);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new ChainError('invalid_argument', `${file}: holds no names with values`, {
      hint: 'A --vars file is one JSON or YAML mapping, such as {"number": 2}.',
    });
  }
  return data;
}

function withoutFinalNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}
