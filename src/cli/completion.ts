import type { Command, Option } from 'commander';
import { PROVIDERS } from '../models/providers.js';
import { sessionNames } from './chat/session-names.js';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * What could stand in the place of the last word. Where there is nothing to propose the shell offers file names, and
 * most words of this program are some.
 * @param words behind the program's name; the last one is being typed, and may be empty
 */
export async function propose(
  program: Command,
  words: readonly string[],
  env: Environment,
): Promise<readonly string[]> {
  const typed = words.at(-1) ?? '';
  const command = commandOf(program, words.slice(0, -1));
  const before = words.at(-2);
  const isNext = command.commands.length > 0 && (before === undefined || before === command.name());
  const candidates =
    isNext && !typed.startsWith('-')
      ? command
          .createHelp()
          .visibleCommands(command)
          .map((each) => each.name())
      : await candidatesOf(command, typed, before ?? '', env);
  return candidates.filter((candidate) => candidate.startsWith(typed));
}

/** The command that the words before name, as in `trace show`. */
function commandOf(program: Command, words: readonly string[]): Command {
  const [name, ...rest] = words;
  const command = program.commands.find((each) => each.name() === name);
  return command === undefined ? program : commandOf(command, rest);
}

async function candidatesOf(
  command: Command,
  typed: string,
  before: string,
  env: Environment,
): Promise<readonly string[]> {
  const options = command.createHelp().visibleOptions(command);
  const open = options.find(
    ({ long, short, required, optional }) => (required || optional) && (long === before || short === before),
  );
  if (open !== undefined) return valuesOf(open, env);
  if (typed.startsWith('-')) return options.map(({ long, short }) => long ?? short ?? '');
  return command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
}

async function valuesOf(
  { long = '', argChoices = [] }: Option,
  env: Environment,
): Promise<readonly string[]> {
  return VALUES[long]?.(env) ?? argChoices;
}

/** Values of flags that are no choices. Sessions are those that there are. */
const VALUES: Readonly<Record<string, (env: Environment) => readonly string[] | Promise<readonly string[]>>> =
  {
    '--model': () => ['offline', ...Object.keys(PROVIDERS).map((prefix) => `${prefix}:`)],
    '--provider': () => Object.keys(PROVIDERS),
    '--memory': () => ['buffer', 'window:', 'token-buffer:', 'summary', 'summary-buffer:'],
    '--session': sessions,
    '--delete': sessions,
  };

async function sessions(env: Environment): Promise<readonly string[]> {
  return [...(await sessionNames(env))].sort();
}

/**
 * What each shell loads. It hands over the words as they were typed, quoted, and evaluates nothing: a word may hold
 * `$(…)`.
 */
export const SCRIPTS = {
  bash: `_chain() {
  local IFS=$'\\n'
  COMPREPLY=($(chain propose -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _chain chain
`,
  zsh: `#compdef chain
_chain() {
  local -a proposals
  proposals=("\${(@f)$(chain propose -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  if [[ -n "\${proposals[1]}" ]]; then compadd -a proposals; else _files; fi
}
compdef _chain chain
`,
  fish: `function __chain_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (chain propose -- $words[2..-1] 2>/dev/null)
  if test (count $found) -gt 0
    string join \\n -- $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c chain -f -a '(__chain_complete)'
`,
} as const;

export type Shell = keyof typeof SCRIPTS;
