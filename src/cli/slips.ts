import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { basename, dirname, extname, join } from 'node:path';
import type { Command, CommanderError } from 'commander';
import { nearestName } from '../nearest-name.js';

/** What was probably meant by a command line that commander doesn't take; `undefined` where its own words do. */
export function hintForSlip(
  { code, message }: CommanderError,
  args: readonly string[],
  program: Command,
): string | undefined {
  const named = /'(.*)'/s.exec(message)?.[1] ?? '';
  return SLIPS[code]?.(named, args, program);
}

type Slip = (named: string, args: readonly string[], program: Command) => string | undefined;

const SLIPS: Readonly<Record<string, Slip>> = {
  'commander.unknownCommand': (word, args) => {
    const isThere = existsSync(word);
    if (!isThere && /\s/.test(word)) return 'A prompt itself: chain run --prompt "…"';
    if (isThere || extname(word) !== '')
      return `Did you mean: chain ${args[0] === 'trace' ? 'trace show' : 'run'} ${word}`;
    return word === 'version' ? ASK_VERSION : undefined;
  },
  'commander.unknownOption': (named, args, program) => {
    const [flag = ''] = named.split('=');
    if (flag === '-v') return ASK_VERSION;
    const command = program.commands.find((each) => args.includes(each.name())) ?? runOf(program);
    const isFirst = named === args[0];
    if (isFirst && takes(command, flag)) {
      return `Flags stand behind the command: chain ${command?.name()} … ${flag}`;
    }
    const variable = flag.replace(/^--/, '');
    return takes(command, '--var') && args.some((file) => hasVariable(file, variable))
      ? asVariable(`${variable}=…`)
      : undefined;
  },
  'commander.excessArguments': (_, args, program) => {
    const command = program.commands.find((each) => each.name() === args[0]);
    if (!takes(command, '--var')) return undefined;
    const pair = args.find((arg, at) => isPair(arg) && args[at - 1] !== '--var');
    if (pair !== undefined) return asVariable(pair);
    const at = args.findIndex((arg, index) => args[index - 1] === '--var' && !arg.includes('='));
    return at < 0 || at + 1 === args.length ? undefined : asVariable(`${args[at]}=${args[at + 1]}`);
  },
};

/** What was probably meant by the name of a template that isn't there. */
export function hintForTemplate(path: string): string | undefined {
  const near = nearFile(path);
  if (near !== undefined) return `Did you mean ${near}?`;
  if (isPair(path)) return asVariable(path);
  return /\s/.test(path) ? 'A prompt itself: --prompt "…"' : undefined;
}

/** What was probably meant by the name of a `--vars` file that isn't there. */
export function hintForVars(path: string): string | undefined {
  return isPair(path) ? `One variable: --var ${path}` : undefined;
}

const ASK_VERSION = 'chain --version says which version this is.';

function asVariable(pair: string): string {
  return `A variable is set as --var ${pair}`;
}

function isPair(text: string): boolean {
  return /^[\p{L}_][\p{L}\p{N}_-]*=/u.test(text);
}

function runOf(program: Command): Command | undefined {
  return program.commands.find((each) => each.name() === 'run');
}

function takes(command: Command | undefined, flag: string): boolean {
  return command?.options.some(({ long, short }) => flag === long || flag === short) ?? false;
}

function hasVariable(file: string, name: string): boolean {
  try {
    // A pipe would be waited for.
    return statSync(file).isFile() && readFileSync(file, 'utf8').includes(`{${name}}`);
  } catch {
    return false;
  }
}

/** A file beside it that has an ending besides, or nearly the same name. */
function nearFile(path: string): string | undefined {
  const [folder, name] = [dirname(path), basename(path)];
  try {
    const files = readdirSync(folder, { withFileTypes: true }).filter((each) => !each.isDirectory());
    const names = files.map((each) => each.name);
    const near = names.find((each) => each.startsWith(`${name}.`)) ?? nearestName(name, names);
    return near === undefined ? undefined : join(folder, near);
  } catch {
    return undefined;
  }
}
