import type { RunOptions } from '../callbacks/run.js';
import { newRunId } from '../callbacks/run-id.js';
import { LLMChain, type LLMChainFields } from '../chains/llm-chain.js';
import type { ResponseFormat, ToolDefinition } from '../messages.js';
import type { Model } from '../models/model.js';
import type { TemplateFile } from '../prompts/load.js';
import type { PromptValues } from '../prompts/prompt.js';
import type { Budget } from '../tokens/budget.js';
import type { Approval, Approve } from './approval.js';
import { shareOf } from './budget.js';
import type { Config } from './config.js';
import type { Io } from './io.js';
import { assertAskable, type ModelFlags, openModel } from './open-model.js';
import type { Replay } from './replay.js';
import { labelOf, type Variant } from './variants.js';

/** What is run: a chain, or what a chain would do. */
export interface Asked extends Pick<LLMChain, 'prompt'> {
  /** What the model is told that it may call. */
  readonly definitions?: readonly ToolDefinition[];
  invoke(values: PromptValues, options: RunOptions): Promise<{ readonly text: string }>;
}

/** One run of the template: the only one, or a variant among others. */
export interface PlannedRun {
  readonly variant: Variant;
  /** What tells it from the others: the model, and what else differs. */
  readonly label: string;
  /** The model's name as it was chosen: `ollama:llama3.2`. */
  readonly model: string;
  readonly llm: Model;
  readonly chain: Asked;
  /** Where its answer goes in place of stdout. */
  readonly output: string | undefined;
  /** Who decides which tools run, where there are any. */
  readonly approval?: Approval | undefined;
  /** Of the command's budget, where that is for several runs: the chain's own, besides the whole. */
  readonly share: Budget | undefined;
}

/** What all runs have in common. */
export interface CommonGround {
  readonly flags: Omit<ModelFlags, 'model' | 'temperature'> & {
    readonly dryRun?: boolean;
    readonly approve?: Approve;
  };
  readonly template: TemplateFile;
  readonly values: PromptValues;
  readonly config: Config;
  readonly io: Io;
  readonly responseFormat: ResponseFormat | undefined;
  /** Over all runs together. */
  readonly budget: Budget | undefined;
  /** What answers in the place of the models. */
  readonly replay: Replay | undefined;
  /** A file for each run, or none. */
  readonly outputs: readonly string[];
}

/**
 * A model and a chain for each variant. Several have an equal share of the budget each: the first to be asked would
 * otherwise hold all of it until its answer is whole.
 * @throws ChainError for models that can't be asked, all of them at once
 */
export async function planRuns(
  variants: readonly Variant[],
  common: CommonGround,
): Promise<readonly PlannedRun[]> {
  const { flags, template, values, config, io, responseFormat, budget, outputs, replay } = common;
  const { env } = io;
  const { prompt } = template;
  const several = variants.length > 1;
  const comparison = several ? newRunId() : undefined;

  const plan = async (variant: Variant, index: number): Promise<PlannedRun> => {
    const { llm, choice } = await openModel({ ...flags, ...variant }, template, config, env, {
      responseFormat,
      replay,
    });
    if (!flags.dryRun) {
      const { messages } = prompt.formatPrompt(values);
      await assertAskable(choice.name, () => llm.assertCanAnswer(messages), config, env);
      if (several && budget !== undefined) await assertPriced(llm, budget);
    }
    const label = labelOf(choice.name, variant, variants);
    const metadata = { template: template.file, ...(several && { comparison, variant: label }) };
    const share = several && budget !== undefined ? shareOf(budget, variants.length) : undefined;
    const fields = { llm, metadata, budget: share };
    const { chain, approval } = await open(fields, common);
    return { variant, label, model: choice.name, llm, chain, approval, output: outputs[index], share };
  };
  return several ? allOf(variants.map(plan)) : [await plan(variants[0]!, 0)];
}

type Fields = Pick<LLMChainFields, 'llm' | 'metadata' | 'budget'>;

async function open(
  fields: Fields,
  { template, flags, replay, io }: CommonGround,
): Promise<Pick<PlannedRun, 'chain' | 'approval'>> {
  const { prompt, tools } = template;
  if (tools === undefined) return { chain: new LLMChain({ ...fields, prompt }), approval: undefined };
  const { openAgent } = await import('./agent-run.js');
  return openAgent(fields, { template, approve: flags.approve, replay, io });
}

/** @throws ChainError `invalid_argument` for a model without a price under a budget of money */
async function assertPriced(llm: Model, budget: Budget): Promise<void> {
  if (budget.maxCost === null) return;
  const [quote, { roomFor }] = await Promise.all([llm.quote(''), import('../models/budget-room.js')]);
  if (quote.price === null) roomFor(quote, [budget]);
}

async function allOf<T>(promises: readonly Promise<T>[]): Promise<readonly T[]> {
  const settled = await Promise.allSettled(promises);
  const errors = settled.flatMap((one) => (one.status === 'rejected' ? [one.reason] : []));
  if (errors.length > 0) {
    const { joinMistakes } = await import('./compare/failures.js');
    throw joinMistakes(errors);
  }
  return Promise.all(promises);
}
