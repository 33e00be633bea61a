import type { Writable } from 'node:stream';
import { widthOf } from './compare/wrap-text.js';
import type { Io } from './io.js';

/**
 * Lines at the end of what a terminal shows, which are changed where they stand. What others write meanwhile, to stdout
 * or to stderr, stands above them. The cursor stays visible, under the last line: nothing has to be put right again,
 * whichever way the program ends.
 */
export class LiveRegion {
  readonly #stdout: Io['stdout'];
  readonly #write: (text: string) => void;
  readonly #releases: (() => void)[] = [];
  #lines: readonly string[] = [];
  /** Somebody else has written a line that isn't at its end. */
  #torn = false;

  /** @param onErased told when the lines had to go: to have others' text in their place, or because the width changed */
  constructor({ stdout, stderr }: Pick<Io, 'stdout' | 'stderr'>, onErased: () => void) {
    this.#stdout = stdout;
    const write = stdout.write.bind(stdout);
    this.#write = (text) => void write(text);
    const resized = () => {
      this.#erase(this.#height);
      onErased();
    };
    // After Ctrl-Z and `fg` others' lines stand under these, which stay where they are.
    const continued = () => {
      this.#lines = [];
      onErased();
    };
    stdout.on('resize', resized);
    process.on('SIGCONT', continued);
    this.#releases.push(() => stdout.off('resize', resized) && process.off('SIGCONT', continued));
    for (const stream of [stdout, ...(stderr.isTTY === true ? [stderr] : [])]) {
      this.#releases.push(
        intercept(stream, (text) => {
          this.#erase(this.#lines.length);
          this.#torn = !text.endsWith('\n');
          onErased();
        }),
      );
    }
  }

  /** How many lines it may have. */
  get rows(): number {
    return Math.max(1, (this.#stdout.rows ?? 24) - 1);
  }

  get columns(): number {
    return this.#stdout.columns ?? 80;
  }

  /** Changes what is shown, and only where it is another. */
  show(lines: readonly string[]): void {
    const before = this.#lines;
    const same = lines.findIndex((line, index) => line !== before[index]);
    const first = same < 0 ? Math.min(lines.length, before.length) : same;
    if (first === lines.length && lines.length === before.length) return;
    // What is typed is echoed behind the lines: `^C`.
    let text = this.#torn ? '\n' : '\r';
    text += up(before.length - first);
    for (const [index, line] of lines.entries()) {
      if (index >= first) text += line === before[index] ? '\n' : `${line}${ERASE_LINE_END}\n`;
    }
    if (lines.length < before.length) text += ERASE_BELOW;
    this.#torn = false;
    this.#lines = lines;
    this.#write(text);
  }

  /** Leaves lines behind, as many as there are, and ends. */
  finish(lines: readonly string[]): void {
    this.show(lines);
    for (const release of this.#releases.splice(0)) release();
  }

  /** Lines on the screen: a terminal that has become narrower has broken those that are too long for it. */
  get #height(): number {
    return this.#lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(widthOf(line) / this.columns)), 0);
  }

  #erase(height: number): void {
    if (this.#lines.length === 0) return;
    this.#lines = [];
    const rows = Math.min(height, this.rows);
    // Line by line: what is erased from the top of the screen on at once, some terminals keep among what scrolled away.
    this.#write(`\r${up(rows)}${`${ERASE_LINE_END}\n`.repeat(rows)}${up(rows)}`);
  }
}

const ERASE_LINE_END = '\x1b[K';
const ERASE_BELOW = '\x1b[J';

function up(lines: number): string {
  return lines === 0 ? '' : `\x1b[${lines}A`;
}

/** Is told of each text before it is written. @returns what ends that */
function intercept(stream: Writable, hear: (text: string) => void): () => void {
  const own = Object.getOwnPropertyDescriptor(stream, 'write');
  const write: (chunk: string | Uint8Array, ...rest: []) => boolean = stream.write.bind(stream);
  stream.write = ((chunk: string | Uint8Array, ...rest: []) => {
    if (chunk.length > 0) hear(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    return write(chunk, ...rest);
  }) as typeof stream.write;
  return () => {
    if (own === undefined) delete (stream as Partial<Writable>).write;
    else Object.defineProperty(stream, 'write', own);
  };
}
