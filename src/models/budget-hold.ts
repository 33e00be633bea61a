import { ChainError } from '../errors.js';
import type { ModelParams, ToolCall, Usage } from '../messages.js';
import type { Budget, Reservation, Spending } from '../tokens/budget.js';
import { loadTokenizer, type Tokenizer } from '../tokens/tokenizer.js';
import { isOverdrawn, moreRoom, type Quote, renderLimits, roomFor } from './budget-room.js';
import { RequestFailure } from './failure.js';
import type { ModelChunk, ModelRequest } from './model.js';

/** What has come of an answer. */
export interface AnswerSoFar {
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: string | null;
  /** As the server reported it. */
  readonly usage: Usage | null;
}

/** What a model has found out about its server. */
export interface ServerLimits {
  /** No higher limit is sent: one was refused as too high. */
  mostTokens: number;
}

/**
 * Keeps one call inside the budgets over it. While it is under way its prompt and the longest answer that it may get
 * are reserved, so that calls made at once can't take the same tokens twice.
 */
export class BudgetHold {
  readonly #asked: ModelParams;
  readonly #quote: Quote;
  readonly #budgets: readonly Budget[];
  readonly #reservations: readonly Reservation[];
  readonly #tokenizer: Tokenizer;
  readonly #server: ServerLimits;
  /** The budgets' limit, where it is lower than what was asked for and what the model can give. */
  #limit: number | undefined;
  /** How many tokens of an answer are reserved. */
  #most: number;
  /** Tokens of the answer, when they were last counted. */
  #counted = 0;
  /** Bytes that came since then. They are that many tokens at most. */
  #bytes = 0;

  /**
   * @throws ChainError `budget_exceeded` where the prompt leaves no room for an answer, and `invalid_argument` for a
   *   model without a price under a budget of money
   */
  static async take(
    budgets: readonly Budget[],
    quote: Quote,
    asked: ModelParams,
    server: ServerLimits,
  ): Promise<BudgetHold> {
    return new BudgetHold(budgets, quote, asked, server, await loadTokenizer(quote.model));
  }

  private constructor(
    budgets: readonly Budget[],
    quote: Quote,
    asked: ModelParams,
    server: ServerLimits,
    tokenizer: Tokenizer,
  ) {
    this.#asked = asked;
    this.#quote = quote;
    this.#budgets = budgets;
    this.#server = server;
    this.#tokenizer = tokenizer;
    const { maxTokens } = asked;
    const { inputTokens, contextWindow } = quote;
    const room = roomFor(quote, budgets);
    const possible = contextWindow === null ? Infinity : Math.max(1, contextWindow - inputTokens);
    const isLower = room < (maxTokens ?? Math.min(possible, server.mostTokens));
    this.#limit = isLower ? room : undefined;
    this.#most = Math.min(room, possible, maxTokens ?? Infinity);
    const reserved = this.#reserved();
    this.#reservations = budgets.map((budget) => budget.reserve(reserved));
  }

  /** Those of the request, with the budgets' limit where that is lower. */
  get params(): ModelParams {
    return this.#limit === undefined ? this.#asked : { ...this.#asked, maxTokens: this.#limit };
  }

