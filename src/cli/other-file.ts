import { fstatSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { ChainError } from '../errors.js';

/** Among the files that are read: standard input. */
const STDIN = '-';

/**
 * That nothing is written into a file that is read, nor into one by the name of `-`. Files are told apart by what they are, however their paths are
 * spelt; a file that isn't there yet has nothing to lose, and neither has a terminal or a pipe.
 * @param written by the flags that name them
 * @throws ChainError `invalid_argument` naming every flag that is wrong
 */
export function assertOtherFiles(
  written: Readonly<Record<string, string | undefined>>,
  read: readonly (string | undefined)[],
): void {
  const named = Object.entries(written).filter((entry): entry is [string, string] => entry[1] !== undefined);
  if (named.length === 0) return;
  const [dash] = named.find(([, file]) => file === '-') ?? [];
  if (dash !== undefined) {
    throw new ChainError('invalid_argument', `${dash} - is no file`, {
      hint: 'Name one: /dev/stdout and /dev/stderr are some, too.',
    });
  }
  const taken = new Set(read.map((file) => (file === STDIN ? identify(0) : identify(file))));
  taken.delete(undefined);
  const wrong = named.filter(([, file]) => taken.has(identify(file)));
  if (wrong.length === 0) return;
  const message = wrong.map(([flag, file]) => `${flag} ${file} is a file that is read`).join('; ');
  throw new ChainError('invalid_argument', message, { hint: 'Name another file: this one stays as it is.' });
}

/**
 * That a file which is replaced is none of the others that are written, whether they are there yet or not. A device or a
 * pipe is never replaced.
 * @throws ChainError `invalid_argument`
 */
export function assertOwnFile(
  replaced: Readonly<Record<string, string | undefined>>,
  written: Readonly<Record<string, string | undefined>>,
): void {
  for (const [flag, file] of Object.entries(replaced)) {
    for (const [other, name] of Object.entries(written)) {
      if (file === undefined || name === undefined || isDevice(file)) continue;
      const identity = identify(file);
      const isSame = identity === undefined ? placeOf(file) === placeOf(name) : identity === identify(name);
      if (!isSame) continue;
      throw new ChainError('invalid_argument', `${flag} ${file} is the file of ${other}, too`, {
        hint: 'Name another file: each replaces what the other writes.',
      });
    }
  }
}

function isDevice(file: string): boolean {
  try {
    const there = statSync(file);
    return !there.isFile() && !there.isDirectory();
  } catch {
    return false;
  }
}

/** Where a file is, or would be. */
function placeOf(file: string): string {
  const path = resolve(file);
  try {
    return join(realpathSync(dirname(path)), basename(path));
  } catch {
    return path;
  }
}

/** @param file its path, or its descriptor */
function identify(file: string | number | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    const stats = typeof file === 'number' ? fstatSync(file, BIG) : statSync(file, BIG);
    return stats.isFile() ? `${stats.dev}:${stats.ino}` : undefined;
  } catch {
    return undefined; // Whoever reads or writes it says what is wrong with it.
  }
}

/** Numbers would make one of what are two on large disks. */
const BIG = { bigint: true } as const;
