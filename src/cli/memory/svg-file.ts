import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ChainError } from '../../errors.js';
import { writeFileAtomically } from '../../safety/atomic-file.js';

/** @throws ChainError `file_not_writable`, before anything is asked, where `--svg` cannot work */
export async function assertSvgWritable(file: string): Promise<void> {
  try {
    const there = await stat(file).catch(() => undefined);
    if (there?.isDirectory()) throw new Error('is a folder');
    await access(there === undefined || there.isFile() ? dirname(file) : file, constants.W_OK);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    throw notWritable(file, code === 'ENOENT' ? `there is no folder ${dirname(file)}` : message, cause);
  }
}

/**
 * Writes it in one step: whoever reads the file finds the old one or the new one.
 * @throws ChainError `file_not_writable`
 */
export async function writeSvg(file: string, svg: string): Promise<void> {
  try {
    await writeFileAtomically(file, svg, 0o666);
  } catch (cause) {
    throw notWritable(file, (cause as Error).message, cause);
  }
}

function notWritable(file: string, why: string, cause: unknown): ChainError {
  return new ChainError('file_not_writable', `--svg ${file}: ${why}`, { cause });
}
