/** The sentences of a text in their order, each with its full stop; the end of a line ends a sentence too. */
export function splitSentences(text: string): string[] {
  const sentences = text.match(SENTENCE) ?? [];
  return sentences.map((sentence) => sentence.trim()).filter((sentence) => /[\p{L}\p{N}]/u.test(sentence));
}

/**
 * Sentences as running text: with a space between them, but for Chinese and Japanese. One without a full stop ends its
 * line, so that they can be told apart again.
 */
export function joinSentences(sentences: readonly string[]): string {
  return sentences.reduce((text, next) => text + between(text) + next);
}

function between(text: string): string {
  if (/[。！？][”’」』）]*$/.test(text)) return '';
  return /[.!?]["”’)]*$/.test(text) ? ' ' : '\n';
}

/** Whether somebody asks something, with a question mark or without. */
export function isQuestion(sentence: string): boolean {
  return ENDS_AS_QUESTION.test(sentence) || READS_AS_QUESTION.test(sentence);
}

/** Whether a sentence is nothing but a question. */
export function endsAsQuestion(sentence: string): boolean {
  return ENDS_AS_QUESTION.test(sentence);
}

/** Up to a full stop (a Latin one only before a space), or to the end of the line. */
const SENTENCE = /[^\n]+?(?:[。！？!?]+["”’」』）)]*|\.["”’)]*(?=\s|$)|$)/gm;

const ENDS_AS_QUESTION = /(?:[?？]|[吗呢么][。！!]?)["”’」』）)]*$/;
const READS_AS_QUESTION =
  /^(?:who|what|where|why|which|whose|how|tell me|remind me|do you (?:know|remember))\b|什么|为何|谁|哪|多少|怎么|怎样|如何|是否|还记得/i;
