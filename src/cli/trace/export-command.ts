import { Option } from 'commander';
import type { CliCommand } from '../commands.js';
import type { ExportFlags } from './export/export.js';

export const exportCommand: CliCommand = {
  register(program, io) {
    program
      .command('export')
      .description('Write runs in a form for other programs, or for people without this one.')
      .argument('<file>', 'a trace: what --log run.jsonl wrote; - for standard input')
      .argument('[run]', 'the beginning of a run’s id, last, or last~1 (default: all of them)')
      .addOption(
        new Option('--format <format>', 'csv, markdown or html')
          .choices(['csv', 'markdown', 'html'])
          .makeOptionMandatory(),
      )
      .option('--output <file>', 'a file, in place of stdout')
      .addHelpText('after', EXAMPLES)
      .action(async (file: string, run: string | undefined, flags: ExportFlags) => {
        const { exportTrace } = await import('./export/export.js');
        await exportTrace(file, run, flags, io);
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain trace export run.jsonl --format html --output run.html
  $ chain trace export run.jsonl last --format markdown
  $ chain trace export run.jsonl --format csv --output runs.csv
`;
