import { readFile } from 'node:fs/promises';
import { ChainError } from '../errors.js';
import { decodeText } from '../prompts/decode.js';

/** @throws ChainError `file_not_readable`, naming the flag that asked for the file; for what is not text, its place */
export async function readTextFile(file: string, flag: string): Promise<string> {
  let bytes: Buffer;
  try {
    bytes = await readFile(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    const why = REASONS[code ?? ''] ?? message;
    throw new ChainError('file_not_readable', `${flag}: ${file}: ${why}`, { cause });
  }
  return decodeText(bytes, file);
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'a folder, not a file',
};
