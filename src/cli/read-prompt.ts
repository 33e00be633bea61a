import { ChainError } from '../errors.js';
import { bindVariables } from '../prompts/bind-variables.js';
import { parseTemplate, type TemplateFile } from '../prompts/load.js';
import type { PromptValues } from '../prompts/prompt.js';
import { type Io, readAll } from './io.js';
import { loadTemplate } from './load-template.js';
import { readStdinValue, readVariables } from './variables.js';

/** The flags that say what the prompt is, as they were given. */
export interface PromptFlags {
  readonly prompt?: string;
  readonly var: readonly string[];
  readonly vars: readonly string[];
  readonly system?: string;
}

/** A template, and a value for each of its variables. */
export interface FilledTemplate {
  readonly template: TemplateFile;
  readonly values: PromptValues;
}

/**
 * Reads the template, its variables, and standard input where that is one of them.
 * @param command the one that was given, for a hint
 * @throws ChainError for whatever is wrong with any of them
 */
export async function readPrompt(
  path: string | undefined,
  flags: PromptFlags,
  io: Io,
  command: string,
): Promise<FilledTemplate> {
  const template = await readTemplate(path, flags, io, command);
  const stdinIsTemplate = path === '-';
  const { named, extra, stdinIsRead } = await readVariables(flags.vars, flags.var, stdinIsTemplate, io);
  const isTaken = stdinIsTemplate || stdinIsRead;
  const piped = isTaken ? {} : await readPipedInput({ ...extra, ...named }, template, io);
  return { template, values: bindVariables(template, { ...named, ...piped }, extra) };
}

/** @throws ChainError `invalid_argument` where no template is named, or two are */
export function assertOneTemplate(
  path: string | undefined,
  { prompt }: Pick<PromptFlags, 'prompt'>,
  command: string,
): void {
  if ((path === undefined) !== (prompt === undefined)) return;
  throw new ChainError(
    'invalid_argument',
    path === undefined ? 'no template' : 'a template file and --prompt at once: one of them is the template',
    {
      hint: `chain ${command} template.txt --var name=value, or chain ${command} --prompt "text"; from a pipe: chain ${command} -`,
    },
  );
}

async function readTemplate(
  path: string | undefined,
  flags: PromptFlags,
  io: Io,
  command: string,
): Promise<TemplateFile> {
  assertOneTemplate(path, flags, command);
  const system = flags.system === undefined ? {} : { system: flags.system };
  if (path === undefined) return parseTemplate(flags.prompt ?? '', { ...system, file: '--prompt' });
  if (path !== '-') return loadTemplate(path, system);
  if (io.stdin.isTTY) {
    throw new ChainError('invalid_argument', 'the template - is standard input, which is a terminal', {
      hint: 'Pipe a template into the command, or name a file.',
    });
  }
  return parseTemplate(await readAll(io.stdin), { ...system, file: 'standard input' });
}

/** Piped text is `{input}`, where the template has it and nothing else sets it. An empty pipe leaves it its default. */
async function readPipedInput(values: PromptValues, template: TemplateFile, io: Io): Promise<PromptValues> {
  const wanted = template.variables.has('input') && !Object.hasOwn(values, 'input');
  if (!wanted || io.stdin.isTTY) return {};
  const input = await readStdinValue('input', io);
  const required = template.prompt.inputVariables.includes('input');
  return input === '' && !required ? {} : { input };
}
