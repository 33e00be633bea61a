import type { RunOptions } from '../callbacks/run.js';
import { LLMChain } from '../chains/llm-chain.js';
import { ChainError } from '../errors.js';
import type { ResponseFormat } from '../messages.js';
import type { Model } from '../models/model.js';
import { keysIn } from '../models/providers.js';
import type { TemplateFile } from '../prompts/load.js';
import type { PromptValues } from '../prompts/prompt.js';
import type { Budget } from '../tokens/budget.js';
import { makeBudget } from './budget.js';
import { configPath, loadConfig } from './config.js';
import { withDefaults } from './flag-defaults.js';
import type { Io } from './io.js';
import { findReplay, type ModelFlags, openModel } from './open-model.js';
import { assertOtherFiles, assertOwnFile } from './other-file.js';
import { type PromptFlags, readPrompt } from './read-prompt.js';
import { readTextFile } from './read-text-file.js';
import type { ReplayFlags } from './replay.js';
import type { TraceFlags } from './trace-handlers.js';
import { variableFiles } from './variables.js';

/** The flags of `chain run`, as they were given: what is undefined was not. */
export interface RunFlags extends PromptFlags, ModelFlags, TraceFlags, ReplayFlags {
  readonly maxCost?: number;
  readonly maxTotalTokens?: number;
  readonly schema?: string;
  readonly json?: boolean;
  readonly output?: string;
  readonly quiet?: boolean;
  readonly dryRun?: boolean;
  readonly config?: string;
}

/** What is run: a chain, or what a chain would do. */
export interface Asked extends Pick<LLMChain, 'prompt'> {
  invoke(values: PromptValues, options: RunOptions): Promise<{ readonly text: string }>;
}

/** Everything that is decided before anything is asked or written. */
export interface RunPlan extends PlannedRun {
  readonly template: TemplateFile;
}

/** What is needed to carry a run out, wherever it comes from. */
export interface PlannedRun {
  readonly flags: RunFlags;
  readonly values: PromptValues;
  readonly chain: Asked;
  readonly llm: Model;
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  readonly budget: Budget | undefined;
  /** Never to be written down. */
  readonly keys: readonly string[];
}

/**
 * Reads and checks everything that a run needs; no request is made and nothing is written.
 * @throws ChainError for whatever is wrong with the flags, the template, its variables or the model
 */
export async function makePlan(path: string | undefined, given: RunFlags, io: Io): Promise<RunPlan> {
  const config = await loadConfig(given.config, io.env);
  const flags = withDefaults(withoutDash(given), config);
  const { log, output, callback, record } = flags;
  assertOtherFiles({ '--log': log, '--output': output, '--record': record }, [
    ...[path, '-', flags.schema, flags.replay, given.config ?? configPath(io.env)],
    ...variableFiles(flags),
    ...callback,
  ]);
  assertOwnFile({ '--record': record }, { '--log': log, '--output': output });
  const keys = keysIn(io.env, config.providers);
  const replay = await findReplay(flags, { keys, providers: config.providers, signal: io.signal });
  const { template, values } = await readPrompt(path, flags, io, 'run');
  const schema = flags.schema === undefined ? undefined : await readSchema(flags.schema);
  if (flags.output !== undefined) {
    const { assertWritable } = await import('./answer-file.js');
    await assertWritable(flags.output);
  }

  const { llm } = await openModel(flags, template, config, io.env, {
    responseFormat: responseFormatOf(schema),
    replay,
  });
  const { prompt } = template;
  if (!flags.dryRun) llm.assertCanAnswer(prompt.formatPrompt(values).messages);
  const chain = new LLMChain({ llm, prompt, metadata: { template: template.file } });
  const budget = makeBudget(given, template.budget, config.defaults);
  return { flags, template, values, chain, llm, schema, budget, keys };
}

/** A dash is standard output, where the answer goes anyway. */
function withoutDash({ output, ...flags }: RunFlags): RunFlags {
  return output === undefined || output === '-' ? flags : { ...flags, output };
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

function responseFormatOf(schema: Readonly<Record<string, unknown>> | undefined): ResponseFormat | undefined {
  return schema && { type: 'json_schema', name: 'answer', schema };
}
