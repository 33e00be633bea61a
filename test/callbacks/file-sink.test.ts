import * as nodeFs from 'node:fs';
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type FileSink, type FileSinkOptions, openFileSink } from '../../src/callbacks/file-sink.js';
import type { LogFileSystem } from '../../src/callbacks/log-file.js';
import { ChainError } from '../../src/errors.js';

const posix = process.platform !== 'win32';

let folder: string;
let file: string;
let open: FileSink[];
let warnings: string[];

beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'chain-sink-')));
  file = join(folder, 'output.log');
  open = [];
  warnings = [];
});

afterEach(() => {
  vi.restoreAllMocks();
  for (const sink of open) sink.close();
  rmSync(folder, { recursive: true, force: true });
});

function openSink(path = file, options: FileSinkOptions = {}): FileSink {
  const sink = openFileSink(path, { onWarning: (text) => warnings.push(text), ...options });
  open.push(sink);
  return sink;
}

const read = (path = file) => readFileSync(path, 'utf8');

function caught(action: () => unknown): ChainError {
  try {
    action();
  } catch (error) {
    expect(error).toBeInstanceOf(ChainError);
    return error as ChainError;
  }
  throw new Error('nothing was thrown');
}

/** The file system, where each entry of `faults` is what happens to the next call of `writeSync`. */
function faulty(faults: (string | number | null)[], { readable = true } = {}): LogFileSystem {
  return {
    ...nodeFs,
    openSync(path: string, flags: string | number, mode?: number) {
      if (!readable && flags === 'r') throw Object.assign(new Error('EACCES'), { code: 'EACCES' });
      return openSync(path, flags, mode);
    },
    writeSync(fd: number, data: string | Uint8Array) {
      const fault = faults.shift() ?? null;
      const bytes = Buffer.from(data as string);
      if (typeof fault === 'string') throw Object.assign(new Error(`${fault}: it failed`), { code: fault });
      return nodeFs.writeSync(fd, fault === null ? bytes : bytes.subarray(0, fault));
    },
  } as LogFileSystem;
}

describe('opening', () => {
  test('makes the folders', () => {
    openSink(join(folder, 'a', 'b', 'output.log')).write('x');
    expect(read(join(folder, 'a', 'b', 'output.log'))).toBe('x\n');
  });

  test.runIf(posix)(
    'makes a file that is the owner’s alone, and leaves the mode of one that is there',
    () => {
      const umask = process.umask(0);
      try {
        openSink();
        expect(statSync(file).mode & 0o777).toBe(0o600);
        const there = join(folder, 'there.log');
        writeFileSync(there, 'old\n', { mode: 0o644 });
        openSink(there).write('new');
        expect(statSync(there).mode & 0o777).toBe(0o644);
        expect(read(there)).toBe('old\nnew\n');
      } finally {
        process.umask(umask);
      }
    },
  );

  test.each<[string, () => string, RegExp]>([
    ['a folder', () => folder, /it is a folder$/],
    ['nothing', () => '', /the path is empty$/],
    ['a file in place of a folder', () => join(file, 'output.log'), /a part of its path is a file$/],
    [
      'a file in place of a folder above',
      () => join(file, 'a', 'output.log'),
      /a part of its path is a file$/,
    ],
    ['a NUL byte', () => `${file}\0`, /without null bytes/],
  ])('refuses %s', (_, path, reason) => {
    writeFileSync(file, '');
    const error = caught(() => openSink(path()));
    expect(error.code).toBe('file_not_writable');
    expect(error.message.startsWith(`cannot write to the log file ${path()}: `)).toBe(true);
    expect(error.message).toMatch(reason);
    expect(error.cause).toBeInstanceOf(Error);
  });

  test.each([
    ['EACCES', 'permission denied'],
    ['EROFS', 'the file system is read-only'],
    ['EMFILE', 'EMFILE: too many'],
  ])('says what %s means', (code, reason) => {
    const fs = {
      ...nodeFs,
      openSync: () => {
        throw Object.assign(new Error(`${code}: too many`), { code });
      },
    };
    expect(caught(() => openSink(file, { fs })).message).toBe(
      `cannot write to the log file ${file}: ${reason}`,
    );
    // Nothing of the failure stays behind.
    openSink().write('x');
    expect(read()).toBe('x\n');
  });

  test('begins a new line after one that was torn', () => {
    writeFileSync(file, 'whole\nto');
    openSink().write('next');
    expect(read()).toBe('whole\nto\nnext\n');
  });

  test('adds nothing to a file that ends in a line, or that cannot be read', () => {
    writeFileSync(file, 'whole\n');
    openSink().write('next');
    const secret = join(folder, 'secret.log');
    writeFileSync(secret, 'to');
    openSink(secret, { fs: faulty([], { readable: false }) }).write('rn');
    expect([read(), read(secret)]).toEqual(['whole\nnext\n', 'torn\n']);
  });
});

