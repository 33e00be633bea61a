import type { Command } from 'commander';
import type { CliCommand } from './commands.js';
import { addVariableOptions, NOT_REPEATED } from './shared-options.js';
import type { TokensFlags } from './tokens-report.js';

export const tokensCommand: CliCommand = {
  name: 'tokens',
  register(program: Command, io) {
    const command = program
      .command('tokens')
      .description("Count a prompt's tokens for several models, and their price. Nothing is called.")
      .argument('[template]', 'a template file, or - for standard input')
      .option('--prompt <text>', 'the template itself, in place of a file');
    addVariableOptions(command)
      .option('--system <text>', "the system message, in place of the template's")
      .option('--model <names>', 'models, with commas between; may be repeated', collect)
      .option('--config <file>', 'as for chain run')
      .option('--json', 'one JSON document on stdout')
      .addHelpText('after', EXAMPLES)
      .action(async (template: string | undefined, flags: Partial<TokensFlags>) => {
        const { showTokens } = await import('./tokens-report.js');
        await showTokens(template, { ...NOT_REPEATED, model: [], ...flags }, io);
      });
  },
};

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

const EXAMPLES = `
Examples:
  $ chain tokens template.txt --var number=2
  $ chain tokens template.txt --model gpt-5-mini,anthropic:claude-sonnet-4-5,ollama:llama3.2
`;
