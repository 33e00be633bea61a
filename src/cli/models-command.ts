import type { Command } from 'commander';
import type { CliCommand } from './commands.js';
import type { ModelsFlags } from './models-report.js';

export const modelsCommand: CliCommand = {
  name: 'models',
  register(program: Command, io) {
    program
      .command('models')
      .description('List known models with their context windows and prices. Nothing is called.')
      .argument('[search]', 'part of a name; of several words all have to be in it')
      .option('--provider <name>', 'the models of one provider, such as openai, anthropic or gemini')
      .option('--config <file>', 'as for chain run; its prices win over the list')
      .option('--json', 'one JSON document on stdout')
      .addHelpText('after', EXAMPLES)
      .action(async (search: string | undefined, flags: ModelsFlags) => {
        const { showModels } = await import('./models-report.js');
        await showModels(search ?? '', flags, io);
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain models gpt-5
  $ chain models "claude sonnet" --provider anthropic
`;
