import { Memory, type MemoryUpdate, type Turn } from './memory.js';

/** Keeps every turn whole. */
export class ConversationBufferMemory extends Memory {
  override readonly kind = 'buffer';

  override async after(turn: Turn): Promise<MemoryUpdate> {
    const { turns, summary } = this.state;
    return { state: { turns: [...turns, turn], summary }, usage: null };
  }
}
