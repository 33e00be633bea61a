import { ChainError } from '../errors.js';
import type { ResponseFormat } from '../messages.js';
import type { PromptValues } from '../prompts/prompt.js';
import type { Budget } from '../tokens/budget.js';
import type { Approve } from './approval.js';
import { makeBudget } from './budget.js';
import { type Config, configPath } from './config.js';
import type { Io } from './io.js';
import { openConfig } from './open-config.js';
import { findReplay, type ModelFlags } from './open-model.js';
import { assertOtherFiles, assertOwnFile } from './other-file.js';
import { type PlannedRun, planRuns } from './planned-run.js';
import { type PromptFlags, readPrompt } from './read-prompt.js';
import { readTextFile } from './read-text-file.js';
import type { ReplayFlags } from './replay.js';
import type { TraceFlags } from './trace-handlers.js';
import { variableFiles } from './variables.js';
import { type VariantFlags, variantsOf } from './variants.js';

/** The flags of `chain run` that hold for all of its runs, as they were given: what is undefined was not. */
export interface RunFlags
  extends PromptFlags,
    Omit<ModelFlags, 'model' | 'temperature'>,
    TraceFlags,
    ReplayFlags {
  readonly maxCost?: number;
  readonly maxTotalTokens?: number;
  readonly schema?: string;
  readonly approve?: Approve;
  readonly json?: boolean;
  readonly output?: string;
  readonly quiet?: boolean;
  readonly dryRun?: boolean;
  readonly config?: string;
}

/** Everything that is decided before anything is asked or written, wherever the runs come from. */
export interface RunPlan {
  readonly flags: RunFlags;
  readonly values: PromptValues;
  /** At least one, in the order of the command line. */
  readonly runs: readonly PlannedRun[];
  readonly schema: Readonly<Record<string, unknown>> | undefined;
  /** Over all runs together. */
  readonly budget: Budget | undefined;
  /** The configured ones. */
  readonly providers: Config['providers'];
  /** Never to be written down. */
  readonly keys: readonly string[];
}

/**
 * Reads and checks everything that the runs need; no request is made and nothing is written.
 * @throws ChainError for whatever is wrong with the flags, the template, its variables or the models
 */
export async function makePlan(
  path: string | undefined,
  given: RunFlags & VariantFlags,
  io: Io,
): Promise<RunPlan> {
  const opened = await openConfig(withoutDash(given), io);
  const { config, keys } = opened;
  const { model: _, temperature: __, runs: ___, ...flags } = opened.flags;
  const variants = variantsOf(given);
  const { log, output, callback, record } = flags;
  const outputs = output === undefined ? [] : await outputFiles(output, variants.length);
  for (const file of outputs.length === 0 ? [undefined] : outputs) {
    assertOtherFiles({ '--log': log, '--output': file, '--record': record }, [
      ...[path, '-', flags.schema, flags.replay, given.config ?? configPath(io.env)],
      ...variableFiles(flags),
      ...callback,
    ]);
    assertOwnFile({ '--record': record }, { '--log': log, '--output': file });
    assertOwnFile({ '--output': file }, { '--log': log });
  }
  const replay = await findReplay(flags, { keys, providers: config.providers, signal: io.signal });
  const { template, values } = await readPrompt(path, flags, io, 'run');
  const schema = flags.schema === undefined ? undefined : await readSchema(flags.schema);
  for (const file of outputs) {
    const { assertWritable } = await import('./named-file.js');
    await assertWritable('--output', file);
  }

  const budget = makeBudget(given, template.budget, config.defaults);
  const responseFormat = responseFormatOf(schema);
  const common = { flags, template, values, config, io, responseFormat, budget, outputs, replay };
  const runs = await planRuns(variants, common);
  return { flags, values, runs, schema, budget, providers: config.providers, keys };
}

/** A dash is standard output, where the answer goes anyway. */
function withoutDash<F extends RunFlags>({ output, ...flags }: F): Omit<F, 'output'> & { output?: string } {
  return output === undefined || output === '-' ? flags : { ...flags, output };
}

async function outputFiles(file: string, count: number): Promise<readonly string[]> {
  if (count === 1) return [file];
  const { numberedFiles } = await import('./compare/numbered-files.js');
  return numberedFiles(file, count);
}

async function readSchema(file: string): Promise<Readonly<Record<string, unknown>>> {
  const text = await readTextFile(file, '--schema');
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (cause) {
    throw new ChainError('invalid_argument', `--schema ${file}: not JSON: ${(cause as Error).message}`, {
      cause,
    });
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
