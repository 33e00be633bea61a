import { access, constants, open, stat } from 'node:fs/promises';
import { basename, dirname, extname, join } from 'node:path';
import {
  loadConversation,
  type SavedConversation,
  saveConversation,
} from '../../chains/conversation-file.js';
import { ChainError } from '../../errors.js';
import { makeFolder } from '../../safety/make-folder.js';

/**
 * The file of one conversation, as one chat knows it. What somebody else has put there since is never overwritten: the
 * chat goes on beside it, under a free name.
 */
export class ConversationStore {
  #file: string;
  /** Of what this chat has read or written; `null` for no file. */
  #stamp: string | null;

  private constructor(file: string, stamp: string | null) {
    this.#file = file;
    this.#stamp = stamp;
  }

  /** The one of a file that is there or not. */
  static async at(file: string): Promise<{ store: ConversationStore; saved: SavedConversation | null }> {
    // Before reading: what changes while it is read has changed.
    const stamp = await stampOf(file);
    await assertFile(file);
    const saved = stamp === null ? null : await loadConversation(file);
    return { store: new ConversationStore(file, stamp), saved };
  }

  /**
   * One of a file that isn't there yet.
   * @throws ChainError `invalid_argument` where it is, or a folder
   */
  static async create(file: string): Promise<ConversationStore> {
    const there = await stat(file).catch(() => null);
    if (there === null) return new ConversationStore(file, null);
    if (there.isDirectory()) {
      throw new ChainError('invalid_argument', `${file} is a folder`, { hint: 'Name a file in it.' });
    }
    throw new ChainError('invalid_argument', `there is a file ${file} already`, {
      hint: 'It is left as it is. Another name would do.',
    });
  }

  /** Where the conversation is, or will be. */
  get file(): string {
    return this.#file;
  }

  /**
   * Makes the folder, where it is missing.
   * @throws ChainError `file_not_writable` where nothing can be saved
   */
  async prepare(): Promise<void> {
    const folder = dirname(this.#file);
    try {
      await makeFolder(folder, 0o700);
      await access(folder, constants.W_OK);
    } catch (cause) {
      const { message } = cause as Error;
      throw new ChainError('file_not_writable', `cannot save conversations in ${folder}: ${message}`, {
        cause,
      });
    }
  }

  /**
   * @returns whether it had to go to another file than before
   * @throws ChainError `file_not_writable`
   */
  async save(conversation: SavedConversation): Promise<boolean> {
    const now = await stampOf(this.#file);
    const isOthers = now !== null && now !== this.#stamp;
    if (isOthers) this.#file = await reserveBeside(this.#file);
    await saveConversation(this.#file, conversation);
    this.#stamp = await stampOf(this.#file);
    return isOthers;
  }
}

/** To read a pipe would be to wait for whoever writes it. */
async function assertFile(file: string): Promise<void> {
  const there = await stat(file).catch(() => null);
  if (there === null || there.isFile()) return;
  const what = there.isDirectory() ? 'a folder' : 'no file';
  throw new ChainError('file_not_readable', `cannot read the conversation ${file}: it is ${what}`);
}

/** What is different after every change: each save makes another file of it. */
async function stampOf(file: string): Promise<string | null> {
  try {
    const { ino, size, mtimeNs } = await stat(file, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return null;
  }
}

/** An empty file `NAME-2.json`, or the next number that is free. */
async function reserveBeside(file: string): Promise<string> {
  const ending = extname(file);
  const name = basename(file, ending);
  for (let number = 2; ; number += 1) {
    const candidate = join(dirname(file), `${name}-${number}${ending}`);
    try {
      await (await open(candidate, 'wx', 0o600)).close();
      return candidate;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST') continue;
      const { message } = cause as Error;
      throw new ChainError('file_not_writable', `cannot save the conversation ${candidate}: ${message}`, {
        cause,
      });
    }
  }
}
