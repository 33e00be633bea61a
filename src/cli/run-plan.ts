import { LLMChain } from '../chains/llm-chain.js';
import { ChainError } from '../errors.js';
import type { ModelParams, ResponseFormat } from '../messages.js';
import { chooseModel, isImplicitlyOffline } from '../models/choose.js';
import { createModel } from '../models/create.js';
import type { Model } from '../models/model.js';
import { keysIn } from '../models/providers.js';
import { bindVariables } from '../prompts/bind-variables.js';
import { loadTemplateFile, parseTemplate, type TemplateFile } from '../prompts/load.js';
import type { PromptValues } from '../prompts/prompt.js';
import { type Config, loadConfig } from './config.js';
import { type Io, readAll } from './io.js';
import { readTextFile } from './read-text-file.js';
import { readStdinValue, readVariables } from './variables.js';

/** The flags of `chain run`, as they were given: what is undefined was not. */
export interface RunFlags {
  readonly prompt?: string;
  readonly var: readonly string[];
  readonly vars: readonly string[];
  readonly model?: string;
  readonly system?: string;
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly stop: readonly string[];
  readonly seed?: number;
  readonly schema?: string;
  readonly verbose?: boolean;
  readonly log?: string;
  readonly logFormat?: 'text' | 'jsonl';
  readonly logTokens?: boolean;
  readonly callback: readonly string[];
  readonly json?: boolean;
  readonly output?: string;
  readonly quiet?: boolean;
  readonly stream?: boolean;
  readonly color?: boolean;
  readonly dryRun?: boolean;
  readonly timeout?: number;
  readonly retries?: number;
  readonly config?: string;
}

/** Everything that is decided before anything is asked or written. */
export interface RunPlan {
  readonly flags: RunFlags;
  readonly template: TemplateFile;
  readonly values: PromptValues;
  readonly chain: LLMChain;
  readonly llm: Model;
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  /** Never to be written down. */
  readonly keys: readonly string[];
}

/**
 * Reads and checks everything that a run needs; no request is made and nothing is written.
 * @throws ChainError for whatever is wrong with the flags, the template, its variables or the model
 */
export async function makePlan(path: string | undefined, given: RunFlags, io: Io): Promise<RunPlan> {
  const config = await loadConfig(given.config, io.env);
  const flags = withDefaults(given, config);
  const template = await readTemplate(path, flags, io);
  const { named, extra } = await readVariables(flags.vars, flags.var, path === '-', io);
  const piped = await readPipedInput({ ...extra, ...named }, template, path, io);
  const values = bindVariables(template, { ...named, ...piped }, extra);
  const schema = flags.schema === undefined ? undefined : await readSchema(flags.schema);
  if (flags.output !== undefined) {
    const { assertWritable } = await import('./answer-file.js');
    await assertWritable(flags.output);
  }

  const choice = chooseModel({
    flag: flags.model,
    template: template.model,
    env: io.env,
    config: config.model,
  });
  const implicit = isImplicitlyOffline(choice);
  const llm = await createModel(choice.name, {
    ...paramsOf(template, flags, config, schema),
    streaming: flags.stream !== false,
    timeoutMs: (flags.timeout ?? 60) * 1000,
    maxRetries: flags.retries ?? 2,
    prices: config.prices,
    providers: config.providers,
    reply: template.offlineReply,
    implicit,
  });
  const { prompt } = template;
  if (!flags.dryRun) llm.assertCanAnswer(prompt.formatPrompt(values).messages);
  const chain = new LLMChain({ llm, prompt, metadata: { template: template.file } });
  return { flags, template, values, chain, llm, schema, keys: keysIn(io.env, config.providers) };
}

/** Parameters of the model are left out: the template's own win over the configured ones. */
function withDefaults(given: RunFlags, { defaults = {} }: Config): RunFlags {
  const { temperature, topP, maxTokens, seed, stream, ...others } = defaults;
  const { output, ...flags } = given;
  return {
    ...others,
    ...flags,
    // A dash is standard output, where the answer goes anyway.
    ...(output !== undefined && output !== '-' && { output }),
    stream: given.stream !== false && stream !== false,
  };
}

async function readTemplate(path: string | undefined, flags: RunFlags, io: Io): Promise<TemplateFile> {
  if ((path === undefined) === (flags.prompt === undefined)) {
    throw new ChainError(
      'invalid_argument',
      path === undefined
        ? 'no template'
        : 'a template file and --prompt at once: one of them is the template',
      { hint: 'chain run template.txt --var name=value, or chain run --prompt "text"' },
    );
  }
  const system = flags.system === undefined ? {} : { system: flags.system };
  if (path === undefined) return parseTemplate(flags.prompt ?? '', { ...system, file: '--prompt' });
  if (path !== '-') return loadTemplateFile(path, system);
  if (io.stdin.isTTY) {
    throw new ChainError('invalid_argument', 'the template - is standard input, which is a terminal', {
      hint: 'Pipe a template into the command, or name a file.',
    });
  }
  return parseTemplate(await readAll(io.stdin), { ...system, file: 'standard input' });
}

/** Piped text is `{input}`, where the template has it and nothing else sets it. An empty pipe leaves it its default. */
async function readPipedInput(
  values: PromptValues,
  template: TemplateFile,
  path: string | undefined,
  io: Io,
): Promise<PromptValues> {
  const wanted = template.variables.has('input') && !Object.hasOwn(values, 'input');
  if (!wanted || path === '-' || io.stdin.isTTY) return {};
  const input = await readStdinValue('input', io);
  const required = template.prompt.inputVariables.includes('input');
  return input === '' && !required ? {} : { input };
}

async function readSchema(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readTextFile(file, '--schema');
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (cause) {
    throw new ChainError('invalid_argument', `--schema ${file}: ${(cause as Error).message}`, { cause });
  }
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) {
    throw new ChainError('invalid_argument', `--schema ${file}: a JSON Schema is an object`);
  }
  const { assertSchema } = await import('./answer-schema.js');
  assertSchema(schema as Readonly<Record<string, unknown>>, file);
  return schema as Readonly<Record<string, unknown>>;
}

/** Flag over front matter over config. */
function paramsOf(
  template: TemplateFile,
  flags: RunFlags,
  { defaults }: Config,
  schema: Readonly<Record<string, unknown>> | undefined,
): ModelParams {
  const responseFormat: ResponseFormat | undefined =
    schema === undefined ? undefined : { type: 'json_schema', name: 'answer', schema };
  const named = {
    temperature: flags.temperature,
    topP: flags.topP,
    maxTokens: flags.maxTokens,
    seed: flags.seed,
    stop: flags.stop.length === 0 ? undefined : flags.stop,
    responseFormat,
  };
  const { temperature, topP, maxTokens, seed } = defaults ?? {};
  return { ...defined({ temperature, topP, maxTokens, seed }), ...template.params, ...defined(named) };
}

function defined<T extends object>(fields: T): { [K in keyof T]: Exclude<T[K], undefined> } {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as never;
}
