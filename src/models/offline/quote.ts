import type { Role } from '../../messages.js';
import type { Conversation, Turn } from './conversation.js';
import { inLanguageOf, type Words } from './language.js';
import { isQuestion, joinSentences, splitSentences } from './sentences.js';
import { statementsOf } from './statements.js';
import { termsOf, weightOf } from './terms.js';

/**
 * The one or two sentences of a conversation that have most in common with the question that ends it, word for word;
 * rare terms count for more, and what the user said for more than what others did. `undefined` where the user asked
 * nothing, or where no sentence comes near.
 */
export function answerWithQuote({ earlier, last }: Conversation): string | undefined {
  const spoken = splitSentences(last);
  const asked = spoken.findLastIndex(isQuestion);
  if (asked === -1) return undefined;
  const question = spoken[asked]!.replace(LABEL, '');
  const besides: Turn = { role: 'user', text: spoken.toSpliced(asked, 1).join('\n') };
  const statements = statementsOf([...earlier, besides]);
  const scores = scoresOf(termsOf(question), statements);

  const ranked = statements.map((_, index) => index).sort((a, b) => scores[b]! - scores[a]!);
  const best = ranked[0];
  if (best === undefined || scores[best] === 0) return undefined;
  const { role } = statements[best]!;
  const isNear = (index: number) =>
    statements[index]!.role === role && scores[index]! >= NEAR * scores[best]!;
  const chosen = ranked
    .slice(0, MOST_SENTENCES)
    .filter(isNear)
    .sort((a, b) => a - b);
  return inLanguageOf(question, SPOKEN_BY[role]).replace('…', () =>
    joinSentences(chosen.map((index) => statements[index]!.text)),
  );
}

const SPOKEN_BY: Readonly<Record<Role, Words>> = {
  user: { en: 'You said: “…”', zh: '你说过：“…”' },
  assistant: { en: 'I said: “…”', zh: '我说过：“…”' },
  system: { en: 'The prompt says: “…”', zh: '提示里写着：“…”' },
  tool: { en: 'A tool said: “…”', zh: '工具说过：“…”' },
};

const ROLE_WEIGHT: Readonly<Record<Role, number>> = { user: 1, assistant: 0.5, system: 0.5, tool: 0.5 };
const MOST_SENTENCES = 2;
/** How near to the best score a second sentence must come. */
const NEAR = 0.75;
/** The least that a sentence must have in common with the question: a word, or two Chinese characters. */
const LEAST_WEIGHT = 0.6;
const LABEL = /^(?:question|q|问题|问)\s*[:：]\s*/i;

function scoresOf(question: ReadonlySet<string>, statements: readonly Turn[]): number[] {
  const shared = statements.map(({ text }) => [...termsOf(text)].filter((term) => question.has(term)));
  const occurrences = new Map<string, number>();
  for (const term of shared.flat()) occurrences.set(term, (occurrences.get(term) ?? 0) + 1);
  const rarity = (term: string) => Math.log(1 + statements.length / occurrences.get(term)!);
  return statements.map(({ role }, index) => {
    const terms = shared[index]!;
    if (sum(terms.map(weightOf)) < LEAST_WEIGHT) return 0;
    return ROLE_WEIGHT[role] * sum(terms.map((term) => weightOf(term) * rarity(term)));
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
