import { type Command, InvalidArgumentError, Option } from 'commander';

/** Flags that may be repeated, and weren't given. Not as commander's defaults, which it would show. */
export const NOT_REPEATED = { var: [], vars: [], stop: [], callback: [], redact: [] } as const;

export function addVariableOptions(command: Command): Command {
  return command
    .option(
      '--var <name=value>',
      'set a variable; =@file reads a file, =- standard input; may be repeated',
      collect,
    )
    .option('--vars <file>', 'set variables from a JSON or YAML file; may be repeated', collect);
}

/**
 * @param whole what a budget holds for
 * @param each whether there may be several of `--model` and of `--temperature`
 * @param tokensOf what `--max-total-tokens` counts
 */
export function addModelOptions(
  command: Command,
  whole: string,
  { each = false, tokensOf }: { readonly each?: boolean; readonly tokensOf?: string } = {},
): Command {
  const more = each ? '; may be repeated: each is a run of its own' : '';
  const model = `the model, such as gpt-5-mini, ollama:llama3.2 or offline${more}`;
  command
    .addOption(each ? repeated('--model <name>', model) : once('--model <name>', model))
    .option('--system <text>', "the system message, in place of the template's")
    .addOption(
      each
        ? repeated('--temperature <number>', `0 to 2${more}`, number(0, 2))
        : once('--temperature <number>', '0 to 2', number(0, 2)),
    )
    .option('--top-p <number>', '0 to 1', number(0, 1))
    .option('--max-tokens <number>', 'the most tokens the answer may have', integer(1));
  return addBudgetOptions(command, whole, tokensOf)
    .option('--stop <text>', 'a text at which the answer ends; may be repeated', collect)
    .option('--seed <number>', 'for repeatable answers, where the model knows it', integer());
}

/** @param whole what the budget holds for */
export function addBudgetOptions(command: Command, whole: string, tokensOf = 'prompt and answer'): Command {
  return command
    .option('--max-cost <dollars>', `the most that ${whole} may cost`, number(0.000001))
    .option('--max-total-tokens <number>', `the most tokens that ${tokensOf} may have`, integer(1));
}

export function addTraceOptions(command: Command): Command {
  return command
    .option('--verbose', 'a console trace on stderr')
    .addOption(undoing('--no-verbose'))
    .option('--log <file>', 'a trace in a file')
    .addOption(undoing('--no-log'))
    .addOption(
      new Option('--log-format <format>', 'default: jsonl for a .jsonl file, else text').choices([
        'text',
        'jsonl',
      ]),
    )
    .option('--log-tokens', 'tokens one by one in a text log')
    .addOption(undoing('--no-log-tokens'))
    .option(
      '--redact <regex>',
      'mask what it matches in traces, documents and errors; may be repeated',
      collect,
    )
    .option('--no-content', 'runs, tokens and times alone in traces: nothing that anybody said')
    .option('--otlp <url>', 'spans and metrics to an OpenTelemetry collector (OTLP over HTTP)')
    .option('--record <file>', 'a trace in place of what is in the file, for --replay')
    .option('--callback <module>', 'a module whose exports are callback handlers; may be repeated', collect);
}

export function addReplayOptions(command: Command): Command {
  return command
    .option(
      '--replay <file>',
      'answers from a recording, or from any JSON lines of --log: no key, no network',
    )
    .option('--replay-timing', 'with --replay: in the time that they took')
    .option('--live-on-miss', 'with --replay: ask the model what is not recorded');
}

/**
 * @param quiet what is left of the output
 * @param whole what is asked for in one piece
 */
export function addOutputOptions(command: Command, quiet: string, whole: string): Command {
  return command
    .option('--quiet', quiet)
    .addOption(undoing('--no-quiet'))
    .addOption(undoing('--stream'))
    .option('--no-stream', `ask for ${whole} at once`)
    .option('--no-color', 'no colours');
}

/** A flag for whoever has configured the opposite; no line in the help. */
function undoing(flag: string): Option {
  return new Option(flag).hideHelp();
}

export function addRequestOptions(command: Command): Command {
  return command
    .option('--timeout <seconds>', 'for the first byte, and between chunks (default: 60)', number(0.001))
    .option('--retries <number>', 'how often a failed request is made again (default: 2)', integer(0))
    .option('--config <file>', 'the configuration, in place of the usual one');
}

/** Of a flag that may be repeated. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  return [...before, value];
}

function repeated(flags: string, description: string, parse: (text: string) => unknown = String): Option {
  return new Option(flags, description).argParser<readonly unknown[]>((text, before = []) => [
    ...before,
    parse(text),
  ]);
}

/** Of a flag that may be repeated elsewhere, and of which the last one would silently win here. */
export function once(flags: string, description: string, parse: (text: string) => unknown = String): Option {
  return new Option(flags, description).argParser<unknown>((text, before) => {
    if (before !== undefined) throw new InvalidArgumentError('It may be given once.');
    return parse(text);
  });
}

export function number(min: number, max = Number.POSITIVE_INFINITY) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(value) && value >= min && value <= max) return value;
    const range = max === Number.POSITIVE_INFINITY ? `from ${min} up` : `from ${min} to ${max}`;
    throw new InvalidArgumentError(`It takes a number ${range}.`);
  };
}

export function integer(min = Number.MIN_SAFE_INTEGER) {
  return (text: string): number => {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isSafeInteger(value) && value >= min) return value;
    const range = min === Number.MIN_SAFE_INTEGER ? '' : ` from ${min} up`;
    throw new InvalidArgumentError(`It takes a whole number${range}.`);
  };
}
