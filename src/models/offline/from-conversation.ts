import { acknowledge } from './acknowledgement.js';
import type { Conversation } from './conversation.js';
import { answerWithQuote } from './quote.js';
import { isQuestion, splitSentences } from './sentences.js';
import { answerWithSummary, asksForSummary } from './summary.js';

export type ConversationSource = 'summary' | 'quoted' | 'acknowledgement';

/** What can be made of a conversation alone, and by which means. */
export function answerFromConversation(conversation: Conversation): {
  readonly source: ConversationSource;
  readonly text: string;
} {
  for (const [source, answer] of STRATEGIES) {
    const text = answer(conversation);
    if (text !== undefined) return { source, text };
  }
  const { last } = conversation;
  const asked = asksForSummary(last) || splitSentences(last).some(isQuestion);
  return { source: 'acknowledgement', text: acknowledge(last, asked) };
}

/** In the order in which they are tried; `undefined` makes it the next one's turn. */
const STRATEGIES: readonly (readonly [
  ConversationSource,
  (conversation: Conversation) => string | undefined,
])[] = [
  ['summary', answerWithSummary],
  ['quoted', answerWithQuote],
];
