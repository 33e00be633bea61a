import type { Model } from '../models/model.js';
import { type KeptTurn, type Turn, toMessages } from './memory.js';

/** The turn with the tokens that it adds to a prompt of the model's. */
export async function withTokens(turn: Turn, llm: Model): Promise<Required<KeptTurn>> {
  const messages = toMessages(turn);
  const { inputTokens: once } = await llm.estimateInput(messages);
  const { inputTokens: twice } = await llm.estimateInput([...messages, ...messages]);
  return { ...turn, tokens: twice! - once! };
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
