import { constants, promises } from 'node:fs';
import { dirname } from 'node:path';
import { ChainError } from '../errors.js';

/** @throws ChainError `file_not_writable`, before any request is made, where `--output` cannot work */
export async function assertWritable(file: string): Promise<void> {
  try {
    const there = await promises.stat(file).catch(() => undefined);
    if (there?.isDirectory()) throw new Error('is a folder');
    await promises.access(there === undefined ? dirname(file) : file, constants.W_OK);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = code === 'ENOENT' ? `there is no folder ${dirname(file)}` : message;
    throw new ChainError('file_not_writable', `--output ${file}: ${why}`, { cause });
  }
}

/** Writes an answer for its owner's eyes; a file that was there keeps its mode. */
export async function writeAnswer(file: string, text: string): Promise<void> {
  try {
    await promises.writeFile(file, text === '' || text.endsWith('\n') ? text : `${text}\n`, { mode: 0o600 });
  } catch (cause) {
    throw new ChainError('answer_not_saved', `--output ${file}: ${(cause as Error).message}`, { cause });
  }
}
