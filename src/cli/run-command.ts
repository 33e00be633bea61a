import { type Command, InvalidArgumentError, Option } from 'commander';
import type { CliCommand } from './commands.js';
import type { RunFlags } from './run-plan.js';

export const runCommand: CliCommand = {
  register(program: Command, io) {
    program
      .command('run')
      .description('Run a prompt template: the answer goes to stdout as it comes, a token summary to stderr.')
      .argument('[template]', 'a template file; - for standard input')
      .option('--prompt <text>', 'the template itself, in place of a file')
      .option(
        '--var <name=value>',
        'set a variable; =@file reads a file, =- standard input; may be repeated',
        collect,
      )
      .option('--vars <file>', 'set variables from a JSON or YAML file; may be repeated', collect)
      .option('--model <name>', 'the model, such as gpt-5-mini, ollama:llama3.2 or offline')
      .option('--system <text>', "the system message, in place of the template's")
      .option('--temperature <number>', '0 to 2', number(0, 2))
      .option('--top-p <number>', '0 to 1', number(0, 1))
      .option('--max-tokens <number>', 'the most tokens the answer may have', integer(1))
      .option('--stop <text>', 'a text at which the answer ends; may be repeated', collect)
      .option('--seed <number>', 'for repeatable answers, where the model knows it', integer())
      .option('--schema <file>', 'a JSON Schema that the answer must follow')
      .option('--verbose', 'a console trace on stderr')
      .option('--log <file>', 'a trace in a file')
      .addOption(
        new Option('--log-format <format>', 'default: jsonl for a .jsonl file, else text').choices([
          'text',
          'jsonl',
        ]),
      )
      .option('--log-tokens', 'tokens one by one in a text log')
      .option('--callback <module>', 'a module whose exports are callback handlers; may be repeated', collect)
      .option('--json', 'one JSON document on stdout')
      .option('--output <file>', 'the answer into a file')
      .option('--quiet', 'errors only')
      .option('--no-stream', 'ask for the whole answer at once')
      .option('--no-color', 'no colours')
      .option('--dry-run', 'show the messages, their tokens and their price, and call nothing')
      .option('--timeout <seconds>', 'for the first byte, and between chunks (default: 60)', number(0.001))
      .option('--retries <number>', 'how often a failed request is made again (default: 2)', integer(0))
      .option('--config <file>', 'the configuration, in place of the usual one')
      .addHelpText('after', EXAMPLES)
      .action(async (template: string | undefined, flags: Partial<RunFlags>) => {
        const { runTemplate } = await import('./run-template.js');
        await runTemplate(template, { ...NOT_REPEATED, ...flags }, io);
      });
  },
};

const EXAMPLES = `
Examples:
  $ chain run add.txt --var number=2                 offline: no key, no network
  $ chain run add.txt --var number=2 --verbose       and a trace on stderr
  $ chain run add.txt --var number=2 --log out.jsonl and every event in a file
  $ chain run letter.txt --vars data.yaml --var text=@notes.md
  $ cat notes.md | chain run summary.txt             where the template has {input}
  $ chain run --prompt "Translate: {text}" --var text=hello --model ollama:llama3.2

Exit codes: 0 ok, 1 the run failed, 2 usage, 130 Ctrl-C.
`;

/** Not as commander's defaults, which it would show. */
const NOT_REPEATED = { var: [], vars: [], stop: [], callback: [] } as const;

function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function number(min: number, max = Number.POSITIVE_INFINITY) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value >= min && value <= max) return value;
    const range = max === Number.POSITIVE_INFINITY ? `from ${min} up` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`It takes a number ${range}.`);
  };
}

function integer(min = Number.MIN_SAFE_INTEGER) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isSafeInteger(value) && value >= min) return value;
    const range = min === Number.MIN_SAFE_INTEGER ? '' : ` from ${min} up`;
    throw new InvalidArgumentError(`It takes a whole number${range}.`);
  };
}
