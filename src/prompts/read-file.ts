import { createReadStream, statSync } from 'node:fs';
import { ChainError, fileNotReadable } from '../errors.js';
import { readBytes } from './read-bytes.js';
import { TemplateError } from './source-position.js';

/** The most that a template may have, in bytes. */
export const MAX_TEMPLATE_BYTES = 10 * 1024 * 1024;

/**
 * The bytes of a template file, or of a pipe that has a name; never much more of them than a template may have.
 *
 * @throws {ChainError} `file_not_readable`: no such file, a folder, no permission, …
 * @throws {TemplateError} when it has more than 10 MB
 */
export async function readTemplateFile(file: string): Promise<Uint8Array> {
  try {
    const info = statSync(file);
    if (info.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
    if (info.size > MAX_TEMPLATE_BYTES) throw templateTooLarge(file);
    return info.isFile() ? await readBytes(file) : await readPipe(file);
  } catch (error) {
    throw error instanceof ChainError ? error : fileNotReadable(file, error);
  }
}

async function readPipe(file: string): Promise<Uint8Array> {
  const chunks: Uint8Array[] = [];
  let total = 0;
  for await (const chunk of createReadStream(file)) {
    total += chunk.length;
    if (total > MAX_TEMPLATE_BYTES) throw templateTooLarge(file);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

export function templateTooLarge(file: string): TemplateError {
  return new TemplateError({ file, line: 1, column: 1 }, 'a template has at most 10 MB, and this has more', {
    hint: 'Bring large texts in as values of variables.',
  });
}
