import { toErrorRecord } from '../../errors.js';
import type { CliCommand } from '../commands.js';
import { renderErrorJson } from '../exit.js';
import { integer } from '../shared-options.js';
import type { ShowFlags } from './show.js';

export const showCommand: CliCommand = {
  register(program, io) {
    program
      .command('show')
      .description('Show a run as a tree: time, tokens, cost, errors. Several runs are listed.')
      .argument('<file>', 'a trace: what --log run.jsonl wrote; - for standard input')
      .argument('[run]', 'the beginning of a run’s id, last, or last~1')
      .option('--full', 'prompts and answers too')
      .option('--events', 'the raw events, one a line')
      .option('--follow', 'go on until the run has ended')
      .option('--json', 'one JSON document on stdout')
      .option('--limit <number>', 'how many of the last runs are listed (default: 50)', integer(1))
      .option('--no-color', 'no colours')
      .addHelpText('after', EXAMPLES)
      .action(async (file: string, run: string | undefined, flags: ShowFlags) => {
        const { follow = false, json = false } = flags;
        const show = follow
          ? (await import('./follow.js')).followTrace
          : (await import('./show.js')).showTrace;
        try {
          await show(file, run, flags, io);
        } catch (error) {
          // To be told to stop is how following ends.
          if (json && !(follow && io.signal.aborted))
            io.stdout.write(renderErrorJson(toErrorRecord(error), '', io.redact));
          throw error;
        }
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain run add.txt --var number=2 --log run.jsonl
  $ chain trace show run.jsonl
  $ chain trace show run.jsonl last --full
  $ chain trace show run.jsonl 7f3a --events
`;
