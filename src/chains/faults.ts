import { ChainError } from '../errors.js';
import type { Model } from '../models/model.js';
import type { Prompt } from '../prompts/prompt.js';

/**
 * Refuses what a chain can't be made of, all of it at once.
 * @param faults what is wrong with each part; `undefined` for a part that is right
 * @throws ChainError `invalid_argument`
 */
export function assertNone(faults: readonly (string | undefined)[], chain: string): void {
  const found = faults.filter((fault) => fault !== undefined);
  if (found.length > 0) throw new ChainError('invalid_argument', `${chain}: ${found.join('; ')}`);
}

export function faultOfModel(llm: Model | undefined): string | undefined {
  return typeof llm?.invoke === 'function' ? undefined : 'llm must be a model, such as new ChatOpenAI()';
}

export function faultOfPrompt(prompt: Prompt | undefined): string | undefined {
  return typeof prompt?.formatPrompt === 'function'
    ? undefined
    : 'prompt must be a template, such as PromptTemplate.fromTemplate(text)';
}
