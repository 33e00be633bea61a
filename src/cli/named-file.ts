import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ChainError } from '../errors.js';
import { makeFolder } from '../safety/make-folder.js';

/**
 * That a file which a flag names can be written, once {@link makeFolderOf} has made its folders.
 * @param isReplaced whether another takes its place, and it isn't written over
 * @throws ChainError `file_not_writable`
 */
export async function assertWritable(flag: string, file: string, { isReplaced = false } = {}): Promise<void> {
  try {
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory()) throw new Error('is a folder');
    const isNew = there === undefined || (isReplaced && there.isFile());
    await access(isNew ? await nearestFolder(dirname(file)) : file, constants.W_OK);
  } catch (cause) {
    throw notWritable(flag, file, cause);
  }
}

/**
 * Makes the folders that a file lacks.
 * @throws ChainError `file_not_writable`
 */
export async function makeFolderOf(flag: string, file: string): Promise<void> {
  try {
    await makeFolder(dirname(file));
  } catch (cause) {
    throw notWritable(flag, file, cause);
  }
}

/** The folder itself, or the first above it that is there. */
async function nearestFolder(folder: string): Promise<string> {
  const there = await stat(folder).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && dirname(folder) !== folder) return undefined;
    throw error.code === 'ENOTDIR' ? new Error('a part of its path is a file', { cause: error }) : error;
  });
  if (there === undefined) return nearestFolder(dirname(folder));
  if (there.isDirectory()) return folder;
  throw new Error('a part of its path is a file');
}

function notWritable(flag: string, file: string, cause: unknown): ChainError {
  return new ChainError('file_not_writable', `${flag} ${file}: ${(cause as Error).message}`, { cause });
}
