/** An input that is whole. */
export interface CollectedInput {
  readonly text: string;
  /** From a block: sent as it is, whatever it begins with. */
  readonly verbatim: boolean;
}

const QUOTES = '"""';

/**
 * Makes one input of several lines: one that ends in a backslash goes on, and `"""` opens a block that the next `"""`
 * closes. What was pasted is one line here, with line breaks in it.
 */
export class InputCollector {
  #lines: string[] = [];
  #block = false;

  /** Whether an input has begun that isn't whole yet. */
  get isOpen(): boolean {
    return this.#block || this.#lines.length > 0;
  }

  /** The input that this line completes, if it does. */
  take(line: string): CollectedInput | undefined {
    if (this.#block) return this.#takeInBlock(line);
    if (!this.isOpen && line.trimStart().startsWith(QUOTES) && !line.includes('\n')) {
      this.#block = true;
      const rest = line.trimStart().slice(QUOTES.length);
      return rest === '' ? undefined : this.#takeInBlock(rest);
    }
    if (goesOn(line)) {
      this.#lines.push(line.slice(0, -1));
      return undefined;
    }
    return this.#complete(line, false);
  }

  /** Forgets what has come of an input. */
  reset(): void {
    this.#lines = [];
    this.#block = false;
  }

  #takeInBlock(line: string): CollectedInput | undefined {
    const end = line.trimEnd();
    if (end.endsWith(QUOTES)) return this.#complete(end.slice(0, -QUOTES.length), true);
    this.#lines.push(line);
    return undefined;
  }

  #complete(last: string, verbatim: boolean): CollectedInput {
    const lines = verbatim && last === '' ? this.#lines : [...this.#lines, last];
    this.reset();
    return { text: lines.join('\n'), verbatim };
  }
}

/** Two backslashes at the end are two backslashes. */
function goesOn(line: string): boolean {
  return /\\*$/.exec(line)![0].length % 2 === 1;
}
