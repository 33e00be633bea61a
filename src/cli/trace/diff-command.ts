import type { CliCommand } from '../commands.js';
import type { DiffFlags } from './diff.js';

export const diffCommand: CliCommand = {
  register(program, io) {
    program
      .command('diff')
      .description('Compare two runs: prompt, parameters, answer, tokens, cost, time, step by step.')
      .argument('<A>', 'a trace file, or file#run; without a run its last one; - is standard input')
      .argument('[B]', 'the other; without it A is compared with the run before it in its file')
      .option('--exit-code', '1 where parameters, prompts, answers or how they ended differ')
      .option('--json', 'one JSON document on stdout')
      .option('--no-color', 'no colours: [-old-] and {+new+}')
      .addHelpText('after', EXAMPLES)
      .action(async (a: string, b: string | undefined, flags: DiffFlags) => {
        const { diffTraces } = await import('./diff.js');
        await diffTraces(a, b, flags, io);
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain trace diff run.jsonl                         the last two runs in it
  $ chain trace diff before.jsonl after.jsonl          the last run of each
  $ chain trace diff run.jsonl#7f3a run.jsonl#last~2   a run by the beginning of its id, and the last but two
  $ chain trace diff main.jsonl branch.jsonl --exit-code

Exit codes: 0 ok, 1 with --exit-code where they differ, 2 usage.
`;
