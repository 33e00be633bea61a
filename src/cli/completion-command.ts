import type { Command } from 'commander';
import type { CliCommand } from './commands.js';
import type { Shell } from './completion.js';

/** `chain complete bash` prints the script that a shell loads; the script then asks `chain propose -- …`. */
export const completionCommand: CliCommand = {
  register(program: Command, io) {
    program
      .command('complete')
      .description('Print the script that lets a shell complete commands and flags.')
      .addArgument(program.createArgument('<shell>', 'the shell').choices(['bash', 'zsh', 'fish']))
      .addHelpText('after', EXAMPLES)
      .action(async (shell: Shell) => {
        const { SCRIPTS } = await import('./completion.js');
        io.stdout.write(SCRIPTS[shell]);
      });
    program
      .command('propose', { hidden: true })
      .argument('[words...]', 'what has been typed so far')
      .action(async (typed: string[]) => {
        const { propose } = await import('./completion.js');
        const words = await propose(program, typed, io.env);
        io.stdout.write(words.map((word) => `${word}\n`).join(''));
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain complete bash >> ~/.bashrc
  $ chain complete zsh >> ~/.zshrc
  $ chain complete fish > ~/.config/fish/completions/chain.fish
`;
