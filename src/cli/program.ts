import { Command, CommanderError } from 'commander';
import { ChainError, toErrorRecord } from '../errors.js';
import { keysIn } from '../models/providers.js';
import { createRedactor, type Redact } from '../safety/redactor.js';
import { COMMANDS } from './commands.js';
import { renderErrorJson } from './exit.js';
import type { Io } from './io.js';
import { VERSION } from './version.js';

/**
 * Parses the arguments and runs the command that they name.
 * @throws ChainError `invalid_argument` for what cannot be understood; what the command throws
 */
export async function runProgram(args: readonly string[], io: Io): Promise<void> {
  const program = new Command('chain')
    .description('Runs prompt chains and shows everything that happens inside them.')
    .version(VERSION, '-V, --version')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      // Commander's own words come as an error, and are shown by the one place that shows errors.
      writeErr: () => {},
    })
    .showSuggestionAfterError()
    .hook('preAction', () => maskKeys(io))
    .addHelpText('after', EXAMPLES);
  const called = COMMANDS.filter(({ name }) => name !== undefined && name === args[0]);
  for (const command of called.length > 0 ? called : COMMANDS) {
    command.register(program, io);
  }
  if (args.length === 0) return program.outputHelp();
  try {
    await program.parseAsync(askForHelp(args), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return;
    maskKeys(io);
    // Below it there may be a suggestion.
    const [message = '', suggestion] =
      error.code === 'commander.help'
        ? [
            ['no command', ...args.slice(1)].join(' '),
            `chain ${args.length === 1 ? `${args[0]} ` : ''}--help lists them.`,
          ]
        : error.message
            .replace(/^error: /, '')
            .replace(/^command-argument value '(.*)' is invalid for argument '(.*)'\./s, "unknown $2 '$1'.")
            .split('\n');
    const { hintForSlip } = await import('./slips.js');
    const hint = hintForSlip(error, args, program) ?? suggestion;
    const wrong = new ChainError('invalid_argument', message, { cause: error, ...(hint && { hint }) });
    if (args.includes('--json')) io.stdout.write(renderErrorJson(toErrorRecord(wrong), '', io.redact));
    throw wrong;
  }
}

/** `help trace show` as `trace show --help`: commander's own `help` goes one command deep. */
function askForHelp(args: readonly string[]): readonly string[] {
  const [first, ...named] = args;
  return first === 'help' && named.length > 1 ? [...named, '--help'] : args;
}

function maskKeys(io: Io): void {
  let redact: Redact | undefined;
  io.redact = (text) => (redact ??= createRedactor({ secrets: keysIn(io.env) }))(text);
}

const EXAMPLES = `
Examples:
  $ chain run template.txt --var number=2
  $ chain run template.txt --var number=2 --verbose
  $ chain run template.txt --var number=2 --log output.log
  $ chain run --help
`;
