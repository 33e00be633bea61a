import { cleanControls } from '../../safety/clean.js';
import { wrapText } from './wrap-text.js';

/** An answer that grows, as lines of a column. Only what has come since the last time is wrapped again. */
export class WrappedAnswer {
  #text = '';
  #width = 0;
  /** Where the paragraph begins that may go on. */
  #from = 0;
  #finished: string[] = [];
  #open = new OpenParagraph();

  /** Whether nothing has come yet. */
  get isEmpty(): boolean {
    return this.#text === '';
  }

  append(text: string): void {
    this.#text += text;
  }

  lines(width: number): readonly string[] {
    if (width !== this.#width) {
      this.#width = width;
      this.#from = 0;
      this.#finished = [];
      this.#open = new OpenParagraph();
    }
    for (let end = this.#end; end >= 0; end = this.#end) {
      for (const line of this.#open.lines(this.#text.slice(this.#from, end), width))
        this.#finished.push(line);
      this.#open = new OpenParagraph();
      this.#from = end + 1;
    }
    const rest = this.#text.slice(this.#from);
    return rest === '' ? this.#finished : [...this.#finished, ...this.#open.lines(rest, width)];
  }

  get #end(): number {
    return this.#text.indexOf('\n', this.#from);
  }
}

/** A paragraph that may go on, and what stays as it is when it does. */
class OpenParagraph {
  /** Of the cleaned text: all lines but the last. */
  #settled = '';
  #lines: string[] = [];

  /** @param raw all of the paragraph that has come */
  lines(raw: string, width: number): readonly string[] {
    const text = cleanControls(raw).replaceAll('\t', TAB);
    // A control sequence may have come in pieces: only the last one showed that all of it had to go.
    if (!text.startsWith(this.#settled)) {
      this.#settled = '';
      this.#lines = [];
    }
    const lines = wrapText(text.slice(this.#settled.length), width);
    const last = lines.at(-1)!;
    for (const line of lines.slice(0, -1)) this.#lines.push(line.trimEnd());
    this.#settled = text.slice(0, text.length - last.length);
    return [...this.#lines, last.trimEnd()];
  }
}

const TAB = '    ';
