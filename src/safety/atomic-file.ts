import { randomUUID } from 'node:crypto';
import { open, realpath, rename, rm, stat, writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ChainError } from '../errors.js';

/**
 * Writes a file in one step: whoever reads it finds the old content or the new one, whatever happens in between. A
 * link is followed; a device, a pipe, or what /dev/stdout and its like stand for is written to, not replaced.
 *
 * By `writeFile`, which writes all of it or fails: one call of `write`, as packages for this make, may write
 * a part on a disk that fills up, and say nothing.
 *
 * @param content all of it, or one piece after the other
 * @param mode of the file. Default: its owner's alone
 * @throws Error with what the file system says, in few words, or the ChainError that `content` throws; the file is then
 *   as it was
 */
export async function writeFileAtomically(
  file: string,
  content: string | AsyncIterable<string>,
  mode = 0o600,
): Promise<void> {
  const target = await realpath(file).catch(() => file);
  const there = await stat(target).catch(() => undefined);
  const isOpen = /^\/(dev|proc)\//.test(resolve(file));
  if (there !== undefined && (isOpen || !there.isFile())) return writeFile(target, content);
  const next = `${target}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const handle = await open(next, 'wx', mode);
    try {
      await writeFile(handle, content);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(next, target);
  } catch (error) {
    await rm(next, { force: true }).catch(() => {});
    if (error instanceof ChainError) throw error;
    // Without the name of the file that nobody knows of.
    throw new Error((error as Error).message.split(',')[0], { cause: error });
  }
}
