import type { CliCommand } from './commands.js';
import { diffCommand } from './trace/diff-command.js';
import { exportCommand } from './trace/export-command.js';
import { replayCommand } from './trace/replay-command.js';
import { showCommand } from './trace/show-command.js';
import { statsCommand } from './trace/stats-command.js';

/** What can be done with a trace file, in the order of `chain trace --help`. */
export const TRACE_COMMANDS: readonly CliCommand[] = [
  showCommand,
  statsCommand,
  diffCommand,
  replayCommand,
  exportCommand,
];

/** `chain trace show run.jsonl`: what a run's log can tell afterwards. */
export const traceCommand: CliCommand = {
  name: 'trace',
  register(program, io) {
    const trace = program.command('trace').description('Read back what a run wrote with --log run.jsonl.');
    for (const command of TRACE_COMMANDS) command.register(trace, io);
  },
};
