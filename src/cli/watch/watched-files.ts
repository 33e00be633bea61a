import { createHash } from 'node:crypto';
import { unwatchFile, watchFile } from 'node:fs';
import { readFile, stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { unlessAborted } from '../../callbacks/abort.js';

/** How often files are looked at, in milliseconds. */
const INTERVAL_MS = 100;
/** How long nothing may happen before a change is taken for done: editors write a file in several steps. */
const QUIET_MS = 100;
/** The same where a file is gone or empty, which it seldom stays. */
const LONG_QUIET_MS = 500;

/**
 * Files of which it is told when their content has changed, however that comes about: written over, replaced, removed
 * and made again, also where they weren't there yet. They are looked at instead of listened to: notifications get lost
 * where files are replaced or removed, behind links and on mounted folders, and these are few files.
 */
export class WatchedFiles {
  readonly #files: readonly string[];
  #taken: readonly string[] = [];
  #wake: () => void = () => {};
  readonly #notice = () => this.look();

  constructor(files: readonly string[]) {
    this.#files = [...new Set(files)];
    for (const file of this.#files) watchFile(file, { interval: INTERVAL_MS }, this.#notice);
  }

  /** Takes what is in the files now for what is known. */
  async take(): Promise<void> {
    this.#taken = await contentsOf(this.#files);
  }

  /**
   * Settles when a file has another content than was taken, with all that have.
   * @throws the signal's reason
   */
  async changed(signal: AbortSignal): Promise<readonly string[]> {
    for (;;) {
      // Before looking, so that nothing is missed in between.
      const noticed = new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
      const different = await this.#different(signal);
      if (different.length > 0) return different;
      await unlessAborted(noticed, signal);
    }
  }

  /** Looks now: what changed before a file was looked at for the first time isn't noticed. */
  look(): void {
    this.#wake();
  }

  close(): void {
    for (const file of this.#files) unwatchFile(file, this.#notice);
  }

  /** Waits until what differs stays as it is. */
  async #different(signal: AbortSignal): Promise<readonly string[]> {
    for (let before: readonly string[] | undefined; ; ) {
      signal.throwIfAborted();
      const now = await contentsOf(this.#files);
      const places = now.flatMap((content, at) => (content === this.#taken[at] ? [] : [at]));
      const settled = before !== undefined && now.every((content, at) => content === before?.[at]);
      if (places.length === 0 || settled) return places.map((at) => this.#files[at]!);
      before = now;
      const quiet = places.some((at) => UNLIKELY.has(now[at]!)) ? LONG_QUIET_MS : QUIET_MS;
      await unlessAborted(sleep(quiet), signal);
    }
  }
}

/** In place of the content of what can't be read: why not. */
async function contentOf(file: string): Promise<string> {
  try {
    // To read a pipe would be to take it away from the run.
    if (!(await stat(file)).isFile()) return 'no file';
    return createHash('sha256')
      .update(await readFile(file))
      .digest('base64');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code ?? 'unknown';
  }
}

function contentsOf(files: readonly string[]): Promise<readonly string[]> {
  return Promise.all(files.map(contentOf));
}

const EMPTY = createHash('sha256').digest('base64');
const UNLIKELY: ReadonlySet<string> = new Set(['ENOENT', EMPTY]);
