import { promises, readFileSync, statSync } from 'node:fs';

/** All of a file, at once: only a pipe may keep one waiting, and Node takes two milliseconds to get ready for that. */
export async function readBytes(file: string): Promise<Buffer> {
  return statSync(file).isFile() ? readFileSync(file) : promises.readFile(file);
}
