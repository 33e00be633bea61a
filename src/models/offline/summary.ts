import { type Conversation, readTurns, type Turn } from './conversation.js';
import { joinSentences, splitSentences } from './sentences.js';
import { statementsOf } from './statements.js';
import { termsOf, weightOf } from './terms.js';

/**
 * Where the user asks for a summary: the three sentences that have most in common with all the others, word for word
 * and in their order, of the text that comes with the request, or of the conversation where none does. `undefined`
 * where no summary is asked for, or nothing was said.
 */
export function answerWithSummary({ earlier, last }: Conversation): string | undefined {
  if (!asksForSummary(last)) return undefined;
  const given = statementsGiven(last);
  const statements = given.length > 0 ? given : statementsOf(earlier.filter(({ role }) => role !== 'system'));
  if (statements.length === 0) return undefined;
  const scores = scoresOf(statements);
  const chosen = statements
    .map((_, index) => index)
    .sort((a, b) => scores[b]! - scores[a]!)
    .slice(0, MOST_SENTENCES)
    .sort((a, b) => a - b);
  return joinSentences(chosen.map((index) => statements[index]!.text));
}

/** Whether a text begins or ends with the wish for a summary. */
export function asksForSummary(text: string): boolean {
  const sentences = splitSentences(text);
  return [sentences[0], sentences.at(-1)].some((sentence) => sentence !== undefined && WISH.test(sentence));
}

const MOST_SENTENCES = 3;

const WISH = new RegExp(
  [
    String.raw`\bsummari[sz](?:e|ing)\b`,
    String.raw`\btl;?dr\b`,
    String.raw`^(?:please |can you |could you )?(?:write|give|make|create|provide|show)\b.*\bsummary\b`,
    String.raw`^(?:an? |the |new |short |brief |concise )*summary\b`,
    '总结|摘要|概括|概述',
  ].join('|'),
  'i',
);

/** What follows an example isn't part of it; prompts for rolling summaries have one. */
const EXAMPLE = /^.*\bEND OF EXAMPLE\b/s;

/** What is to be summarised in a text with the wish itself: all but the wish, which may end in a colon. */
function statementsGiven(text: string): Turn[] {
  const sentences = splitSentences(text.replace(EXAMPLE, ''));
  const ends = new Set([0, sentences.length - 1]);
  const kept = sentences.map((sentence, index) =>
    ends.has(index) && WISH.test(sentence) ? sentence.replace(/^[^:：]*(?:[:：]|$)/, '') : sentence,
  );
  return statementsOf(readTurns(kept.join('\n'), 'user'));
}

function scoresOf(statements: readonly Turn[]): number[] {
  const terms = statements.map(({ text }) => [...termsOf(text)]);
  const occurrences = new Map<string, number>();
  for (const term of terms.flat()) occurrences.set(term, (occurrences.get(term) ?? 0) + 1);
  return statements.map(({ role }, index) => {
    const own = terms[index]!;
    const common = own.reduce((sum, term) => sum + weightOf(term) * Math.log(occurrences.get(term)!), 0);
    return ((role === 'assistant' ? 0.5 : 1) * common) / Math.sqrt(1 + own.length);
  });
}
