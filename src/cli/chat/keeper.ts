import { homedir } from 'node:os';
import { basename, resolve } from 'node:path';
import { ChainError } from '../../errors.js';
import type { Chat } from './chat.js';
import { ConversationStore } from './conversation-store.js';
import { sessionFile } from './session-names.js';

export interface KeeperFields {
  /** The session's; `null` where there is none. */
  readonly store: ConversationStore | null;
  /** What the conversation was told to begin with. */
  readonly system: string | undefined;
  readonly env: Readonly<Record<string, string | undefined>>;
}

/** Keeps a conversation: in the file of its session after every turn, and wherever a person wants it besides. */
export class Keeper {
  #store: ConversationStore | null;
  readonly #fields: KeeperFields;
  /** Files besides, by their paths: what is there is this chat's own. */
  readonly #copies = new Map<string, ConversationStore>();

  constructor(fields: KeeperFields) {
    this.#fields = fields;
    this.#store = fields.store;
  }

  /** The session's name; `null` where there is none. */
  get session(): string | null {
    return this.#store === null ? null : basename(this.#store.file, '.json');
  }

  /**
   * Saves the session, where there is one.
   * @returns what a person must know of it
   * @throws ChainError `file_not_writable`
   */
  async save(chat: Chat): Promise<string | undefined> {
    const before = this.session;
    const moved = await this.#store?.save(chat.toSaved(this.#fields.system));
    if (!moved) return undefined;
    return `another chat has gone on with the session ${before}: this one goes on as ${this.session}`;
  }

  /**
   * Saves to a file, or as a session, in which the chat then goes on. Without a name: the session that there is.
   * @returns what was done
   * @throws ChainError `invalid_argument` for what is no name or is taken, `file_not_writable`
   */
  async saveAs(chat: Chat, name: string): Promise<string> {
    if (name === '' || name === this.session) {
      if (this.#store !== null) return (await this.save(chat)) ?? `saved: ${this.#store.file}`;
      throw new ChainError('invalid_argument', 'the conversation has no name yet', {
        hint: '/save NAME makes it a session, /save ./NAME.json a file.',
      });
    }
    const isFile = /[/\\]|\.json$/i.test(name);
    const store = isFile ? await this.#copy(toPath(name)) : await this.#newSession(name);
    await store.save(chat.toSaved(this.#fields.system));
    if (!isFile) this.#store = store;
    return `saved: ${store.file}`;
  }

  async #copy(file: string): Promise<ConversationStore> {
    const store = this.#copies.get(file) ?? (await ConversationStore.create(file));
    await store.prepare();
    this.#copies.set(file, store);
    return store;
  }

  async #newSession(name: string): Promise<ConversationStore> {
    const store = await ConversationStore.create(sessionFile(name, this.#fields.env));
    await store.prepare();
    return store;
  }
}

/** As a shell would read it, which isn't there to do so. */
function toPath(name: string): string {
  if (/[/\\]$/.test(name)) {
    throw new ChainError('invalid_argument', `${name} is a folder`, { hint: 'Name a file in it.' });
  }
  return resolve(name.replace(/^~(?=[/\\])/, () => homedir()));
}
