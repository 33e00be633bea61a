import { renderCost } from '../callbacks/figures.js';
import { ChainError } from '../errors.js';
import { Budget, type BudgetLimits } from '../tokens/budget.js';

/** Each limit from the first that sets it: flags, the template, the configuration. None: no budget. */
export function makeBudget(...sources: readonly (BudgetLimits | undefined)[]): Budget | undefined {
  const first = <K extends keyof BudgetLimits>(name: K) =>
    sources.find((source) => source?.[name] !== undefined)?.[name];
  const limits = { maxCost: first('maxCost'), maxTotalTokens: first('maxTotalTokens') };
  return limits.maxCost === undefined && limits.maxTotalTokens === undefined ? undefined : new Budget(limits);
}

/** An equal part of it for one of so many calls at once. */
export function shareOf({ maxCost, maxTotalTokens }: Budget, count: number): Budget {
  return new Budget({
    maxCost: maxCost === null ? undefined : maxCost / count,
    // No prompt fits into one token.
    maxTotalTokens: maxTotalTokens === null ? undefined : Math.max(1, Math.floor(maxTotalTokens / count)),
  });
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
