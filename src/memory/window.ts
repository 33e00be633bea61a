import { assertLimit } from './limit.js';
import { Memory, type MemoryFields, type MemoryUpdate, type Turn } from './memory.js';

export interface WindowMemoryFields extends MemoryFields {
  /** How many turns are kept. */
  readonly k: number;
}

/** Keeps the last `k` turns. */
export class ConversationBufferWindowMemory extends Memory {
  override readonly kind: string;
  readonly k: number;

  /** @throws ChainError `invalid_argument` for a `k` that is no whole number from 1 up */
  constructor(fields: WindowMemoryFields) {
    super(fields);
    this.k = assertLimit('k', fields?.k);
    this.kind = `window:${this.k}`;
  }

  override async after(turn: Turn): Promise<MemoryUpdate> {
    const { turns, summary } = this.state;
    return { state: { turns: [...turns, turn].slice(-this.k), summary }, usage: null };
  }
}
