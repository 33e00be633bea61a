import { ChainError } from '../errors.js';
import type { ModelParams, ResponseFormat } from '../messages.js';
import { chooseModel, isImplicitlyOffline } from '../models/choose.js';
import { createModel } from '../models/create.js';
import type { Model } from '../models/model.js';
import type { TemplateFile } from '../prompts/load.js';
import type { Budget } from '../tokens/budget.js';
import type { Config } from './config.js';
import type { Replay, ReplayChoice, ReplayFlags, ReplaySurroundings } from './replay.js';
import { withHint } from './with-hint.js';

/** The flags that say which model answers, and how. What is undefined was not given. */
export interface ModelFlags {
  readonly model?: string;
  readonly temperature?: number;
  readonly topP?: number;
  readonly maxTokens?: number;
  readonly stop: readonly string[];
  readonly seed?: number;
  readonly stream?: boolean;
  /** Seconds. */
  readonly timeout?: number;
  readonly retries?: number;
}

/** What a template says of its model. */
export type ModelHints = Pick<TemplateFile, 'model' | 'params' | 'offlineReply'>;

/** The model that answers, and why it. */
export interface OpenedModel {
  readonly llm: Model;
  readonly choice: ReplayChoice;
}

/** What no flag of the model says. */
export interface ModelExtras {
  readonly responseFormat?: ResponseFormat | undefined;
  /** Over all calls of this model. */
  readonly budget?: Budget | undefined;
  /** What answers in its place. */
  readonly replay?: Replay | undefined;
}

/**
 * What `--replay` names, where it was given.
 * @throws ChainError `invalid_argument` or `file_not_readable`
 */
export async function findReplay(
  flags: ReplayFlags,
  surroundings: ReplaySurroundings,
): Promise<Replay | undefined> {
  const { replay, replayTiming, liveOnMiss } = flags;
  if (replay === undefined && !replayTiming && !liveOnMiss) return undefined;
  const { openReplay } = await import('./replay.js');
  return openReplay(flags, surroundings);
}

/** Flag over template over environment over configuration. Nothing is called. */
export async function openModel(
  flags: ModelFlags,
  template: ModelHints,
  config: Config,
  env: Readonly<Record<string, string | undefined>>,
  { responseFormat, budget, replay }: ModelExtras = {},
): Promise<OpenedModel> {
  const chosen = chooseModel({ flag: flags.model, template: template.model, env, config: config.model });
  const choice = replay?.choose(chosen) ?? chosen;
  const fields = {
    ...paramsOf(flags, template, config, responseFormat),
    streaming: flags.stream !== false,
    prices: config.prices,
    budget,
  };
  const llm = await createModel(choice.name, {
    ...fields,
    timeoutMs: (flags.timeout ?? 60) * 1000,
    maxRetries: flags.retries ?? 2,
    providers: config.providers,
    reply: template.offlineReply,
    implicit: isImplicitlyOffline(chosen),
  });
  return { llm: replay?.standIn(llm, choice, fields) ?? llm, choice };
}

/**
 * @param name the model's, as it was given
 * @param check throws `no_model` where the model can't be asked
 * @throws ChainError what `check` throws; for a name that was probably another one it says so
 */
export async function assertAskable<T>(
  name: string,
  check: () => T,
  { providers }: Config,
  env: Readonly<Record<string, string | undefined>>,
): Promise<T> {
  try {
    return check();
  } catch (error) {
    if (!(error instanceof ChainError) || error.code !== 'no_model') throw error;
    const { hintForModel } = await import('./model-hint.js');
    throw withHint(error, await hintForModel(name, providers, env));
  }
}

/** Flag over front matter over config. */
function paramsOf(
  flags: ModelFlags,
  template: ModelHints,
  { defaults }: Config,
  responseFormat: ResponseFormat | undefined,
): ModelParams {
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
