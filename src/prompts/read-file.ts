import { open } from 'node:fs/promises';
import { ChainError, fileNotReadable } from '../errors.js';
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
    const handle = await open(file);
    try {
      const info = await handle.stat();
      if (info.isDirectory()) throw Object.assign(new Error('a folder'), { code: 'EISDIR' });
      const chunks: Uint8Array[] = [];
      let total = 0;
      for (;;) {
        const expected = Math.max(0, Math.min(info.size, MAX_TEMPLATE_BYTES) - total);
        const { bytesRead, buffer } = await handle.read({
          buffer: Buffer.alloc(expected + 16_384),
        });
        if (bytesRead === 0) return Buffer.concat(chunks);
        total += bytesRead;
        if (total > MAX_TEMPLATE_BYTES) throw templateTooLarge(file);
        chunks.push(buffer.subarray(0, bytesRead));
      }
    } finally {
      await handle.close();
    }
  } catch (error) {
    throw error instanceof ChainError ? error : fileNotReadable(file, error);
  }
}

export function templateTooLarge(file: string): TemplateError {
  return new TemplateError({ file, line: 1, column: 1 }, 'a template has at most 10 MB, and this has more', {
    hint: 'Bring large texts in as values of variables.',
  });
}
