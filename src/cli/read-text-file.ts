import { ChainError, fileNotReadable } from '../errors.js';
import { decodeText } from '../prompts/decode.js';
import { readBytes } from '../prompts/read-bytes.js';

/** @throws ChainError `file_not_readable`, naming the flag that asked for the file; for what is not text, its place */
export async function readTextFile(file: string, flag: string): Promise<string> {
  if (file === '') throw new ChainError('invalid_argument', `${flag} names no file`);
  let bytes: Buffer;
  try {
    bytes = await readBytes(file);
  } catch (cause) {
    throw fileNotReadable(`${flag}: ${file}`, cause);
  }
  return decodeText(bytes, file);
}
