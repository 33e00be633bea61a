import { rm, stat } from 'node:fs/promises';
import { loadConversation } from '../../chains/conversation-file.js';
import { ChainError } from '../../errors.js';
import { didYouMean } from '../../nearest-name.js';
import { cleanControls } from '../../safety/clean.js';
import { toJsonLine } from '../json-line.js';
import { renderTable } from '../table.js';
import { firstWords } from './first-words.js';
import { sessionFile, sessionNames } from './session-names.js';

type Environment = Readonly<Record<string, string | undefined>>;

/** A session, as `--list` shows it. */
export interface SessionEntry {
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly lastUsed: number;
  /** `null` for a file that can't be read. */
  readonly turns: number | null;
  readonly model: string | null;
  /** What was said first; empty where nothing was. */
  readonly firstWords: string;
}

/** All sessions, the one used last first. */
export async function listSessions(env: Environment): Promise<readonly SessionEntry[]> {
  const names = await sessionNames(env);
  const entries = await Promise.all(names.map((name) => readEntry(name, sessionFile(name, env))));
  return entries.sort((a, b) => b.lastUsed - a.lastUsed || a.name.localeCompare(b.name));
}

async function readEntry(name: string, file: string): Promise<SessionEntry> {
  const lastUsed = await stat(file).then(
    ({ mtimeMs }) => Math.round(mtimeMs),
    () => 0,
  );
  try {
    const { turns, model = turns.at(-1)?.model ?? null } = await loadConversation(file);
    return { name, lastUsed, turns: turns.length, model, firstWords: firstWords(turns[0]?.input ?? '') };
  } catch {
    return { name, lastUsed, turns: null, model: null, firstWords: '' };
  }
}

export function renderSessionsJson(
  sessions: readonly SessionEntry[],
  redact: (text: string) => string,
): string {
  const shown = sessions.map(({ lastUsed, ...entry }) => ({
    ...entry,
    lastUsed: new Date(lastUsed).toISOString(),
  }));
  return toJsonLine({ schema: 1, sessions: shown }, redact);
}

export function renderSessions(sessions: readonly SessionEntry[]): string {
  if (sessions.length === 0) return '';
  const column = (head: string, align: 'left' | 'right', cell: (session: SessionEntry) => string) => ({
    head,
    align,
    cells: sessions.map((session) => cleanControls(cell(session))),
  });
  const columns = [
    column('session', 'left', ({ name }) => name),
    column('turns', 'right', ({ turns }) => (turns === null ? 'unreadable' : String(turns))),
    column('last use', 'left', ({ lastUsed }) => renderTime(new Date(lastUsed))),
    column('model', 'left', ({ model }) => model ?? ''),
    column('first words', 'left', (session) => session.firstWords),
  ];
  return renderTable(columns, { width: Number.POSITIVE_INFINITY });
}

/**
 * Removes a session for good.
 * @throws ChainError `invalid_argument` for one that isn't there, naming the nearest
 */
export async function deleteSession(name: string, env: Environment): Promise<void> {
  const file = sessionFile(name, env);
  try {
    await rm(file);
  } catch (cause) {
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code !== 'ENOENT') {
      throw new ChainError('file_not_writable', `cannot delete the session ${name}: ${message}`, { cause });
    }
    const names = await sessionNames(env);
    throw new ChainError('invalid_argument', `there is no session "${name}"${didYouMean(name, names)}`, {
      hint: names.length === 0 ? 'There is none at all.' : 'chain chat --list shows them all.',
    });
  }
}

/** In the time zone of who reads it. */
function renderTime(date: Date): string {
  const two = (number: number) => String(number).padStart(2, '0');
  const day = [date.getFullYear(), two(date.getMonth() + 1), two(date.getDate())].join('-');
  return `${day} ${two(date.getHours())}:${two(date.getMinutes())}`;
}
