import type { LLMEndEvent, LLMErrorEvent } from '../events.js';
import type { UsageSource, UsageSum } from '../messages.js';
import { addUsage } from '../tokens/usage.js';
import { renderCost, renderUsage } from './figures.js';

/** Model runs, counted. A number that isn't known is `null`; where nothing ran it is zero. */
export class TokenTotals {
  inputTokens: number | null = 0;
  outputTokens: number | null = 0;
  totalTokens: number | null = 0;
  /** Those of `inputTokens` that came from a cache. */
  cachedTokens: number | null = 0;
  /** Those of `outputTokens` that were spent on reasoning. */
  reasoningTokens: number | null = 0;
  /** The worst label of all. */
  source: UsageSource = 'reported';
  /** `totalTokens` by label. */
  bySource: UsageSum['bySource'] = {};
  /** All of the above in one; `null` where no model answered. */
  usage: UsageSum | null = null;
  /** US dollars, of the runs whose price is known; `null` where runs spent something and none has a price. */
  cost: number | null = 0;
  /** Runs that spent something and have no price. */
  unpriced = 0;
  /** Model runs that ended, well or not. */
  runs = 0;
  successfulRequests = 0;
  failedRequests = 0;

  /** Counts one more run. */
  add({ type, usage, cost }: LLMEndEvent | LLMErrorEvent): void {
    this.runs += 1;
    if (type === 'llmEnd') this.successfulRequests += 1;
    else this.failedRequests += 1;
    if (usage === null) return;

    const { runs: answered, ...sum } = (this.usage = addUsage(this.usage, usage));
    Object.assign(this, sum);
    if (cost !== null) this.cost = (this.cost ?? 0) + cost;
    else this.unpriced += 1;
    if (this.unpriced === answered) this.cost = null;
  }
}

/** The turn of a conversation that a run belongs to. */
export interface Place {
  readonly conversation: string;
  readonly turn: number;
}

/** One turn of a conversation, counted: all of it, and what its memory spent for itself. */
export class TurnTotals extends TokenTotals {
  /** The id of the conversation. */
  readonly conversation: string;
  /** From 1. A turn that was asked for again is the same turn. */
  readonly turn: number;
  readonly memory = new TokenTotals();

  constructor({ conversation, turn }: Place) {
    super();
    this.conversation = conversation;
    this.turn = turn;
  }
}

/** The totals in one line for a person. */
export function renderTotals(totals: TokenTotals): string {
  const { cost, unpriced } = totals;
  const missing =
    cost !== null && unpriced > 0 ? ` (${unpriced} of ${totals.runs} runs without a price)` : '';
  return `${renderUsage(totals)}, ${renderCost(cost)}${missing}`;
}
