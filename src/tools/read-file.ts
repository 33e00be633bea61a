import { constants } from 'node:fs';
import { open, realpath } from 'node:fs/promises';
import { isAbsolute, join, normalize, relative, sep } from 'node:path';
import { ChainError, fileNotReadable } from '../errors.js';
import { decodeText } from '../prompts/decode.js';
import { type Tool, tool } from './tool.js';

export interface ReadFileToolOptions {
  /** Nothing outside of it can be read, by whatever path or link. */
  readonly folder: string;
  /** Of one file. Default 1 MiB. */
  readonly maxBytes?: number;
}

/** Reads text files of one folder. */
export function readFileTool({ folder, maxBytes = 1024 * 1024 }: ReadFileToolOptions): Tool {
  return tool({
    name: 'read_file',
    description: 'Reads a text file. Paths are relative to the folder that may be read.',
    schema: {
      type: 'object',
      properties: { path: { type: 'string', description: 'such as notes/todo.md' } },
      required: ['path'],
      additionalProperties: false,
    },
    run: ({ path }) => readInside(folder, String(path), maxBytes),
  });
}

/** @throws ChainError `file_not_readable` for what is outside, too large, no text, or no file */
async function readInside(folder: string, path: string, maxBytes: number): Promise<string> {
  const file = await findInside(folder, path);
  // A pipe would block; where the last step became a link meanwhile, it isn't followed.
  const handle = await open(
    file,
    constants.O_RDONLY | constants.O_NONBLOCK | (constants.O_NOFOLLOW ?? 0),
  ).catch((cause) => {
    throw fileNotReadable(path, cause);
  });
  try {
    const found = await handle.stat();
    if (!found.isFile()) throw new ChainError('file_not_readable', `${path}: not a file`);
    if (found.size > maxBytes)
      throw new ChainError('file_not_readable', `${path}: ${found.size} bytes, and ${maxBytes} may be read`);
    return decodeText(await handle.readFile(), path);
  } finally {
    await handle.close();
  }
}

/** Where links lead counts, not what the path says. */
async function findInside(folder: string, path: string): Promise<string> {
  const outside = new ChainError('file_not_readable', `${path}: outside of the folder that may be read`);
  if (isAbsolute(path) || leavesIt(normalize(path))) throw outside;
  const root = await realpath(folder).catch((cause) => {
    throw fileNotReadable(folder, cause);
  });
  const file = await realpath(join(root, path)).catch((cause) => {
    throw fileNotReadable(path, cause);
  });
  if (leavesIt(relative(root, file))) throw outside;
  return file;
}

function leavesIt(way: string): boolean {
  return way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way);
}
