import { Readable } from 'node:stream';
import { type Io, readAll } from '../io.js';

/** Gives standard input again and again: a pipe is read once, by the first who reads it, and kept. */
export function keepStdin(io: Io): () => Io['stdin'] {
  let whole: Promise<Buffer> | undefined;
  async function* read(): AsyncGenerator<Buffer, void, void> {
    whole ??= readAll(io.stdin);
    yield await whole;
  }
  return () => (io.stdin.isTTY ? io.stdin : Readable.from(read()));
}
