import { Option } from 'commander';
import type { CliCommand } from '../commands.js';
import { integer, number } from '../shared-options.js';
import type { StatsFlags } from './stats.js';
import { when } from './when.js';

export const statsCommand: CliCommand = {
  register(program, io) {
    program
      .command('stats')
      .description('Count the runs of trace files: tokens, cost, latency, errors.')
      .argument('<files...>', 'traces: what --log run.jsonl wrote; - for standard input')
      .addOption(
        new Option('--by <what>', 'a row for each of these').choices(['template', 'model', 'day', 'status']),
      )
      .option(
        '--limit <number>',
        'how many rows at most; the rest is counted together (default: 20)',
        integer(1),
      )
      .option(
        '--since <when>',
        'only runs that were started then or later: 2026-11-21, 24h, 7d',
        when('start'),
      )
      .option('--until <when>', 'only runs that were started before; of a day, all of it', when('end'))
      .option('--max-cost <dollars>', 'exit code 3 where all runs together cost more', number(0))
      .option('--json', 'one JSON document on stdout')
      .addHelpText('after', EXAMPLES)
      .action(async (files: readonly string[], flags: StatsFlags) => {
        const { showStats } = await import('./stats.js');
        await showStats(files, flags, io);
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain trace stats run.jsonl
  $ chain trace stats logs/*.jsonl --by model --since 7d
  $ zcat old.jsonl.gz | chain trace stats - --by day
  $ chain trace stats run.jsonl --max-cost 5

Exit codes: 0 ok, 2 usage, 3 it cost more than --max-cost, 130 Ctrl-C.
`;
