import type { RunOptions } from '../callbacks/run.js';
import type { Model } from '../models/model.js';
import type { Prompt } from '../prompts/prompt.js';
import { condense } from './condense.js';
import { assertModel } from './limit.js';
import { Memory, type MemoryFields, type MemoryUpdate, type Turn } from './memory.js';

export interface SummaryMemoryFields extends MemoryFields {
  /** What writes the summaries. */
  readonly llm: Model;
  /** How it is asked to: a prompt with the variables `summary` and `new_lines`. */
  readonly prompt?: Prompt | undefined;
}

/** Keeps a summary, into which a model works every turn. */
export class ConversationSummaryMemory extends Memory {
  override readonly kind = 'summary';
  readonly #llm: Model;
  readonly #prompt: Prompt | undefined;

  /** @throws ChainError `invalid_argument` without a model */
  constructor(fields: SummaryMemoryFields) {
    super(fields);
    this.#llm = assertModel('ConversationSummaryMemory', fields?.llm);
    this.#prompt = fields.prompt;
  }

  override async after(turn: Turn, call?: RunOptions): Promise<MemoryUpdate> {
    const { turns, summary } = this.state;
    // A state of another kind of memory may still have turns.
    const lines = this.linesOf([...turns, turn]);
    const condensed = await condense(
      'ConversationSummaryMemory',
      this.#llm,
      { summary, lines },
      call,
      this.#prompt,
    );
    return { state: { turns: [], summary: condensed.summary }, usage: condensed.usage };
  }
}
