import type { Command } from 'commander';
import type { CliCommand } from './commands.js';
import type { DoctorFlags } from './doctor.js';
import { once } from './shared-options.js';

export const doctorCommand: CliCommand = {
  name: 'doctor',
  register(program: Command, io) {
    program
      .command('doctor')
      .description('Say which model would answer, why, and what is missing. Nothing is called.')
      .argument('[template]', 'a template file, whose front matter may name the model')
      .addOption(once('--model <name>', 'as for chain run'))
      .option('--config <file>', 'as for chain run')
      .option('--json', 'one JSON document on stdout')
      .action(async (template: string | undefined, flags: DoctorFlags) => {
        const { showDiagnosis } = await import('./doctor.js');
        await showDiagnosis(template, flags, io);
      });
  },
};
