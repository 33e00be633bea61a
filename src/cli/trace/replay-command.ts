import type { CliCommand } from '../commands.js';
import {
  addModelOptions,
  addOutputOptions,
  addRequestOptions,
  addTraceOptions,
  addVariableOptions,
  NOT_REPEATED,
} from '../shared-options.js';
import type { TraceReplayFlags } from './replay-plan.js';

export const replayCommand: CliCommand = {
  register(program, io) {
    const command = program
      .command('replay')
      .description(
        'Carry a run out again, from its own record; for real with --live, or with something changed.',
      )
      .argument('<file>', 'a trace: what --log run.jsonl wrote')
      .argument('[run]', 'the beginning of a run’s id, last, or last~1')
      .option('--live', 'ask the model again')
      .option('--replay-timing', 'in the time that it took');
    addVariableOptions(command);
    addModelOptions(command, 'the run');
    addTraceOptions(command);
    command.option('--json', 'one JSON document on stdout');
    addOutputOptions(command, 'neither summary nor comparison: errors only', 'the whole answer');
    addRequestOptions(command)
      .addHelpText('after', EXAMPLES)
      .action(async (file: string, run: string | undefined, flags: Partial<TraceReplayFlags>) => {
        const { replayRun } = await import('./replay-run.js');
        await replayRun(file, run, { ...NOT_REPEATED, ...flags }, io);
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain trace replay run.jsonl                       the last run, as it was recorded
  $ chain trace replay run.jsonl 7f3a --model gpt-5    asks another model the same
  $ chain trace replay run.jsonl --var name=Bo         asks the same model with another value
  $ chain trace replay run.jsonl --live                asks the same again

Exit codes: those of chain run.
`;