describe('writing', () => {
  test('is done when the call returns, one call of the system a line', () => {
    const writeSync = vi.fn(nodeFs.writeSync);
    const sink = openSink(file, { fs: { ...nodeFs, writeSync } as unknown as LogFileSystem });
    sink.write('one');
    expect(read()).toBe('one\n');
    sink.write('zwei: ß 花');
    expect(read()).toBe('one\nzwei: ß 花\n');
    expect(writeSync).toHaveBeenCalledTimes(2);
  });

  test('goes on where the system took only a part', () => {
    openSink(file, { fs: faulty([2, 4, 1]) }).write('ß 花 and more');
    expect(read()).toBe('ß 花 and more\n');
    expect(warnings).toEqual([]);
  });

  test('warns once of each failure, and tries again', () => {
    const sink = openSink(file, { fs: faulty(['ENOSPC', null, 'ENOSPC', 'EIO', 0, null]) });
    for (const line of ['1', '2', '3', '4', '5', '6']) sink.write(line);
    expect(read()).toBe('2\n6\n');
    expect(warnings).toEqual([
      `cannot write to the log file ${file}, lines are missing: ENOSPC: it failed`,
      `cannot write to the log file ${file}, lines are missing: EIO: it failed`,
    ]);
  });

  test('does not go on in the middle of a line that failed', () => {
    const faults = [3, 'ENOSPC', 'ENOSPC', 1, 'ENOSPC', null, null];
    const sink = openSink(file, { fs: faulty(faults) });
    for (const line of ['first', 'second', 'third', 'fourth', 'fifth']) sink.write(line);
    // Of "first" its start came, of "third" the newline before it.
    expect(read()).toBe('fir\nfourth\nfifth\n');
  });

  test('waits for a slow pipe, for a while', () => {
    const wait = vi.spyOn(Atomics, 'wait').mockReturnValue('timed-out');
    const slow = Array<string>(3).fill('EAGAIN');
    const stuck = Array<string>(201).fill('EAGAIN');
    const sink = openSink(file, { fs: faulty([...slow, null, ...stuck, 'EAGAIN', null, ...slow, null]) });
    for (const line of ['slow', 'lost', 'lost at once', 'free', 'slow again']) sink.write(line);
    expect(read()).toBe('slow\nfree\nslow again\n');
    expect(wait).toHaveBeenCalledTimes(3 + 200 + 3);
    expect(warnings).toEqual([`cannot write to the log file ${file}, lines are missing: EAGAIN: it failed`]);
  });

  test('opens the file again where its descriptor was closed', () => {
    const descriptors: number[] = [];
    const fs = {
      ...nodeFs,
      openSync(path: string, flags: string | number, mode?: number) {
        const descriptor = openSync(path, flags, mode);
        if (flags !== 'r') descriptors.push(descriptor);
        return descriptor;
      },
    } as LogFileSystem;
    const sink = openSink(file, { fs });
    closeSync(descriptors[0]!);
    sink.write('lost');
    sink.write('kept');
    expect(read()).toBe('kept\n');
    expect(warnings.join()).toMatch(/lines are missing: EBADF/);
  });

  test.runIf(existsSync('/dev/full'))('a full disk is a warning', () => {
    const sink = openSink('/dev/full');
    sink.write('a');
    sink.write('b');
    expect(warnings).toEqual([
      'cannot write to the log file /dev/full, lines are missing: ENOSPC: no space left on device, write',
    ]);
  });

  test('a warning that nobody takes goes to stderr, cleaned', () => {
    const stderr = vi.spyOn(process.stderr, 'write').mockReturnValue(true);
    const sink = openFileSink(join(folder, 'a\x1b[31mb'), { fs: faulty(['EIO', 'EIO']) });
    sink.write('x');
    sink.write('y');
    sink.close();
    expect(stderr.mock.calls).toEqual([
      [`chain: cannot write to the log file ${join(folder, 'ab')}, lines are missing: EIO: it failed\n`],
    ]);
  });

  test('a warning hook that throws is none of the run’s business', () => {
    const onWarning = () => {
      throw new Error('no');
    };
    const sink = openSink(file, { fs: faulty(['EIO']), onWarning });
    sink.write('x');
    sink.write('y');
    expect(read()).toBe('y\n');
  });
});

