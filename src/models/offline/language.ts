/** A fixed text in the two languages that the offline model has words in. */
export interface Words {
  readonly en: string;
  readonly zh: string;
}

/** `words` in the language of `text`: Chinese where a Han character and no kana is in it, English otherwise. */
export function inLanguageOf(text: string, words: Words): string {
  return /\p{Script=Han}/u.test(text) && !/[\p{Script=Hiragana}\p{Script=Katakana}]/u.test(text)
    ? words.zh
    : words.en;
}
