import { type Command, Option } from 'commander';
import type { CliCommand } from './commands.js';
import type { RunFlags } from './run-plan.js';
import {
  addModelOptions,
  addOutputOptions,
  addReplayOptions,
  addRequestOptions,
  addTraceOptions,
  addVariableOptions,
  integer,
  NOT_REPEATED,
} from './shared-options.js';
import type { VariantFlags } from './variants.js';

export const runCommand: CliCommand = {
  name: 'run',
  register(program: Command, io) {
    const command = program
      .command('run')
      .description('Run a prompt template: the answer goes to stdout as it comes, a token summary to stderr.')
      .argument('[template]', 'a template file; - for standard input')
      .option('--prompt <text>', 'the template itself, in place of a file');
    addVariableOptions(command);
    addModelOptions(command, 'the command', { each: true });
    command
      .option('-n, --runs <number>', 'run it so many times, at once', integer(1))
      .option('--schema <file>', 'a JSON Schema that the answer must follow');
    command.addOption(
      new Option(
        '--approve <who>',
        'which tools may run: all, those you allow at the terminal, or none',
      ).choices(['all', 'ask', 'none']),
    );
    addTraceOptions(command);
    addReplayOptions(command);
    command
      .option('--json', 'one JSON document on stdout')
      .option('--output <file>', 'the answer into a file');
    addOutputOptions(command, 'errors only', 'the whole answer')
      .option('--watch', 'run again when a file that it reads has changed, and show what is different')
      .option('--dry-run', 'show the messages, their tokens and their price, and call nothing');
    addRequestOptions(command)
      .addHelpText('after', EXAMPLES)
      .action(
        async (
          template: string | undefined,
          { watch, ...flags }: Partial<RunFlags & VariantFlags> & WatchFlag,
        ) => {
          const given = { ...NOT_REPEATED, ...flags };
          if (watch) {
            const { watchRuns } = await import('./watch/watch.js');
            return watchRuns(template, given, io);
          }
          const { runTemplate } = await import('./run-template.js');
          return runTemplate(template, given, io);
        },
      );
  },
};

interface WatchFlag {
  readonly watch?: boolean;
}

const EXAMPLES = `
Examples:
  $ chain run add.txt --var number=2                 offline: no key, no network
  $ chain run add.txt --var number=2 --verbose       and a trace on stderr
  $ chain run add.txt --var number=2 --log out.jsonl and every event in a file
  $ chain run letter.txt --vars data.yaml --var text=@notes.md
  $ cat notes.md | chain run summary.txt             where the template has {input}
  $ chain run letter.txt --var text=@notes.md --watch
  $ chain run --prompt "Translate: {text}" --var text=hello --model ollama:llama3.2
  $ chain run add.txt --model gpt-5 --model gpt-5-mini     side by side

Exit codes: 0 ok, 1 the run failed, 2 usage, 3 a budget stopped it, 130 Ctrl-C.
`;
