import { constants, promises } from 'node:fs';
import { ChainError } from '../errors.js';
import { writeFileAtomically } from '../safety/atomic-file.js';

/**
 * Writes an answer for its owner's eyes; a file that was there keeps its mode, and its content where the answer can't
 * be written whole.
 */
export async function writeAnswer(file: string, text: string): Promise<void> {
  const content = text === '' || text.endsWith('\n') ? text : `${text}\n`;
  try {
    const there = await promises.stat(file).catch(() => undefined);
    if (there?.isFIFO()) await writePipe(file, content);
    else await replace(file, content, there && there.mode & 0o777);
  } catch (cause) {
    throw new ChainError('answer_not_saved', `--output ${file}: ${(cause as Error).message}`, { cause });
  }
}

/** A file that may be written but not replaced, as in a folder of somebody else's, is written over. */
async function replace(file: string, content: string, mode: number | undefined): Promise<void> {
  try {
    await writeFileAtomically(file, content, mode);
    if (mode !== undefined) await promises.chmod(file, mode);
  } catch (error) {
    const { code = '' } = ((error as Error).cause ?? error) as NodeJS.ErrnoException;
    if (mode === undefined || !['EACCES', 'EPERM', 'EBUSY', 'EROFS'].includes(code)) throw error;
    await promises.writeFile(file, content);
  }
}

/** To open a pipe that nobody reads would block, and not even a signal would end that. */
async function writePipe(file: string, content: string): Promise<void> {
  const { O_WRONLY, O_NONBLOCK } = constants;
  const reader = await promises.open(file, O_WRONLY | O_NONBLOCK).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENXIO' ? new Error('it is a pipe that nobody reads', { cause }) : cause;
  });
  try {
    await promises.writeFile(file, content);
  } finally {
    await reader.close();
  }
}
