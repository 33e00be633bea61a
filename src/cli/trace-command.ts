import type { CliCommand } from './commands.js';
import { replayCommand } from './trace/replay-command.js';
import { showCommand } from './trace/show-command.js';

/** What can be done with a trace file, in the order of `chain trace --help`. */
export const TRACE_COMMANDS: readonly CliCommand[] = [showCommand, replayCommand];

/** `chain trace show run.jsonl`: what a run's log can tell afterwards. */
export const traceCommand: CliCommand = {
  register(program, io) {
    const trace = program.command('trace').description('Read back what a run wrote with --log run.jsonl.');
    for (const command of TRACE_COMMANDS) command.register(trace, io);
  },
};
