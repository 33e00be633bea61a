import { createReadStream, createWriteStream } from 'node:fs';
import { mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { unlessAborted } from '../../callbacks/abort.js';
import { ChainError } from '../../errors.js';
import type { Io } from '../io.js';

/**
 * Gives `read` a trace file that can be read more than once: what comes through a pipe, or on standard input (`-`), is
 * kept in a file of the owner's alone until `read` is done.
 * @throws ChainError `invalid_argument` for standard input that is a terminal; what `read` throws
 */
export async function withTraceFile<T>(file: string, io: Io, read: (file: string) => Promise<T>): Promise<T> {
  const pipe = await openPipe(file, io);
  if (pipe === null) return read(file);
  const folder = await mkdtemp(join(tmpdir(), 'chain-trace-'));
  try {
    const kept = join(folder, 'trace.jsonl');
    // The stream's own signal ends nothing before the pipe has been opened.
    await unlessAborted(
      pipeline(pipe, createWriteStream(kept, { mode: 0o600 }), { signal: io.signal }),
      io.signal,
    );
    return await read(kept);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/**
 * What a name stands for where that can be read only once; `null` for a file.
 * @throws ChainError `invalid_argument` for standard input that is a terminal
 */
export async function openPipe(file: string, io: Io): Promise<Readable | null> {
  if (file !== '-') {
    const stats = await stat(file).catch(() => undefined); // Whoever reads it says what is wrong with it.
    return stats === undefined || stats.isFile() || stats.isDirectory() ? null : createReadStream(file);
  }
  if (!io.stdin.isTTY) return io.stdin;
  throw new ChainError('invalid_argument', 'the trace - is standard input, which is a terminal', {
    hint: 'Pipe a trace into the command, or name a file.',
  });
}
