import * as nodeFs from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { onExit } from 'signal-exit';
import { ChainError } from '../errors.js';
import { atExit } from './at-exit.js';
import {
  LogFile,
  type LogFileSystem,
  type LogUser,
  makeFolders,
  STANDARD_STREAMS,
  warn,
} from './log-file.js';
import { createTransport, type LogFormat, type LogTransport, MESSAGE } from './winston.js';

export interface FileSinkOptions extends LogUser {
  /**
   * Lines are written together a little later, when the program waits for something, and when it ends: also by a
   * signal, which it dies of all the same where nobody else listens.
   */
  readonly enqueue?: boolean;
  /** Writes what has to be written before the program ends; before it dies of a signal with `enqueue` alone. */
  readonly beforeExit?: () => void;
  readonly fs?: LogFileSystem;
}

/** One user's way into a log file. Whatever goes wrong after it was opened is a warning, never a throw. */
export interface FileSink {
  /** @param line without its newline */
  write(line: string): void;
  /** Opens the path again where another file, or none, is there now. Done every 250 ms besides, when writing. */
  followPath(): void;
  /** Writes what is waiting. */
  flush(): void;
  close(): void;
}

/**
 * Opens a log file for appending; its folders are made, and the file with mode 0600, where they are missing. All users
 * of one path in a process write through one descriptor, in the order of their calls.
 *
 * @throws ChainError `file_not_writable`, naming the path and the reason
 */
export function openFileSink(path: string, options: FileSinkOptions = {}): FileSink {
  const { enqueue = false, beforeExit = () => {}, ...user } = options;
  const [key, file] = acquire(path, options);
  file.users.add(user);
  const finish = () => {
    try {
      beforeExit();
    } finally {
      file.flush();
    }
  };
  const stopListening = enqueue ? onExit(finish, { alwaysLast: true }) : atExit(finish);
  let closed = false;
  let warned = false;
  return {
    write(line) {
      if (!closed) return file.write(`${line}\n`, enqueue);
      if (!warned) warn(user, `the log file ${path} was closed before the last records came`);
      warned = true;
    },
    followPath() {
      if (!closed) file.followPath();
    },
    flush: () => file.flush(),
    close() {
      if (closed) return;
      closed = true;
      stopListening();
      file.flush();
      if (file.users.size === 1) {
        files.delete(key);
        file.close();
      }
      file.users.delete(user);
    },
  };
}

/** A sink as a winston-transport. Closed with it. */
export function fileTransport(sink: FileSink, level: string, format: LogFormat): LogTransport {
  return createTransport({
    level,
    format,
    log(info, next) {
      sink.write(info[MESSAGE] as string);
      next();
    },
    close: () => sink.close(),
  });
}

const files = new Map<string, LogFile>();

function acquire(path: string, { fs = nodeFs }: FileSinkOptions): [key: string, LogFile] {
  try {
    if (path === '') throw new Error('the path is empty');
    const absolute = resolve(path);
    const folder = dirname(absolute);
    const key = STANDARD_STREAMS[absolute] ? absolute : join(realFolder(folder, fs), basename(absolute));
    const open = files.get(key);
    open?.followPath();
    const file = open ?? new LogFile(absolute, fs);
    files.set(key, file);
    return [key, file];
  } catch (cause) {
    const reason = explain(cause as NodeJS.ErrnoException, path, fs);
    throw new ChainError('file_not_writable', `cannot write to the log file ${path}: ${reason}`, { cause });
  }
}

function realFolder(folder: string, fs: LogFileSystem): string {
  try {
    return fs.realpathSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
    makeFolders(folder, fs);
    return fs.realpathSync(folder);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  EISDIR: 'it is a folder',
  ENOTDIR: 'a part of its path is a file',
  EEXIST: 'a part of its path is a file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENXIO: 'it is a pipe that nobody reads yet',
};

function explain({ code = '', message }: NodeJS.ErrnoException, path: string, fs: LogFileSystem): string {
  if (code === 'EPERM' && fs.statSync(path, { throwIfNoEntry: false })?.isDirectory()) return REASONS.EISDIR!;
  return REASONS[code] ?? message;
}
