import type { Fact } from '../../memory/conversation-script.js';
import type { UsageSource } from '../../messages.js';
import type { CheaperFrom } from './cheaper-from.js';

/** What each kind of memory took for the same conversation, and what was left of it when it was asked for. */
export interface MemoryMeasurement {
  /** Whose tokens and prices it is in. */
  readonly model: string;
  readonly provider: string;
  /** In the order in which they were asked for. */
  readonly mechanisms: readonly MeasuredMemory[];
}

export interface MeasuredMemory {
  /** As it was asked for: `window:2`. */
  readonly name: string;
  readonly turns: readonly MeasuredTurn[];
  readonly totals: MeasuredTokens;
  /** How many facts were asked for, and how many of them stood in what the model was sent then. */
  readonly recall: { readonly asked: number; readonly known: number };
  /** The same by fact, in the order of the script. */
  readonly facts: readonly (Fact & { readonly known: boolean })[];
  /**
   * From which turn on it has taken less in all than the memory that keeps everything; `null` where that one isn't
   * measured, or is this one.
   */
  readonly cheaperThanBuffer: { readonly tokens: CheaperFrom; readonly cost: CheaperFrom } | null;
}

/** Tokens and money; `null` where one of the numbers isn't known. */
export interface MeasuredTokens {
  /** Of the prompts of the replies, without the memory's own. */
  readonly inputTokens: number | null;
  /** Of the replies. */
  readonly outputTokens: number | null;
  /** Input and output of what the memory asked a model for itself. */
  readonly memoryTokens: number | null;
  /** All three. */
  readonly totalTokens: number | null;
  /** In US dollars, the memory's own included. */
  readonly cost: number | null;
}

export interface MeasuredTurn extends MeasuredTokens {
  /** From 1. */
  readonly turn: number;
  readonly source: MeasuredSource;
}

/** As usages have it; `simulated` where the offline model wrote what a language model would write. */
export type MeasuredSource = UsageSource | 'simulated';

/** The tokens and the money of several turns. */
export function sumOf(turns: readonly MeasuredTokens[]): MeasuredTokens {
  return {
    inputTokens: sum(turns.map(({ inputTokens }) => inputTokens)),
    outputTokens: sum(turns.map(({ outputTokens }) => outputTokens)),
    memoryTokens: sum(turns.map(({ memoryTokens }) => memoryTokens)),
    totalTokens: sum(turns.map(({ totalTokens }) => totalTokens)),
    cost: sum(turns.map(({ cost }) => cost)),
  };
}

/** `null` as soon as one isn't known. */
export function sum(amounts: readonly (number | null)[]): number | null {
  let total = 0;
  for (const amount of amounts) {
    if (amount === null) return null;
    total += amount;
  }
  return total;
}
