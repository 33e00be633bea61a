import * as nodeFs from 'node:fs';
import { dirname } from 'node:path';
import { cleanControls } from '../safety/clean.js';

/** What is asked of the file system. */
export type LogFileSystem = Pick<
  typeof nodeFs,
  | 'openSync'
  | 'writeSync'
  | 'readSync'
  | 'closeSync'
  | 'fstatSync'
  | 'statSync'
  | 'mkdirSync'
  | 'realpathSync'
>;

export interface LogUser {
  /** Told once of each kind of failure to write. Default: a line on stderr. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/** Must not throw: a log doesn't break the run that it records. */
export function warn({ onWarning }: LogUser, text: string): void {
  try {
    if (onWarning === undefined) process.stderr.write(`chain: ${cleanControls(text)}\n`);
    else onWarning(text);
  } catch {
    // There is nobody left to tell.
  }
}

const FOLLOW_MS = 250;
/** Waiting lines, in characters, above which they are written at once. */
const MAX_WAITING = 65_536;
/** How often a pipe whose reader is slow is tried again, and after how long. */
const PIPE_TRIES = 200;
const PIPE_WAIT_MS = 5;

/**
 * A log file, open for appending. Only its constructor throws, with what the file system said; whatever goes wrong
 * afterwards is a warning, the first time it happens.
 */
export class LogFile {
  readonly users = new Set<LogUser>();
  readonly #path: string;
  readonly #fs: LogFileSystem;
  readonly #warned = new Set<string>();
  #descriptor: number | null = null;
  /** Device and inode, where the path may come to mean another file. */
  #identity: string | null = null;
  #followAt = 0;
  /** The file ends in the middle of a line. */
  #torn = false;
  #waiting = '';
  #scheduled = false;
  #pipeTries = PIPE_TRIES;

  constructor(path: string, fs: LogFileSystem) {
    this.#path = path;
    this.#fs = fs;
    this.#open();
  }

