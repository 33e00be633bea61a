import { randomUUID } from 'node:crypto';
import { statSync } from 'node:fs';
import { realpath, rename, rm, stat } from 'node:fs/promises';
import { startsNoRuns } from '../callbacks/context.js';
import { FileCallbackHandler, type FileHandlerOptions } from '../callbacks/file.js';
import { ChainError } from '../errors.js';
import type { CallbackHandler, ChainEvent } from '../events.js';
import { LineCensus } from '../trace/line-census.js';
import { NO_TOKENS, readEvents } from '../trace/read-events.js';

export interface RecordingOptions {
  readonly redact: NonNullable<FileHandlerOptions['redact']>;
  readonly onWarning: (warning: string) => void;
}

/**
 * The handler of `--record`: a trace that takes the place of what is in the file when it is closed, in one step and with
 * mode 0600. Until then it stands beside the file, so that what was there isn't lost before there is something better.
 * One in which no model answered takes the place of none. What is no regular file, such as a pipe, is written to at once.
 *
 * @throws ChainError `invalid_argument` for a file that holds something else than a trace; `file_not_readable` and
 *   `file_not_writable`
 */
export async function openRecording(file: string, options: RecordingOptions): Promise<CallbackHandler> {
  const target = await realpath(file).catch(() => file);
  const there = await stat(target).catch(() => undefined);
  const { redact, onWarning } = options;
  if (there?.isDirectory()) throw new ChainError('file_not_writable', `--record ${file}: it is a folder`);
  if (there !== undefined && !there.isFile()) {
    const mended = (warning: string) => onWarning(ofRecording(file, warning));
    return openFile(file, file, { redact, onWarning: mended });
  }
  const replaces = there !== undefined && there.size > 0;
  if (replaces) await assertTrace(file);
  return new Recording(
    { file, target, replaces, next: `${target}.${randomUUID().slice(0, 8)}.tmp` },
    options,
  );
}

const BIG = { bigint: true } as const;

interface Paths {
  /** As it was named. */
  readonly file: string;
  readonly target: string;
  /** There is a recording that it is to take the place of. */
  readonly replaces: boolean;
  /** Where it is written until then. */
  readonly next: string;
}

class Recording implements CallbackHandler {
  readonly name = 'Recording';
  readonly #paths: Paths;
  readonly #onWarning: (warning: string) => void;
  readonly #handler: FileCallbackHandler;
  #begun = false;
  #answered = false;
  #whole = true;
  /** Another one is there where it was taken away meanwhile: a log goes on in a new file, and half a trace is none. */
  readonly #inode: bigint;

  static {
    startsNoRuns(Recording);
  }

  constructor(paths: Paths, { redact, onWarning }: RecordingOptions) {
    this.#paths = paths;
    this.#onWarning = onWarning;
    const missing = () => {
      this.#whole = false;
    };
    this.#handler = openFile(paths.file, paths.next, { redact, onWarning: missing });
    this.#inode = statSync(paths.next, BIG).ino;
  }

  onEvent(event: ChainEvent): void {
    this.#begun = true;
    if (event.type === 'llmEnd') this.#answered = true;
    this.#handler.onEvent(event);
  }

  async close(): Promise<void> {
    const { file, target, replaces, next } = this.#paths;
    await this.#handler.close();
    const there = await stat(next, BIG).catch(() => undefined);
    const isWhole = this.#whole && there?.ino === this.#inode;
    if (!this.#begun) await rm(next, { force: true });
    else if (!isWhole) {
      const rest = there === undefined ? '' : `; what there is of it is in ${next}`;
      this.#onWarning(`--record ${file}: it could not be written whole${rest}`);
    } else if (replaces && !this.#answered)
      this.#onWarning(
        `--record ${file}: no model answered, and the recording that was there stays; this one is ${next}`,
      );
    else await rename(next, target);
  }
}

/** @param file the path that is told, of what is written at another one */
function openFile(file: string, path: string, options: RecordingOptions): FileCallbackHandler {
  try {
    return new FileCallbackHandler(path, { format: 'jsonl', ...options });
  } catch (cause) {
    throw new ChainError('file_not_writable', ofRecording(file, (cause as Error).message), { cause });
  }
}

/** What the log's handler says, as told of a recording. */
function ofRecording(file: string, message: string): string {
  const why = message.replace(/^cannot write to the log file .*?(, lines are missing)?: /s, '');
  return `--record ${file}: ${why}`;
}

async function assertTrace(file: string): Promise<void> {
  const census = new LineCensus();
  let events = 0;
  for await (const read of readEvents(file, { tokensOf: NO_TOKENS, census }))
    for (const _ of read) events += 1;
  const others = census.foreign.count + census.text.count;
  if (events > 0 && others === 0) return;
  const line = [...census.foreign.lines, ...census.text.lines].sort((a, b) => a - b)[0];
  const where = line === undefined ? '' : ` (line ${line})`;
  throw new ChainError(
    'invalid_argument',
    `--record ${file}: it holds something else than a trace${where}, and would be replaced`,
    { hint: 'Name another file: this one stays as it is.' },
  );
}
