import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ChainError } from '../../errors.js';
import { cleanControls } from '../../safety/clean.js';
import { xdgFolder } from '../xdg-folder.js';

type Environment = Readonly<Record<string, string | undefined>>;

const ENDING = '.json';
/** In bytes: a file's name has 255 at most, and while it is written it is a little longer. */
const LONGEST_NAME = 200;

/**
 * Where the conversation of this name is kept.
 * @throws ChainError `invalid_argument` for a name that can't be a file's on every system, or without a home folder
 */
export function sessionFile(name: string, env: Environment): string {
  const wrong = whyNoName(name);
  if (wrong !== undefined) {
    throw new ChainError('invalid_argument', `"${cleanControls(name)}" is no name for a session: ${wrong}`, {
      hint: 'A name has letters, digits, - and _, in any script.',
    });
  }
  return join(sessionsFolder(env), `${name.normalize()}${ENDING}`);
}

/** The names of all sessions, in no order. */
export async function sessionNames(env: Environment): Promise<readonly string[]> {
  const files = await readdir(sessionsFolder(env)).catch(() => []);
  return files
    .filter((file) => file.endsWith(ENDING))
    .map((file) => file.slice(0, -ENDING.length))
    .filter((name) => whyNoName(name) === undefined);
}

/** @throws ChainError `invalid_argument` without a home folder */
function sessionsFolder(env: Environment): string {
  const folder = xdgFolder('XDG_DATA_HOME', env);
  if (folder !== undefined) return join(folder, 'sessions');
  throw new ChainError('invalid_argument', 'there is no home folder to keep sessions in', {
    hint: 'XDG_DATA_HOME names another folder.',
  });
}

function whyNoName(name: string): string | undefined {
  if (name.trim() === '') return 'it is empty';
  if (/[/\\]/.test(name)) return 'it has a path separator';
  if (cleanControls(name) !== name || /[\n\t\p{Cs}]/u.test(name)) return 'it has a control character';
  const [other] = /[^\p{L}\p{M}\p{N}_-]/u.exec(name) ?? [];
  if (other === ' ') return 'it has a space';
  if (other !== undefined) return `it has ${other}`;
  if (name.startsWith('-')) return 'it begins with a dash';
  if (/^(con|prn|aux|nul|com\d|lpt\d)$/i.test(name)) return 'Windows keeps it for a device';
  if (Buffer.byteLength(name.normalize()) > LONGEST_NAME) return `it has more than ${LONGEST_NAME} bytes`;
  return undefined;
}
