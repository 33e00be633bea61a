import { ChainError } from '../errors.js';

/** The most that all calls under a budget may take together. */
export interface BudgetLimits {
  /** In US dollars. */
  readonly maxCost?: number | undefined;
  /** Tokens of prompts and answers, a whole number. */
  readonly maxTotalTokens?: number | undefined;
}

/** What calls took, or may take. */
export interface Spending {
  /** Tokens of prompts and answers. */
  readonly totalTokens: number;
  /** In US dollars; `null` once a call had no known price. */
  readonly cost: number | null;
}

/** What one call under way may take at most. */
export interface Reservation {
  /** May take so much more. */
  extend(more: Spending): void;
  /** Puts what it took in place of what it might have. Only the first time; afterwards the reservation is gone. */
  settle(spent: Spending): void;
}

/**
 * A limit over any number of calls, one after the other or at once, and what they took of it so far. It only keeps the
 * account: models see to it that their calls stay inside.
 */
export class Budget {
  /** In US dollars; `null` for no limit. */
  readonly maxCost: number | null;
  /** `null` for no limit. */
  readonly maxTotalTokens: number | null;
  #spent: Spending = { totalTokens: 0, cost: 0 };
  /** Summed up when asked for: adding and taking away again would leave fractions of a dollar behind. */
  readonly #reserved = new Set<Spending>();

  /** @throws ChainError `invalid_argument` where a limit is no positive, finite number, tokens no whole one, or there is none */
  constructor(limits: BudgetLimits) {
    const { maxCost, maxTotalTokens } = limits ?? {};
    const given = Object.entries({ maxCost, maxTotalTokens }).filter(([, value]) => value !== undefined);
    const wrong = given.flatMap(([name, value]) => {
      const [fits, kind] =
        name === 'maxCost' ? [Number.isFinite(value), 'number'] : [Number.isInteger(value), 'whole number'];
      return fits && (value as number) > 0
        ? []
        : [`${name} must be a positive ${kind}, not ${describe(value)}`];
    });
    if (given.length === 0) wrong.push('a budget needs maxCost (US dollars), maxTotalTokens or both');
    if (wrong.length > 0) throw new ChainError('invalid_argument', wrong.join('; '));
    this.maxCost = maxCost ?? null;
    this.maxTotalTokens = maxTotalTokens ?? null;
  }

  /** What the calls took that are over. */
  get spent(): Spending {
    return this.#spent;
  }

  /** What the calls under way may take at most. */
  get reserved(): Spending {
    return [...this.#reserved].reduce(plus, { totalTokens: 0, cost: 0 });
  }

  /**
   * What is neither spent nor reserved: `Infinity` where there is no limit, below zero where calls took more than
   * there was.
   */
  get left(): { readonly totalTokens: number; readonly cost: number } {
    const taken = plus(this.spent, this.reserved);
    return {
      totalTokens: (this.maxTotalTokens ?? Number.POSITIVE_INFINITY) - taken.totalTokens,
      cost: this.maxCost === null ? Number.POSITIVE_INFINITY : this.maxCost - (taken.cost ?? 0),
    };
  }

  /** Sets so much aside for a call that is about to be made; whether there is so much is for the caller to know. */
  reserve(most: Spending): Reservation {
    let held = { ...most };
    this.#reserved.add(held);
    return {
      extend: (more) => {
        if (!this.#reserved.delete(held)) return;
        held = plus(held, more);
        this.#reserved.add(held);
      },
      settle: (spent) => {
        if (this.#reserved.delete(held)) this.#spent = plus(this.#spent, spent);
      },
    };
  }
}

/**
 * A budget, to be given to calls as `{ budget }`, or to chains and models when they are made.
 * @throws ChainError `invalid_argument` where a limit is no positive, finite number, tokens no whole one, or there is none
 * @example await chain.run(inputs, { budget: budget({ maxCost: 0.05 }) });
 */
export function budget(limits: BudgetLimits): Budget {
  return new Budget(limits);
}

function plus(a: Spending, b: Spending): Spending {
  const cost = a.cost === null || b.cost === null ? null : a.cost + b.cost;
  return { totalTokens: a.totalTokens + b.totalTokens, cost };
}

function describe(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}
