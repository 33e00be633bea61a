import type { DiscardedTurn, TurnRecord } from '../../chains/conversation-file.js';
import type { UsageSum } from '../../messages.js';
import { addUsage } from '../../tokens/usage.js';

/** What one turn took, whether it became one of the conversation or not. */
export type Spent = Pick<TurnRecord, 'model' | 'usage' | 'cost' | 'memoryUsage' | 'memoryCost'>;

/** What was taken, tokens and money. */
export class Account {
  /** `null` for nothing yet. */
  usage: UsageSum | null = null;
  /** US dollars, as far as they are known. */
  cost = 0;
  /** How often the price was known. */
  priced = 0;
  /** How often it wasn't. The offline model isn't among these: nobody asks for money there. */
  unpriced = 0;

  add(usage: Spent['usage'] | UsageSum, cost: number | null, model: string): void {
    this.usage = addUsage(this.usage, usage);
    if (cost !== null) {
      this.cost += cost;
      this.priced += 1;
    } else if (!isOffline(model)) this.unpriced += 1;
  }
}

/** What a conversation has taken so far: only ever more, for what was taken back has been paid for. */
export class Spending {
  /** The memory's own included. */
  readonly all = new Account();
  /** The memory's own. */
  readonly memory = new Account();
  /** Whether the offline model answered at all. */
  offline = false;

  constructor(spent: Iterable<Spent> = []) {
    for (const one of spent) this.add(one);
  }

  add({ model, usage, cost, memoryUsage, memoryCost = null }: Spent): void {
    this.offline ||= isOffline(model);
    this.all.add(usage, cost, model);
    if (memoryUsage === null) return;
    this.all.add(memoryUsage, memoryCost, model);
    this.memory.add(memoryUsage, memoryCost, model);
  }
}

/** A turn, and what it took. */
export interface SpentTurn extends Spent {
  readonly turn: number;
  /** Why it is none of the conversation's; `null` for one that is. */
  readonly reason: DiscardedTurn['reason'] | null;
}

/** Turn by turn; of one number, those that were discarded come first. */
export function spentTurns(
  turns: readonly TurnRecord[],
  discarded: readonly DiscardedTurn[],
): readonly SpentTurn[] {
  const kept = turns.map((record, index) => ({ ...record, turn: index + 1, reason: null }));
  const before = discarded.filter(({ reason }) => reason === 'reset');
  const others = discarded.filter(({ reason }) => reason !== 'reset');
  // The sort is stable: turns of one number stay in this order.
  return [...before, ...[...others, ...kept].sort((a, b) => a.turn - b.turn)];
}

/** By the name that it gives itself in its answers. */
export function isOffline(model: string): boolean {
  return /^offline( \(|$)/.test(model);
}