  /** The answer; asked for once more without the budgets' limit where the server doesn't take so high a one. */
  async *ask(
    request: ModelRequest,
    answer: (request: ModelRequest) => AsyncIterable<readonly ModelChunk[]>,
  ): AsyncGenerator<readonly ModelChunk[], void, void> {
    let begun = false;
    try {
      for await (const chunks of answer(request)) {
        begun = true;
        yield chunks;
      }
    } catch (error) {
      const limit = this.#limit;
      const isOurs = limit !== undefined && this.#asked.maxTokens === undefined;
      if (begun || !isOurs || !namesTokens(error)) throw error;
      this.#limit = undefined;
      // Half of it, or each call would try one that is only a little lower.
      this.#server.mostTokens = limit / 2;
      const reason = `${this.#quote.model} doesn't take a limit of ${limit} tokens: asked again without it`;
      await request.onRetry({ attempt: 1, delayMs: 0, reason });
      yield* answer({ ...request, params: this.#asked });
    }
  }

  /**
   * To be told of each chunk once it is part of the answer. The text is counted only when it might be too long by its
   * bytes: a few times in a whole answer.
   *
   * @throws ChainError `budget_exceeded` when the answer is longer than the budgets allow
   */
  watch(chunk: ModelChunk, answer: AnswerSoFar): void {
    const reported = chunk.usage?.outputTokens ?? 0;
    this.#bytes += Buffer.byteLength(chunk.text ?? '');
    for (const call of chunk.toolCalls ?? []) this.#bytes += Buffer.byteLength(toText(call));
    if (Math.max(this.#counted + this.#bytes, reported) <= this.#most) return;
    this.#counted = Math.max(this.#count(answer), reported);
    this.#bytes = 0;
    if (this.#counted > this.#most) this.#extend();
    if (this.#counted > this.#most) throw this.#exceeded('the answer went past', 'and was cut');
  }

  /**
   * Settles a call whose answer is whole.
   * @throws ChainError `budget_exceeded` where the budgets' limit cut the answer, or it cost more than there was
   */
  conclude(answer: AnswerSoFar, usage: Usage, cost: number | null): void {
    const limit = this.#limit;
    const reachedLimit = limit !== undefined && (answer.usage?.outputTokens ?? limit) >= limit;
    const spent = this.#spent(answer, usage, cost);
    const reserved = this.#reserved();
    const tookMore = spent.totalTokens > reserved.totalTokens || (spent.cost ?? 0) > (reserved.cost ?? 0);
    this.settle(answer, usage, cost);
    if (reachedLimit && answer.finishReason === 'length') {
      throw this.#exceeded('the answer was cut where', 'ends');
    }
    if (tookMore && this.#budgets.some(isOverdrawn)) {
      throw this.#exceeded('the call took more than', 'had left');
    }
  }

  /** Puts what the call took in place of what was reserved for it; `usage` is `null` where it took nothing. */
  settle(answer: AnswerSoFar, usage: Usage | null, cost: number | null): void {
    const spent = usage === null ? { totalTokens: 0, cost: 0 } : this.#spent(answer, usage, cost);
    for (const reservation of this.#reservations) reservation.settle(spent);
  }

  /** Prompt and longest answer. An answer that no budget limits has no part in it. */
  #reserved(): Spending {
    const { inputTokens, price } = this.#quote;
    const most = this.#most === Infinity ? 0 : this.#most;
    return { totalTokens: inputTokens + most, cost: price && price.input + most * price.outputToken };
  }

  /** What a server didn't say, or said without a price, is worked out here. */
  #spent(answer: AnswerSoFar, usage: Usage, cost: number | null): Spending {
    const { inputTokens, price } = this.#quote;
    const outputTokens = usage.outputTokens ?? this.#count(answer);
    return {
      totalTokens: usage.totalTokens ?? (usage.inputTokens ?? inputTokens) + outputTokens,
      cost: cost ?? (price && price.input + outputTokens * price.outputToken),
    };
  }

  /** Twice as much as has come, or what there is: calls that are over may have left some. */
  #extend(): void {
    const { price } = this.#quote;
    const more = Math.min(moreRoom(this.#quote, this.#budgets), this.#counted);
    this.#most += more;
    const amount = { totalTokens: more, cost: price && more * price.outputToken };
    for (const reservation of this.#reservations) reservation.extend(amount);
  }

  #count({ text, toolCalls }: AnswerSoFar): number {
    return [text, ...toolCalls.map(toText)].reduce((sum, part) => sum + this.#tokenizer.count(part), 0);
  }

  #exceeded(before: string, after: string): ChainError {
    const rooms = this.#budgets.map((budget) => moreRoom(this.#quote, [budget]));
    const tightest = this.#budgets[rooms.indexOf(Math.min(...rooms))]!;
    return new ChainError('budget_exceeded', `${before} the budget of ${renderLimits(tightest)} ${after}`);
  }
}

/** A refusal that may be about the limit. */
function namesTokens(error: unknown): boolean {
  if (!(error instanceof RequestFailure) || (error.status !== 400 && error.status !== 422)) return false;
  return /token/i.test(error.detail);
}

/** As its tokens are estimated. */
function toText({ name, arguments: args }: ToolCall): string {
  return JSON.stringify({ name, arguments: args });
}
