import { readFile } from 'node:fs/promises';
import {
  loadConversation,
  parseConversation,
  type SavedConversation,
} from '../../chains/conversation-file.js';
import { ChainError } from '../../errors.js';
import type { ConversationScript } from '../../memory/conversation-script.js';
import { didYouMean } from '../../nearest-name.js';
import { sessionFile, sessionNames } from '../chat/session-names.js';

/** A conversation that `chain chat` has kept. */
export interface Session {
  readonly script: ConversationScript;
  /** That it was held with. */
  readonly model: string | undefined;
}

/**
 * A session as a script, in which nothing is asked for.
 * @throws ChainError for a name that is none, a session that there isn't, or a file that can't be read
 */
export async function readSession(
  name: string,
  env: Readonly<Record<string, string | undefined>>,
): Promise<Session> {
  const names = await sessionNames(env);
  const { turns, system, model } = await loadConversation(sessionFile(name, env)).catch((error) => {
    if (error?.cause?.code !== 'ENOENT') throw error;
    throw new ChainError('invalid_argument', `there is no session "${name}"${didYouMean(name, names)}`, {
      cause: error,
      hint: 'chain chat --list shows those that there are.',
    });
  });
  return toSession({ turns, system, model }, `the session "${name}"`);
}

/**
 * A file that a conversation was saved to: `chain chat`'s `/save`, or `conversation.save(file)`.
 * @returns `null` for a file that is none
 * @throws ChainError for one that is damaged, of a newer version, or without turns
 */
export async function readSavedFile(file: string): Promise<Session | null> {
  if (!file.endsWith('.json')) return null;
  const text = await readFile(file, 'utf8').catch(() => '');
  if (!/^\s*\{\s*"schema"\s*:/.test(text)) return null;
  return toSession(parseConversation(text, file), file);
}

function toSession(
  {
    turns,
    system,
    model,
  }: Pick<SavedConversation, 'turns'> & {
    readonly system?: string | undefined;
    readonly model?: string | undefined;
  },
  what: string,
): Session {
  if (turns.length === 0) throw new ChainError('invalid_argument', `${what} has no turns yet`);
  const said = turns.map(({ input, output }) => ({ user: input, assistant: output }));
  return { script: { turns: said, facts: [], ...(system !== undefined && { system }) }, model };
}
