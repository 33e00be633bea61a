import type { RunOptions } from '../callbacks/run.js';
import type { Model } from '../models/model.js';
import type { Prompt } from '../prompts/prompt.js';
import { condense } from './condense.js';
import { assertLimit, assertModel } from './limit.js';
import { Memory, type MemoryUpdate, type Turn } from './memory.js';
import type { SummaryMemoryFields } from './summary.js';
import { countBeyond, withTokens } from './turn-tokens.js';

export interface SummaryBufferMemoryFields extends SummaryMemoryFields {
  /** The most tokens that the turns which are kept whole may have. */
  readonly maxTokenLimit: number;
}

/** Keeps the last turns whole, up to so many tokens, and a summary of those before. */
export class ConversationSummaryBufferMemory extends Memory {
  override readonly kind: string;
  readonly #llm: Model;
  readonly #prompt: Prompt | undefined;
  readonly #limit: number;

  /** @throws ChainError `invalid_argument` without a model, or for a limit that is no whole number from 1 up */
  constructor(fields: SummaryBufferMemoryFields) {
    super(fields);
    this.#llm = assertModel('ConversationSummaryBufferMemory', fields?.llm);
    this.#limit = assertLimit('maxTokenLimit', fields.maxTokenLimit);
    this.#prompt = fields.prompt;
    this.kind = `summary-buffer:${this.#limit}`;
  }

  override async after(turn: Turn, call?: RunOptions): Promise<MemoryUpdate> {
    const { turns, summary } = this.state;
    const all = [...turns, await withTokens(turn, this.#llm)];
    const beyond = countBeyond(all, this.#limit);
    if (beyond === 0) return { state: { turns: all, summary }, usage: null };
    const lines = this.linesOf(all.slice(0, beyond));
    const name = 'ConversationSummaryBufferMemory';
    const condensed = await condense(name, this.#llm, { summary, lines }, call, this.#prompt);
    return { state: { turns: all.slice(beyond), summary: condensed.summary }, usage: condensed.usage };
  }
}
