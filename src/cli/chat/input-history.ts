import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { writeFileAtomically } from '../../safety/atomic-file.js';
import { makeFolder } from '../../safety/make-folder.js';
import { xdgFolder } from '../xdg-folder.js';

const MOST_ENTRIES = 1000;
/** What is longer was pasted, and is nothing to go back to. */
const LONGEST_ENTRY = 10_000;

/** What was typed before, in this chat and in those before it: a file of one JSON string a line, oldest first. */
export class InputHistory {
  /** Newest first, each once. */
  entries: readonly string[] = [];
  readonly #file: string | undefined;

  constructor(env: Readonly<Record<string, string | undefined>>) {
    const folder = xdgFolder('XDG_STATE_HOME', env);
    this.#file = folder && join(folder, 'history');
  }

  /** Without a home, or with one that can't be read, there is no history. */
  async load(): Promise<void> {
    if (this.#file === undefined) return;
    const text = await readFile(this.#file, 'utf8').catch(() => '');
    this.entries = newestFirst(parseEntries(text));
  }

  /** Keeps one more, besides what other chats have kept meanwhile. Where it can't be written, this chat alone has it. */
  async add(entry: string): Promise<void> {
    const mine = this.entries;
    this.entries = newestFirst([...[...mine].reverse(), entry]);
    if (this.#file === undefined || entry.length > LONGEST_ENTRY) return;
    try {
      const text = await readFile(this.#file, 'utf8').catch(() => '');
      const kept = newestFirst([...parseEntries(text), entry]).toReversed();
      await makeFolder(dirname(this.#file), 0o700);
      const lines = kept.map((one) => `${JSON.stringify(one)}\n`).join('');
      await writeFileAtomically(this.#file, lines);
    } catch {
      // A home that can't be written to fails no chat.
    }
  }
}

/** Lines that are none of ours are left out. */
function parseEntries(text: string): readonly string[] {
  return text.split('\n').flatMap((line) => {
    try {
      const entry: unknown = JSON.parse(line);
      return typeof entry === 'string' ? [entry] : [];
    } catch {
      return [];
    }
  });
}

function newestFirst(oldestFirst: readonly string[]): readonly string[] {
  return [...new Set([...oldestFirst].reverse())].slice(0, MOST_ENTRIES);
}
