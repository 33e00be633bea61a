import { renderCost } from '../callbacks/figures.js';
import { type ErrorRecord, toErrorRecord } from '../errors.js';
import type { Message, Usage } from '../messages.js';
import { roomFor } from '../models/budget-room.js';
import type { Model } from '../models/model.js';
import type { PromptValue } from '../prompts/prompt.js';
import { cleanControls } from '../safety/clean.js';
import type { Budget } from '../tokens/budget.js';
import { loadTokenizer } from '../tokens/tokenizer.js';
import type { Io } from './io.js';
import { toJsonLine } from './json-line.js';
import type { PlannedRun } from './run-plan.js';

/** What would be sent: the record of `--dry-run`. */
export interface DryRun {
  readonly model: string;
  readonly messages: readonly Message[];
  readonly inputTokens: number;
  /** Whether the model's own tokenizer counted them. */
  readonly exact: boolean;
  /** Of the prompt alone, in US dollars; `null` where no price is known. */
  readonly inputCost: number | null;
  /** Why a budget would not let it be asked. */
  readonly refused?: Pick<ErrorRecord, 'code' | 'message'>;
}

/** Shows what would be sent, on stdout, and calls nothing. */
export async function showDryRun({ chain, llm, values, flags, budget }: PlannedRun, io: Io): Promise<void> {
  const prompt = chain.prompt.formatPrompt(values);
  const { messages } = prompt;
  const { inputTokens } = await llm.estimateInput(prompt);
  const { exact } = await loadTokenizer(llm.model);
  const usage: Usage = { ...NOTHING, inputTokens, totalTokens: inputTokens };
  const inputCost = await llm.cost(llm.model, usage);
  const refused = budget && (await refusalBy(budget, llm, prompt));
  const record: DryRun = {
    model: llm.model,
    messages,
    inputTokens: inputTokens ?? 0,
    exact,
    inputCost,
    ...(refused && { refused }),
  };
  const text = renderDryRun(record);
  if (flags.json) io.stdout.write(toJsonLine({ schema: 1, ...record }));
  else io.stdout.write(io.stdout.isTTY ? cleanControls(text) : text);
}

const NOTHING: Omit<Usage, 'inputTokens' | 'totalTokens'> = {
  outputTokens: 0,
  cachedTokens: null,
  reasoningTokens: null,
  source: 'estimated',
};

async function refusalBy(budget: Budget, llm: Model, prompt: PromptValue): Promise<DryRun['refused']> {
  try {
    roomFor(await llm.quote(prompt), [budget]);
    return undefined;
  } catch (error) {
    const { code, message } = toErrorRecord(error);
    return { code, message };
  }
}

export function renderDryRun({ model, messages, inputTokens, inputCost, refused }: DryRun): string {
  const shown = messages.map(({ role, content }) => `${role}:\n${content}\n`).join('\n');
  const figures = `${model} · ${inputTokens} tokens in (estimated) · ${renderCost(inputCost)} · nothing was sent\n`;
  return `${shown}\n${figures}${refused === undefined ? '' : `it would not be asked: ${refused.message}\n`}`;
}
