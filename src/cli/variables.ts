import { ChainError } from '../errors.js';
import { decodeText } from '../prompts/decode.js';
import type { PromptValues } from '../prompts/prompt.js';
import { type Io, readAll } from './io.js';
import { isMissing } from './load-template.js';
import { readTextFile } from './read-text-file.js';
import { withHint } from './with-hint.js';

/** The variables that a command line sets. */
export interface Variables {
  /** One by one, with `--var`: a name that the template doesn't know is a mistake. */
  readonly named: PromptValues;
  /** In bulk, with `--vars`: they may have more than the template asks for. */
  readonly extra: PromptValues;
  /** One of them has taken it. */
  readonly stdinIsRead: boolean;
}

/**
 * Reads `--vars` files, the later ones winning, and `--var` flags. `-` is standard input.
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
  const fromStdin = stdinFlags({ var: pairs, vars });
  const readers = [...(stdinIsTemplate ? ['the template'] : []), ...fromStdin];
  if (readers.length > 1) {
    throw new ChainError('invalid_argument', `standard input can't be ${readers.join(' and ')} at once`);
  }
  const extra: [string, unknown][] = [];
  for (const file of vars) extra.push(...Object.entries(await readVarsFile(file, io)));
  const named: [string, unknown][] = [];
  for (const [name, text] of flags) named.push([name, await readValue(name, text, io)]);
  // Not by assignment: a variable may be called `__proto__`.
  return {
    named: Object.fromEntries(named),
    extra: Object.fromEntries(extra),
    stdinIsRead: fromStdin.length > 0,
  };
}

interface VariableFlags {
  readonly var: readonly string[];
  readonly vars: readonly string[];
}

/** Those of the flags that read standard input, as they were written. */
export function stdinFlags({ var: pairs, vars }: VariableFlags): readonly string[] {
  return [
    ...vars.filter((file) => file === '-').map((file) => `--vars ${file}`),
    ...pairs.filter((pair) => /^[^=]+=-$/.test(pair)).map((pair) => `--var ${pair}`),
  ];
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
export function variableFiles({ var: pairs, vars }: VariableFlags): readonly string[] {
  const named = pairs.flatMap((pair) => /^[^=]+=@(?!@)(.*)$/s.exec(pair)?.[1] ?? []);
  return [...vars, ...named];
}

/** Standard input as the value of a variable. */
export async function readStdinValue(name: string, io: Io): Promise<string> {
  const hint = `Pipe a text into the command, or write --var ${name}='\\-' for a bare -.`;
  return withoutFinalNewline(await readStdin(`--var ${name}=-`, hint, io));
}

async function readStdin(flag: string, hint: string, io: Io): Promise<string> {
  if (io.stdin.isTTY) {
    throw new ChainError('invalid_argument', `${flag} reads standard input, which is a terminal`, { hint });
  }
  return decodeText(await readAll(io.stdin), 'standard input');
}

async function readValue(name: string, text: string, io: Io): Promise<string> {
  if (text === '-') return readStdinValue(name, io);
  if (text === '\\-') return '-';
  if (text.startsWith('@@')) return text.slice(1);
  if (text.startsWith('@')) return withoutFinalNewline(await readTextFile(text.slice(1), `--var ${name}`));
  return text;
}

async function readVarsFile(path: string, io: Io): Promise<object> {
  const file = path === '-' ? 'standard input' : path;
  const text = await readVarsText(path, io);
  const { parseYaml } = await import('./yaml.js'); // JSON is YAML, too.
  const data = parseYaml(text, file);
  if (typeof data !== 'object' || data === null || Array.isArray(data)) {
    throw new ChainError('invalid_argument', `${file}: holds no names with values`, {
      hint: 'A --vars file is one JSON or YAML mapping, such as {"number": 2}.',
    });
  }
  return data;
}

async function readVarsText(path: string, io: Io): Promise<string> {
  if (path === '-') return readStdin('--vars -', 'Pipe JSON or YAML into the command, or name a file.', io);
  try {
    return await readTextFile(path, '--vars');
  } catch (error) {
    if (!isMissing(error)) throw error;
    const { hintForVars } = await import('./slips.js');
    throw withHint(error, hintForVars(path));
  }
}

function withoutFinalNewline(text: string): string {
  return text.replace(/\r?\n$/, '');
}
