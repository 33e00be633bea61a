import type { Model } from '../models/model.js';
import { type KeptTurn, type Turn, toMessages } from './memory.js';

/** The turn with its tokens, as the model counts messages. */
export async function withTokens(turn: Turn, llm: Model): Promise<Required<KeptTurn>> {
  const [{ inputTokens }, { inputTokens: opening }] = await Promise.all([
    llm.estimateInput(toMessages(turn)),
    llm.estimateInput(''),
  ]);
  return { ...turn, tokens: inputTokens! - opening! };
}

/** How many of the oldest turns have to go for the others to have no more than `limit` tokens. */
export function countBeyond(turns: readonly KeptTurn[], limit: number): number {
  let tokens = 0;
  for (let index = turns.length - 1; index >= 0; index -= 1) {
    tokens += turns[index]!.tokens ?? 0;
    if (tokens > limit) return index + 1;
  }
  return 0;
}
