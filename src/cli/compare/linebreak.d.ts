declare module 'linebreak' {
  /** Where a line may end, by the Unicode Line Breaking Algorithm. */
  export default class LineBreaker {
    constructor(text: string);
    /** The next place, as an index into the text; `null` behind the last one, which is the end. */
    nextBreak(): { readonly position: number; readonly required: boolean } | null;
  }
}