  /** @param later together with what else comes until the program waits for something */
  write(text: string, later: boolean): void {
    this.#waiting += text;
    if (!later || this.#waiting.length > MAX_WAITING) this.flush();
    else if (!this.#scheduled) {
      this.#scheduled = true;
      setImmediate(() => {
        this.#scheduled = false;
        this.flush();
      });
    }
  }

  flush(): void {
    const text = this.#waiting;
    if (text === '') return;
    this.#waiting = '';
    if (performance.now() >= this.#followAt) this.followPath();
    try {
      if (this.#descriptor === null) this.#open();
      this.#append(this.#torn ? `\n${text}` : text);
      this.#pipeTries = PIPE_TRIES;
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      if (code === 'EBADF') this.#descriptor = null;
      if (code === 'EAGAIN') this.#pipeTries = 0;
      this.#warn(
        code ?? message,
        `cannot write to the log file ${this.#path}, lines are missing: ${message}`,
      );
    }
  }

  /** Opens the path again where another file, or none, is there now. */
  followPath(): void {
    this.#followAt = performance.now() + FOLLOW_MS;
    if (this.#identity === null) return;
    const old = this.#descriptor;
    try {
      const there = this.#fs.statSync(this.#path, { bigint: true, throwIfNoEntry: false });
      if (there !== undefined && identify(there) === this.#identity) return;
      this.#open();
      if (old !== null) this.#fs.closeSync(old);
    } catch (error) {
      const { code, message } = error as NodeJS.ErrnoException;
      this.#warn(
        `moved ${code}`,
        `the log file ${this.#path} was moved and can't be opened again: ${message}`,
      );
    }
  }

  close(): void {
    const descriptor = this.#descriptor;
    this.#descriptor = null;
    if (descriptor === null || descriptor === STANDARD_STREAMS[this.#path]) return;
    try {
      this.#fs.closeSync(descriptor);
    } catch (error) {
      const { message } = error as Error;
      this.#warn('close', `cannot close the log file ${this.#path}: ${message}`);
    }
  }

  #warn(kind: string, text: string): void {
    if (this.#warned.has(kind)) return;
    this.#warned.add(kind);
    const hooks = new Set([...this.users].map(({ onWarning }) => onWarning));
    for (const onWarning of hooks) warn({ onWarning }, text);
  }

  #open(): void {
    const standard = STANDARD_STREAMS[this.#path];
    const descriptor = standard ?? this.#openPath();
    const stats = this.#fs.fstatSync(descriptor, { bigint: true });
    this.#descriptor = descriptor;
    // Windows gives one file different numbers by its path and by its descriptor, and doesn't let it be moved away.
    const canMove = stats.isFile() && standard === undefined && process.platform !== 'win32';
    this.#identity = canMove ? identify(stats) : null;
    this.#followAt = performance.now() + FOLLOW_MS;
    this.#torn = stats.isFile() && stats.size > 0n && this.#endsMidLine(stats.size);
  }

  /** `O_NONBLOCK`: to open a pipe that nobody reads would block the process, signals included, for ever. */
  #openPath(): number {
    const { O_APPEND, O_CREAT, O_WRONLY, O_NONBLOCK = 0 } = nodeFs.constants;
    const flags = O_APPEND | O_CREAT | O_WRONLY | O_NONBLOCK;
    try {
      return this.#fs.openSync(this.#path, flags, 0o600);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      makeFolders(dirname(this.#path), this.#fs);
      return this.#fs.openSync(this.#path, flags, 0o600);
    }
  }

  /** Whether a process was stopped, or a disk was full, in the middle of the last line. */
  #endsMidLine(size: bigint): boolean {
    try {
      const reader = this.#fs.openSync(this.#path, 'r');
      try {
        const last = Buffer.alloc(1);
        return this.#fs.readSync(reader, last, 0, 1, size - 1n) === 1 && last[0] !== NEWLINE;
      } finally {
        this.#fs.closeSync(reader);
      }
    } catch {
      return false; // It may be written but not read.
    }
  }

  /** One call of the system in all but the rarest cases, so that what other processes append stays whole too. */
  #append(text: string): void {
    const size = Buffer.byteLength(text);
    let written = 0;
    try {
      written = this.#writeSome(text);
      while (written < size) written += this.#writeSome(Buffer.from(text).subarray(written));
    } finally {
      if (written > 0) this.#torn = written < size && Buffer.from(text)[written - 1] !== NEWLINE;
    }
  }

  #writeSome(data: string | Buffer): number {
    for (let tries = 1; ; tries += 1) {
      try {
        const count = this.#fs.writeSync(this.#descriptor!, data as string);
        if (count === 0) throw Object.assign(new Error('EIO: nothing was written'), { code: 'EIO' });
        return count;
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code !== 'EAGAIN' || tries > this.#pipeTries) throw error;
        Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PIPE_WAIT_MS);
      }
    }
  }
}

/**
 * Makes a folder and those above it. Not by `recursive`, which never comes back where a folder cannot be made for all
 * that its parent is there, as in /proc.
 */
export function makeFolders(folder: string, fs: LogFileSystem): void {
  try {
    fs.mkdirSync(folder);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EEXIST' && fs.statSync(folder).isDirectory()) return;
    const parent = dirname(folder);
    if (code !== 'ENOENT' || parent === folder || fs.statSync(parent, { throwIfNoEntry: false })) throw error;
    makeFolders(parent, fs);
    fs.mkdirSync(folder);
  }
}

const NEWLINE = 0x0a;

/** Written to as they are: opening them by their paths fails for sockets, and overwrites what files hold. */
export const STANDARD_STREAMS: Readonly<Record<string, number>> =
  process.platform === 'win32' ? {} : { '/dev/stdout': 1, '/dev/stderr': 2 };

function identify({ dev, ino }: { readonly dev: bigint; readonly ino: bigint }): string {
  return `${dev}:${ino}`;
}
