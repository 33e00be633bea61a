import { renderCost } from '../callbacks/figures.js';
import { ChainError } from '../errors.js';
import { Budget, type BudgetLimits } from '../tokens/budget.js';
import { toJsonLine } from './json-line.js';

/** Each limit from the first that sets it: flags, the template, the configuration. None: no budget. */
export function makeBudget(...sources: readonly (BudgetLimits | undefined)[]): Budget | undefined {
  const first = <K extends keyof BudgetLimits>(name: K) =>
    sources.find((source) => source?.[name] !== undefined)?.[name];
  const limits = { maxCost: first('maxCost'), maxTotalTokens: first('maxTotalTokens') };
  return limits.maxCost === undefined && limits.maxTotalTokens === undefined ? undefined : new Budget(limits);
}

/** Whether a budget ended the run: exit code 3. */
export function isOverBudget(error: unknown): error is ChainError {
  return error instanceof ChainError && error.code === 'budget_exceeded';
}

/** `budget: $0.0013 of $0.05, 53 of 2000 tokens spent`. */
export function renderSpent({ spent, maxCost, maxTotalTokens }: Budget): string {
  const parts = [
    ...(maxCost === null ? [] : [`${renderCost(spent.cost)} of ${renderCost(maxCost)}`]),
    ...(maxTotalTokens === null ? [] : [`${spent.totalTokens} of ${maxTotalTokens} tokens`]),
  ];
  return `budget: ${parts.join(', ')} spent\n`;
}

/** The document that `--json` prints of a run that a budget ended, with what had come of the answer. */
export function renderSpentJson(
  { code, message }: ChainError,
  text: string,
  { spent }: Budget,
  redact: (text: string) => string,
): string {
  return toJsonLine({ schema: 1, error: { code, message }, text, spent }, redact);
}
