import { renderCost } from '../callbacks/figures.js';
import { type ErrorRecord, toErrorRecord } from '../errors.js';
import type { Message, ToolDefinition, Usage } from '../messages.js';
import { roomFor } from '../models/budget-room.js';
import type { Model } from '../models/model.js';
import type { PromptValue } from '../prompts/prompt.js';
import type { Budget } from '../tokens/budget.js';
import { loadTokenizer } from '../tokens/tokenizer.js';
import type { PlannedRun } from './planned-run.js';
import type { RunPlan } from './run-plan.js';

/** What would be sent: the record of `--dry-run`. */
export interface DryRun {
  readonly model: string;
  readonly messages: readonly Message[];
  /** The names of the tools that the model may call; left out where there are none. */
  readonly tools?: readonly string[];
  readonly inputTokens: number;
  /** Whether the model's own tokenizer counted them. */
  readonly exact: boolean;
  /** Of the prompt alone, in US dollars; `null` where no price is known. */
  readonly inputCost: number | null;
  /** Why a budget would not let it be asked. */
  readonly refused?: Pick<ErrorRecord, 'code' | 'message'>;
}

/** Calls nothing. */
export async function makeDryRun(
  { values, budget }: RunPlan,
  { chain, llm, share }: PlannedRun,
): Promise<DryRun> {
  const prompt = chain.prompt.formatPrompt(values);
  const { messages } = prompt;
  const { definitions: tools = [] } = chain;
  const { inputTokens } = await llm.estimateInput(prompt, tools);
  const { exact } = await loadTokenizer(llm.model);
  const usage: Usage = { ...NOTHING, inputTokens, totalTokens: inputTokens };
  const inputCost = await llm.cost(llm.model, usage);
  const budgets = [budget, share].filter((one) => one !== undefined);
  const refused = budgets.length > 0 && (await refusalBy(budgets, llm, prompt, tools));
  return {
    model: llm.model,
    messages,
    ...(tools.length > 0 && { tools: tools.map(({ name }) => name) }),
    inputTokens: inputTokens ?? 0,
    exact,
    inputCost,
    ...(refused && { refused }),
  };
}

const NOTHING: Omit<Usage, 'inputTokens' | 'totalTokens'> = {
  outputTokens: 0,
  cachedTokens: null,
  reasoningTokens: null,
  source: 'estimated',
};

async function refusalBy(
  budgets: readonly Budget[],
  llm: Model,
  prompt: PromptValue,
  tools: readonly ToolDefinition[],
): Promise<DryRun['refused']> {
  try {
    roomFor(await llm.quote(prompt, tools), budgets);
    return undefined;
  } catch (error) {
    const { code, message } = toErrorRecord(error);
    return { code, message };
  }
}

/** @param offline whether the offline model would answer: it has no price that could be known */
export function renderDryRun(
  { model, messages, tools, inputTokens, inputCost, refused }: DryRun,
  offline: boolean,
): string {
  const price = offline ? 'price none' : renderCost(inputCost);
  const figures = `${model} · ${inputTokens} tokens in (estimated) · ${price} · nothing was sent\n`;
  const refusal = refused === undefined ? '' : `it would not be asked: ${refused.message}\n`;
  const callable = tools === undefined ? '' : `tools: ${tools.join(', ')}\n\n`;
  return `${renderMessages(messages)}\n${callable}${figures}${refusal}`;
}

export function renderMessages(messages: readonly Message[]): string {
  return messages.map(({ role, content }) => `${role}:\n${content}\n`).join('\n');
}
