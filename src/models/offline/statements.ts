import { isAcknowledgement } from './acknowledgement.js';
import type { Turn } from './conversation.js';
import { endsAsQuestion, splitSentences } from './sentences.js';

/** What was stated, a sentence a turn and each only the first time: no questions, headings or acknowledgements. */
export function statementsOf(turns: readonly Turn[]): Turn[] {
  const statements = new Map<string, Turn>();
  for (const { role, text: said } of turns) {
    for (const text of splitSentences(said)) {
      if (endsAsQuestion(text) || /[:：]$/.test(text) || isAcknowledgement(text)) continue;
      if (!statements.has(text)) statements.set(text, { role, text });
    }
  }
  return [...statements.values()];
}
