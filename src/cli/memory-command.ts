import type { Command } from 'commander';
import { MEASURED_MEMORIES } from '../chains/measurement/measured-memories.js';
import type { CliCommand } from './commands.js';
import type { MemoryFlags } from './memory/plan.js';
import {
  addBudgetOptions,
  addRequestOptions,
  addTraceOptions,
  integer,
  NOT_REPEATED,
  once,
} from './shared-options.js';

export const memoryCommand: CliCommand = {
  name: 'memory',
  register(program: Command, io) {
    const command = program
      .command('memory')
      .description('Measure what each kind of memory takes for one conversation, and what it still knows.')
      .argument(
        '[file]',
        'a conversation: YAML with turns and facts, or a user turn a line; - for standard input',
      )
      .option('--session <name>', 'a conversation that chain chat has kept, in place of a file')
      .option('--memory <kinds>', `the kinds, with commas between (default: ${MEASURED_MEMORIES.join(',')})`)
      .addOption(
        once('--model <name>', 'whose tokens and prices count; it writes what the conversation has not got'),
      )
      .option(
        '--turns <number>',
        'how many turns; behind the last one the conversation begins again',
        integer(1),
      );
    addBudgetOptions(command, 'all calls together', 'their prompts and answers')
      .option('--svg <file>', 'the charts into a file')
      .option('--json', 'one JSON document on stdout')
      .option('--no-color', 'no colours');
    addTraceOptions(command);
    addRequestOptions(command)
      .addHelpText('after', EXAMPLES)
      .action(async (file: string | undefined, flags: Partial<MemoryFlags>) => {
        const { runMemory } = await import('./memory/run-memory.js');
        await runMemory(file, { ...NOT_REPEATED, ...flags }, io);
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain memory sample-prompts/conversations/forty-turns-en.yaml
  $ chain memory forty-turns-en.yaml --model gpt-5-mini --memory buffer,window:6,token-buffer:500
  $ chain memory forty-turns-en.yaml --turns 200 --svg memory.svg
  $ chain memory --session trip --model ollama:llama3.2

Exit codes: 0 ok, 1 a model failed, 2 usage, 3 a budget stopped it, 130 Ctrl-C.
`;
