import { ChainError } from '../errors.js';
import type { Model } from '../models/model.js';

/** @throws ChainError `invalid_argument` for what is no whole number from 1 up */
export function assertLimit(name: string, value: unknown): number {
  if (Number.isSafeInteger(value) && (value as number) >= 1) return value as number;
  throw new ChainError('invalid_argument', `${name} must be a whole number from 1 up, not ${String(value)}`);
}

/** @throws ChainError `invalid_argument` for what is no model */
export function assertModel(owner: string, llm: unknown): Model {
  if (typeof (llm as Model | undefined)?.invoke === 'function') return llm as Model;
  throw new ChainError('invalid_argument', `${owner}: llm must be a model, such as new ChatOpenAI()`);
}
