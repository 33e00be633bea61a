/**
 * A text in pieces of about a token's size, for streaming: a word or a run of signs with the space before it, one or
 * two characters of Chinese and the like. They join to the text again. A real tokenizer would take longer to load
 * than the whole answer takes.
 */
export function splitPieces(text: string): string[] {
  return text.match(/^[\0-\x7f]*$/.test(text) ? ASCII_PIECE : new RegExp(PIECE, 'gu')) ?? [];
}

/** The same for ASCII: tables of all letters take Node longer than the answer. */
const ASCII_PIECE = /\s*(?:[A-Za-z\d]{1,16}|[^\sA-Za-z\d]{1,16})|\s+/g;

const UNSPACED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]`;
const WORD = String.raw`(?:(?!${UNSPACED})[\p{L}\p{M}\p{N}]){1,16}`;
const SIGNS = String.raw`[^\s\p{L}\p{M}\p{N}]{1,16}`;
const PIECE = String.raw`\s*(?:${UNSPACED}{1,2}|${WORD}|${SIGNS})|\s+`;
