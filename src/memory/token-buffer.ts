import type { Model } from '../models/model.js';
import { assertLimit, assertModel } from './limit.js';
import { Memory, type MemoryFields, type MemoryUpdate, type Turn } from './memory.js';
import { countBeyond, withTokens } from './turn-tokens.js';

export interface TokenBufferMemoryFields extends MemoryFields {
  /** Whose tokens are counted. It isn't asked anything. */
  readonly llm: Model;
  /** The most tokens that the turns which are kept may have. */
  readonly maxTokenLimit: number;
}

/** Keeps the last turns that together have no more than so many tokens: whole turns, and none where the last alone has more. */
export class ConversationTokenBufferMemory extends Memory {
  override readonly kind: string;
  readonly #llm: Model;
  readonly #limit: number;

  /** @throws ChainError `invalid_argument` without a model, or for a limit that is no whole number from 1 up */
  constructor(fields: TokenBufferMemoryFields) {
    super(fields);
    this.#llm = assertModel('ConversationTokenBufferMemory', fields?.llm);
    this.#limit = assertLimit('maxTokenLimit', fields.maxTokenLimit);
    this.kind = `token-buffer:${this.#limit}`;
  }

  override async after(turn: Turn): Promise<MemoryUpdate> {
    const { turns, summary } = this.state;
    const all = [...turns, await withTokens(turn, this.#llm)];
    return { state: { turns: all.slice(countBeyond(all, this.#limit)), summary }, usage: null };
  }
}