describe('enqueue', () => {
  test('listens to signals until it is closed, and leaves nothing behind', () => {
    const listeners = () => ['SIGTERM', 'SIGINT', 'SIGHUP'].map((signal) => process.listenerCount(signal));
    const before = listeners();
    const plain = openSink(file);
    expect(listeners()).toEqual(before);
    const sinks = [openSink(file, { enqueue: true }), openSink(file, { enqueue: true })];
    const during = listeners();
    expect(during).toEqual(before.map((count) => count + 1));
    for (const sink of [plain, ...sinks]) sink.close();
    expect(listeners()).toEqual(before);
  });

  test('writes all lines of a turn together, after it', async () => {
    const writeSync = vi.fn(nodeFs.writeSync);
    const fs = { ...nodeFs, writeSync } as unknown as LogFileSystem;
    const sink = openSink(file, { fs, enqueue: true });
    sink.write('1');
    sink.write('2');
    expect(read()).toBe('');
    await new Promise((resolve) => setImmediate(resolve));
    expect(read()).toBe('1\n2\n');
    expect(writeSync).toHaveBeenCalledTimes(1);
    sink.write('3');
    sink.flush();
    expect(read()).toBe('1\n2\n3\n');
  });

  test('writes on close', () => {
    const sink = openSink(file, { enqueue: true });
    sink.write('1');
    sink.close();
    expect(read()).toBe('1\n');
  });

  test('holds back no more than it should', () => {
    const sink = openSink(file, { enqueue: true });
    const line = 'x'.repeat(40_000);
    sink.write(line);
    expect(read()).toBe('');
    sink.write(line);
    expect(read()).toBe(`${line}\n${line}\n`);
  });
});

