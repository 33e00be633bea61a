import { renderCost } from '../callbacks/figures.js';
import { ChainError } from '../errors.js';
import type { Budget } from '../tokens/budget.js';

/** What is known of a call before it is made. */
export interface Quote {
  readonly model: string;
  readonly inputTokens: number;
  /** In US dollars: of the whole prompt, and of one token of the answer. `null` where the model has no price. */
  readonly price: { readonly input: number; readonly outputToken: number } | null;
  /** How many tokens the model takes, prompt and answer together; `null` where that isn't known. */
  readonly contextWindow: number | null;
}

/**
 * How many tokens the answer may have, so that the call stays inside all budgets: `Infinity` where none of them can be
 * reached.
 *
 * @throws ChainError `budget_exceeded` where the prompt leaves no room for an answer, and `invalid_argument` for a
 *   model without a price under a budget of money
 */
export function roomFor(quote: Quote, budgets: readonly Budget[]): number {
  if (quote.price === null && budgets.some(({ maxCost }) => maxCost !== null)) throw noPrice(quote.model);
  const rooms = budgets.map((budget) => roomIn(budget, quote));
  const room = Math.min(...rooms);
  if (room < 1) throw tooSmall(budgets[rooms.indexOf(room)]!, quote);
  return room;
}

/** How many tokens more the answer may have, besides those that were reserved for it. */
export function moreRoom({ price }: Quote, budgets: readonly Budget[]): number {
  const more = { inputTokens: 0, price: price && { ...price, input: 0 } };
  return Math.max(0, Math.min(...budgets.map((budget) => roomIn(budget, more))));
}

/** Whether the calls that are over took more than there was. */
export function isOverdrawn({ spent, maxTotalTokens, maxCost }: Budget): boolean {
  return (
    spent.totalTokens > (maxTotalTokens ?? Number.POSITIVE_INFINITY) ||
    (spent.cost ?? 0) > (maxCost ?? Number.POSITIVE_INFINITY) * (1 + ROUNDING)
  );
}

/** `$0.05`, `2000 tokens`, `$0.05 or 2000 tokens`. */
export function renderLimits({ maxCost, maxTotalTokens }: Budget): string {
  const limits = [
    ...(maxCost === null ? [] : [renderCost(maxCost)]),
    ...(maxTotalTokens === null ? [] : [`${maxTotalTokens} tokens`]),
  ];
  return limits.join(' or ');
}

/** Sums of fractions of a dollar are off by less than this part. */
const ROUNDING = 1e-9;

function roomIn(budget: Budget, { inputTokens, price }: Pick<Quote, 'inputTokens' | 'price'>): number {
  const { totalTokens, cost } = budget.left;
  const byTokens = totalTokens - inputTokens;
  if (price === null || budget.maxCost === null) return Math.floor(byTokens);
  const dollars = cost - price.input + ROUNDING * budget.maxCost;
  if (dollars < 0) return Number.NEGATIVE_INFINITY;
  return Math.floor(Math.min(byTokens, dollars / price.outputToken));
}

function tooSmall(budget: Budget, { inputTokens, price }: Quote): ChainError {
  const { left, reserved, maxCost, maxTotalTokens } = budget;
  const byTokens = left.totalTokens < inputTokens + 1;
  const [has, of, takes, held] = byTokens
    ? [
        `${count(left.totalTokens)}`,
        `${maxTotalTokens} tokens are`,
        inputTokens,
        `${reserved.totalTokens} tokens`,
      ]
    : [dollars(left.cost), `${dollars(maxCost)} is`, dollars(price?.input), dollars(reserved.cost)];
  return new ChainError(
    'budget_exceeded',
    `the call doesn't fit into the budget: ${has} of ${of} left, and the prompt takes ${takes} before any answer`,
    {
      hint:
        reserved.totalTokens === 0
          ? 'A shorter prompt or a larger budget would do.'
          : `Calls under way hold ${held}: make calls one after the other, or limit each answer (maxTokens).`,
    },
  );
}

function count(tokens: number): number {
  return Math.max(0, Math.floor(tokens));
}

function dollars(amount: number | null | undefined): string {
  return renderCost(amount ?? 0);
}

function noPrice(model: string): ChainError {
  return new ChainError(
    'invalid_argument',
    `no price is known for ${model}, so a budget in dollars can't be kept`,
    {
      hint:
        `Give it one under prices, in the configuration or where the model is made: "${model}": { input: 0.5, output: 2 } ` +
        '(dollars per million tokens). Or limit tokens instead.',
    },
  );
}
