import { ChainError } from '../errors.js';

/** A place in a template. Lines and columns count from 1; a column is a Unicode code point. */
export interface SourcePosition {
  /** Absent where the template came from a program. */
  readonly file?: string;
  readonly line: number;
  readonly column: number;
}

/** A fault in a template's own text, with its place. Its code is `invalid_template`. */
export class TemplateError extends ChainError {
  override readonly name: string = 'TemplateError';
  readonly position: SourcePosition;
  /** What is wrong, without the place that `message` begins with. */
  readonly reason: string;

  constructor(
    position: SourcePosition,
    reason: string,
    options?: { readonly cause?: unknown; readonly hint?: string },
  ) {
    super('invalid_template', `${formatPosition(position)}: ${reason}`, options);
    this.position = position;
    this.reason = reason;
  }
}

/** `add.txt:1:5`, or `line 1, column 5` where there is no file. */
export function formatPosition({ file, line, column }: SourcePosition): string {
  return file === undefined ? `line ${line}, column ${column}` : `${file}:${line}:${column}`;
}

/** Positions of ever greater offsets (UTF-16 units) of one text, the whole of it walked only once. */
export class PositionCounter {
  private readonly text: string;
  private readonly file: { readonly file?: string };
  private line: number;
  private column: number;
  private offset = 0;

  /** `start` is the place of the text's first character. */
  constructor(text: string, { line, column, ...file }: SourcePosition = { line: 1, column: 1 }) {
    this.text = text;
    this.file = file;
    this.line = line;
    this.column = column;
  }

  at(offset: number): SourcePosition {
    for (; this.offset < offset; this.offset++) {
      const unit = this.text.charCodeAt(this.offset);
      if (unit === 0x0a) {
        this.line++;
        this.column = 1;
      } else if (unit < 0xdc00 || unit > 0xdfff) {
        this.column++;
      }
    }
    return { ...this.file, line: this.line, column: this.column };
  }
}