describe('one path', () => {
  test('is one file for all its users, in the order of their calls', () => {
    const openings = vi.fn(openSync);
    const fs = { ...nodeFs, openSync: openings } as unknown as LogFileSystem;
    const later = openSink(file, { fs, enqueue: true });
    const now = openSink(join(folder, '.', 'x', '..', 'output.log'), { fs });
    later.write('1');
    now.write('2');
    later.write('3');
    now.flush();
    now.write('4');
    expect(read()).toBe('1\n2\n3\n4\n');
    expect(openings).toHaveBeenCalledTimes(1);
  });

  test.runIf(posix)('is the same through a link to its folder', () => {
    const closings = vi.fn(closeSync);
    const fs = { ...nodeFs, closeSync: closings } as unknown as LogFileSystem;
    symlinkSync(folder, join(folder, 'link'));
    const direct = openSink(file, { fs });
    const linked = openSink(join(folder, 'link', 'output.log'), { fs });
    direct.close();
    direct.close();
    expect(closings).toHaveBeenCalledTimes(0);
    linked.write('x');
    linked.close();
    expect(closings).toHaveBeenCalledTimes(1);
    expect(read()).toBe('x\n');
  });

  test('tells every user of a failure, each once', () => {
    const first: string[] = [];
    const second: string[] = [];
    const fs = faulty(['EIO', 'EIO']);
    const hear = (text: string) => first.push(text);
    const sink = openSink(file, { fs, onWarning: hear });
    openSink(file, { fs, onWarning: hear });
    openSink(file, { fs, onWarning: (text) => second.push(text) });
    sink.write('x');
    sink.write('y');
    expect([first.length, second.length]).toEqual([1, 1]);
  });

  test('is opened afresh after its last user closed it', () => {
    openSink().close();
    rmSync(file);
    openSink().write('x');
    expect(read()).toBe('x\n');
  });

  test('what comes after closing is not written, and warned of once', () => {
    const sink = openSink();
    const other = openSink();
    sink.close();
    sink.write('x');
    sink.write('y');
    other.write('z');
    expect(read()).toBe('z\n');
    expect(warnings).toEqual([`the log file ${file} was closed before the last records came`]);
  });
});

describe.runIf(posix)('a file that was moved away', () => {
  test('is made again, with its folder', () => {
    const there = join(folder, 'logs', 'output.log');
    const sink = openSink(there);
    sink.write('1');
    renameSync(join(folder, 'logs'), join(folder, 'old'));
    sink.write('2');
    sink.followPath();
    sink.write('3');
    expect([read(join(folder, 'old', 'output.log')), read(there)]).toEqual(['1\n2\n', '3\n']);
    expect(statSync(there).mode & 0o777).toBe(0o600);
  });

  test('is left for the one in its place', () => {
    const sink = openSink();
    sink.write('1');
    renameSync(file, `${file}.1`);
    writeFileSync(file, 'other\n');
    sink.followPath();
    sink.write('2');
    appendFileSync(file, 'more\n');
    sink.write('3');
    expect([read(`${file}.1`), read()]).toEqual(['1\n', 'other\n2\nmore\n3\n']);
  });

  test('is noticed by a write, at most every 250 ms', () => {
    const clock = vi.spyOn(performance, 'now').mockReturnValue(1000);
    const statFile = vi.fn(nodeFs.statSync);
    const sink = openSink(file, { fs: { ...nodeFs, statSync: statFile } as unknown as LogFileSystem });
    rmSync(file);
    clock.mockReturnValue(1249);
    sink.write('lost with the file');
    expect(statFile).toHaveBeenCalledTimes(0);
    clock.mockReturnValue(1250);
    sink.write('1');
    sink.write('2');
    expect(statFile).toHaveBeenCalledTimes(1);
    expect(read()).toBe('1\n2\n');
  });

  test('is noticed when the path is opened once more', () => {
    const sink = openSink();
    rmSync(file);
    openSink();
    sink.write('x');
    expect(read()).toBe('x\n');
  });

  test('goes on being written to where it cannot be made again', () => {
    const sink = openSink();
    renameSync(file, `${file}.1`);
    mkdirSync(file);
    sink.followPath();
    sink.followPath();
    sink.write('x');
    expect(read(`${file}.1`)).toBe('x\n');
    expect(warnings).toHaveLength(1);
    expect(warnings[0]).toMatch(/was moved and can't be opened again: EISDIR/);
  });

  test('a file that was emptied goes on from its start', () => {
    const sink = openSink();
    sink.write('1');
    writeFileSync(file, '');
    sink.write('2');
    expect(read()).toBe('2\n');
  });
});
