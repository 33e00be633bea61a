import type { ErrorRecord } from '../errors.js';
import type { CallbackHandler, LLMEndEvent, LLMErrorEvent } from '../events.js';
import type { Usage, UsageSource, UsageSum } from '../messages.js';
import { addUsage } from '../tokens/usage.js';
import { startsNoRuns } from './context.js';
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

/** One model run, as it was counted. */
export interface CountedRun {
  readonly runId: string;
  /** The run's name: `ChatOpenAI`. */
  readonly name: string;
  readonly model: string;
  /** `null` where nothing was answered. */
  readonly usage: Usage | null;
  readonly cost: number | null;
  /** Only of a run that failed. */
  readonly error?: ErrorRecord;
}

/** Counts tokens, requests and money of the model runs that it hears. Stays readable for as long as it is kept. */
export class TokenCounter extends TokenTotals implements CallbackHandler {
  readonly name: string = 'TokenCounter';
  /** The same numbers for each model. */
  byModel: Readonly<Record<string, TokenTotals>> = noModels();
  /** Every run, in the order in which they ended. */
  byRun: readonly CountedRun[] = [];
  readonly #counted = new Set<string>();

  static {
    startsNoRuns(TokenCounter);
  }

  onLLMEnd(event: LLMEndEvent): void {
    this.#count(event);
  }

  onLLMError(event: LLMErrorEvent): void {
    this.#count(event);
  }

  /** Back to zero. */
  reset(): void {
    Object.assign(this, new TokenTotals(), { byModel: noModels(), byRun: [] });
    this.#counted.clear();
  }

  /** The totals in a few lines for a person. */
  override toString(): string {
    const models = Object.entries(this.byModel);
    return [
      describe(this),
      `${this.successfulRequests} succeeded, ${this.failedRequests} failed`,
      ...(models.length > 1 ? models.map(([model, totals]) => `  ${model}: ${describe(totals)}`) : []),
    ].join('\n');
  }

  #count(event: LLMEndEvent | LLMErrorEvent): void {
    const { runId, name, usage, cost } = event;
    if (this.#counted.has(runId)) return;
    this.#counted.add(runId);
    const model = event.model;
    this.add(event);
    const byModel = this.byModel as Record<string, TokenTotals>;
    (byModel[model] ??= new TokenTotals()).add(event);
    const run = { runId, name, model, usage, cost };
    (this.byRun as CountedRun[]).push(event.type === 'llmError' ? { ...run, error: event.error } : run);
  }
}

/** No name of a model is a property already. */
function noModels(): Record<string, TokenTotals> {
  return Object.create(null);
}

function describe(totals: TokenTotals): string {
  const { cost, unpriced } = totals;
  const missing =
    cost !== null && unpriced > 0 ? ` (${unpriced} of ${totals.runs} runs without a price)` : '';
  return `${renderUsage(totals)}, ${renderCost(cost)}${missing}`;
}
