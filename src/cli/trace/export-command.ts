import { Option } from 'commander';
import { ChainError } from '../../errors.js';
import type { CliCommand } from '../commands.js';
import { collect } from '../shared-options.js';
import type { ExportFlags } from './export/export.js';
import type { OtlpFlags } from './export/export-otlp.js';

type ExportCommandFlags = Partial<ExportFlags & OtlpFlags> & { readonly redact?: readonly string[] };

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
          .conflicts('otlp'),
      )
      .option('--otlp [url]', 'spans to an OpenTelemetry collector, in place of a file')
      .option('--output <file>', 'a file, in place of stdout')
      .option('--redact <regex>', 'mask what it matches; may be repeated', collect)
      .option('--no-content', 'runs, tokens and times alone: nothing that anybody said')
      .addHelpText('after', EXAMPLES)
      .action(async (file: string, run: string | undefined, flags: ExportCommandFlags) => {
        const { format, otlp, redact = [] } = flags;
        if (redact.length > 0) {
          const [{ redactorOf }, { keysIn }] = await Promise.all([
            import('../redactor-of.js'),
            import('../../models/providers.js'),
          ]);
          io.redact = redactorOf({ redact }, keysIn(io.env));
        }
        if (otlp !== undefined) {
          const { exportOtlp } = await import('./export/export-otlp.js');
          return exportOtlp(file, run, { ...flags, otlp }, io);
        }
        if (format === undefined) {
          throw new ChainError('invalid_argument', 'no --format', {
            hint: '--format csv, markdown or html; or --otlp http://127.0.0.1:4318',
          });
        }
        const { exportTrace } = await import('./export/export.js');
        return exportTrace(file, run, { ...flags, format }, io);
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain trace export run.jsonl --format html --output run.html
  $ chain trace export run.jsonl last --format markdown
  $ chain trace export run.jsonl --format csv --output runs.csv
  $ chain trace export run.jsonl --otlp http://127.0.0.1:4318
`;
