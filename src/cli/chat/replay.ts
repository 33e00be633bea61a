import { createMemory } from '../../memory/create.js';
import type { MemoryState, Turn } from '../../memory/memory.js';
import type { Model } from '../../models/model.js';

/** What a memory that asks no model keeps of these turns. */
export async function stateAfter(turns: readonly Turn[], kind: string, llm: Model): Promise<MemoryState> {
  const memory = createMemory(kind, { llm });
  for (const { input, output } of turns) await memory.remember({ input, output });
  return memory.state;
}
