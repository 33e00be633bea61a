import type { TraceLine } from './trace-line.js';

/** Lines of one kind: how many, and the numbers of the first. */
export interface LineCount {
  readonly count: number;
  readonly lines: readonly number[];
}

/** How many numbers are kept. */
const MOST_NUMBERS = 5;

/** What stood in a trace file besides events. Nothing of it fails the reading, and nothing is passed over in silence. */
export class LineCensus {
  readonly #counts = new Map<string, { count: number; lines: number[] }>();
  /** The file ends in the middle of a line: its writer was stopped there, or is still at it. */
  torn = false;
  readonly #mostNumbers: number;

  /** @param numbered whether the numbers of lines are those of the file, which was read from its beginning */
  constructor({ numbered = true }: { readonly numbered?: boolean } = {}) {
    this.#mostNumbers = numbered ? MOST_NUMBERS : 0;
  }

  count({ kind, ...line }: TraceLine, number: number): void {
    if (kind === 'event' || kind === 'blank') return;
    const key = [kind, ...Object.values(kind === 'damaged' ? {} : line)].join(' ');
    let known = this.#counts.get(key);
    if (known === undefined) {
      // A file full of nonsense shouldn't fill the memory.
      if (this.#counts.size > MOST_KINDS) return;
      this.#counts.set(key, (known = { count: 0, lines: [] }));
    }
    known.count += 1;
    if (known.lines.length < this.#mostNumbers) known.lines.push(number);
  }

  /** Lines of other programs. */
  get foreign(): LineCount {
    return this.#counts.get('foreign') ?? NONE;
  }

  /** Lines of a log for people. */
  get text(): LineCount {
    return this.#counts.get('text') ?? NONE;
  }

  /** Events that aren't whole, or lack what their type must have. */
  get damaged(): LineCount {
    return this.#counts.get('damaged') ?? NONE;
  }

  /** What a person is told of it, a sentence each; nothing of records of `logger`, which belong there. */
  notes(): readonly string[] {
    const notes: string[] = [];
    for (const [kind, counted] of this.#counts) {
      if (kind === 'foreign') notes.push(`${lines(counted, 'line', 'of other programs')} passed over`);
      if (kind === 'text') notes.push(`${lines(counted, 'line', 'of a text log')} passed over`);
      if (kind === 'damaged') notes.push(`${lines(counted, 'damaged line', '')} passed over`);
      if (kind.startsWith('unknown ')) {
        const what = `of the type ${kind.slice(8)}, which this version doesn't know,`;
        notes.push(`${lines(counted, 'event', what)} passed over`);
      }
      if (kind.startsWith('later ')) {
        const what = `of version ${kind.slice(6)} of the format, newer than this program,`;
        notes.push(`${lines(counted, 'start', what)} passed over`);
      }
    }
    if (this.torn) notes.push('the last line is not whole: it was cut short, or is still being written');
    return notes;
  }
}

const NONE: LineCount = { count: 0, lines: [] };
const MOST_KINDS = 20;

function lines({ count, lines: numbers }: LineCount, noun: string, what: string): string {
  if (numbers.length === 0)
    return [`${count} ${noun}${count === 1 ? '' : 's'}`, what].filter(Boolean).join(' ');
  const where = `line${numbers.length === 1 ? '' : 's'} ${numbers.join(', ')}${count > numbers.length ? ', …' : ''}`;
  return [`${count} ${noun}${count === 1 ? '' : 's'}`, what, `(${where})`]
    .filter((part) => part !== '')
    .join(' ');
}
