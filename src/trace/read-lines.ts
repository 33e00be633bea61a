import { type FileHandle, open, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileNotReadable } from '../errors.js';

/** A line of a file. */
export interface FileLine {
  /** Without its newline; `null` for a line that is too long to be held. */
  readonly bytes: Buffer | null;
  /** Where it begins in the file, and where the next one does, in bytes. */
  readonly offset: number;
  readonly end: number;
  /** From 1, of those that were read. */
  readonly number: number;
  /** `false` for what stands at the end of the file without a newline. */
  readonly complete: boolean;
}

/** What is read: a file's path, or what comes through a pipe, which can be read once and from its beginning only. */
export type LineSource = string | Pipe;

export interface Pipe {
  /** What it is called in errors. */
  readonly name: string;
  readonly stream: AsyncIterable<Buffer>;
}

export interface ReadLinesOptions {
  /** The first byte to read; a line must begin there. Default: the beginning. */
  readonly from?: number;
  /** The byte before which reading ends. Default: the end of the file. */
  readonly to?: number;
  /**
   * Goes on at the end of the file as it grows, until the consumer leaves or the signal aborts. Whenever it has caught
   * up it yields an empty list. A file that isn't there yet is waited for; one that became shorter, or has been replaced
   * by another, is read anew from its beginning.
   */
  readonly follow?: boolean;
  /** Longer lines aren't held, in bytes. Default 256 MiB: an event has a model's whole prompt in one line. */
  readonly longest?: number;
  readonly signal?: AbortSignal | undefined;
}

const LONGEST_LINE = 256 * 1024 * 1024;
const CHUNK = 1024 * 1024;
const FOLLOW_MS = 100;
const NEWLINE = 0x0a;

/**
 * The lines of a file, all of one read together. Holds no more than one read and one line.
 * @throws ChainError `file_not_readable`; the signal's reason
 */
export async function* readLines(
  file: LineSource,
  options: ReadLinesOptions = {},
): AsyncGenerator<readonly FileLine[], void, void> {
  if (typeof file !== 'string') return yield* readPipe(file, options);
  const { follow = false, signal } = options;
  for (let anew = false; ; ) {
    const handle = await openFile(file, follow, signal);
    if (handle === null) {
      yield [];
      await sleep(FOLLOW_MS, undefined, { signal });
      continue;
    }
    try {
      yield* readOpen(handle, file, anew ? { ...options, from: 0 } : options);
      if (!follow) return;
      anew = true;
    } finally {
      await handle.close();
    }
  }
}

/** Ends at the end; in a file that is followed, when it has become shorter, or another is in its place. */
async function* readOpen(
  handle: FileHandle,
  file: string,
  {
    from = 0,
    to = Number.POSITIVE_INFINITY,
    follow = false,
    longest = LONGEST_LINE,
    signal,
  }: ReadLinesOptions,
): AsyncGenerator<readonly FileLine[], void, void> {
  const splitter = new LineSplitter(from, longest);
  let replaced = false;
  for (let position = from; ; ) {
    signal?.throwIfAborted();
    const buffer = Buffer.allocUnsafe(Math.min(CHUNK, Math.max(0, to - position)));
    const { bytesRead } =
      buffer.length === 0 ? { bytesRead: 0 } : await readAt(handle, file, buffer, position);
    position += bytesRead;
    const lines = splitter.push(buffer.subarray(0, bytesRead));
    if (lines.length > 0) yield lines;
    if (bytesRead > 0) continue;
    if (!follow) {
      const rest = splitter.rest();
      if (rest !== null) yield [rest];
      return;
    }
    yield [];
    if (replaced) return;
    await sleep(FOLLOW_MS, undefined, { signal });
    const [own, there] = await Promise.all([handle.stat(), stat(file).catch(() => undefined)]);
    if (own.size < position) return;
    // Once more: it may have been written to until it had to go.
    replaced = there !== undefined && (there.ino !== own.ino || there.dev !== own.dev);
  }
}

async function* readPipe(
  { name, stream }: Pipe,
  { longest = LONGEST_LINE, signal }: ReadLinesOptions,
): AsyncGenerator<readonly FileLine[], void, void> {
  const splitter = new LineSplitter(0, longest);
  try {
    for await (const chunk of stream) {
      signal?.throwIfAborted();
      const lines = splitter.push(chunk);
      if (lines.length > 0) yield lines;
    }
  } catch (error) {
    signal?.throwIfAborted();
    throw fileNotReadable(name, error);
  }
  const rest = splitter.rest();
  if (rest !== null) yield [rest];
}

class LineSplitter {
  #number = 0;
  #start: number;
  /** Parts of a line whose end hasn't come; `null` once they are too long to be held. */
  #parts: Buffer[] | null = [];
  #held = 0;

  readonly #longest: number;

  constructor(from: number, longest: number) {
    this.#start = from;
    this.#longest = longest;
  }

  push(chunk: Buffer): FileLine[] {
    const lines: FileLine[] = [];
    let begin = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, begin)) {
      this.#hold(chunk.subarray(begin, at));
      lines.push(this.#take(1));
      begin = at + 1;
    }
    if (begin < chunk.length) this.#hold(chunk.subarray(begin));
    return lines;
  }

  /** What is left without a newline. */
  rest(): FileLine | null {
    return this.#held === 0 ? null : this.#take(0);
  }

  #hold(part: Buffer): void {
    this.#held += part.length;
    if (this.#held > this.#longest) this.#parts = null;
    this.#parts?.push(part);
  }

  #take(newline: 0 | 1): FileLine {
    const parts = this.#parts;
    const bytes = parts === null ? null : parts.length === 1 ? parts[0]! : Buffer.concat(parts);
    const offset = this.#start;
    this.#number += 1;
    this.#start += this.#held + newline;
    this.#parts = [];
    this.#held = 0;
    return { bytes, offset, end: this.#start, number: this.#number, complete: newline === 1 };
  }
}

async function openFile(
  file: string,
  follow: boolean,
  signal: AbortSignal | undefined,
): Promise<FileHandle | null> {
  signal?.throwIfAborted();
  try {
    const handle = await open(file, 'r');
    const stats = await handle.stat();
    if (!stats.isDirectory()) return handle;
    await handle.close();
    throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
  } catch (error) {
    if (follow && (error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw fileNotReadable(file, error);
  }
}

async function readAt(handle: FileHandle, file: string, buffer: Buffer, position: number) {
  try {
    return await handle.read(buffer, 0, buffer.length, position);
  } catch (error) {
    throw fileNotReadable(file, error);
  }
}
