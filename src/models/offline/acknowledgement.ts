import { inLanguageOf, type Words } from './language.js';

/** What is left to say: that it was heard, or, where something was asked, that there is no answer. */
export function acknowledge(text: string, asked: boolean): string {
  return inLanguageOf(text, asked ? NO_ANSWER : NOTED);
}

/** Whether a text is an acknowledgement of ours: it states nothing. */
export function isAcknowledgement(text: string): boolean {
  return [NOTED, NO_ANSWER].some(({ en, zh }) => text === en || text === zh);
}

const NOTED: Words = { en: 'Noted.', zh: '好的，记下了。' };
const NO_ANSWER: Words = { en: 'Nothing in this conversation answers that.', zh: '这段对话里没有答案。' };
