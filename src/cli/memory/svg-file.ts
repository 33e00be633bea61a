import { ChainError } from '../../errors.js';
import { writeFileAtomically } from '../../safety/atomic-file.js';
import { makeFolderOf } from '../named-file.js';

/**
 * Writes it in one step: whoever reads the file finds the old one or the new one.
 * @throws ChainError `file_not_writable`
 */
export async function writeSvg(file: string, svg: string): Promise<void> {
  await makeFolderOf('--svg', file);
  try {
    await writeFileAtomically(file, svg, 0o666);
  } catch (cause) {
    throw new ChainError('file_not_writable', `--svg ${file}: ${(cause as Error).message}`, { cause });
  }
}
