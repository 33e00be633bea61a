import {
  chmodSync,
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, test } from 'vitest';
import { ChainError } from '../../src/errors.js';
import { writeFileAtomically } from '../../src/safety/atomic-file.js';
import { makeWorkspace } from '../support/run-cli.js';

const posix = process.platform !== 'win32';
let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-atomic-'));
  file = join(folder, 'file.txt');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

describe('a file that is written in one step', () => {
  it('is its owner’s alone, unless said otherwise', async () => {
    await writeFileAtomically(file, '你好');
    expect(readFileSync(file, 'utf8')).toBe('你好');
    if (posix) expect(statSync(file).mode & 0o777).toBe(0o600);
    await writeFileAtomically(file, 'b', 0o640);
    if (posix) expect(statSync(file).mode & 0o777).toBe(0o640);
    expect(readdirSync(folder)).toEqual(['file.txt']);
  });

  it.runIf(posix)('is the one that a link names', async () => {
    writeFileSync(file, 'a');
    const link = join(folder, 'link');
    symlinkSync(file, link);
    await writeFileAtomically(link, 'b');
    expect([readFileSync(file, 'utf8'), statSync(link).ino]).toEqual(['b', statSync(file).ino]);
  });

  it.runIf(existsSync('/dev/null'))('is not put in a device’s place', async () => {
    await writeFileAtomically('/dev/null', 'x');
    expect(statSync('/dev/null').isCharacterDevice()).toBe(true);
  });

  it('stays as it was where it cannot be written, and nothing is left beside it', async () => {
    const missing = join(folder, 'missing', 'file.txt');
    await expect(writeFileAtomically(missing, 'x')).rejects.toThrow(/^ENOENT: no such file or directory$/);
    if (process.getuid?.() === 0 || !posix) return;
    writeFileSync(file, 'a');
    chmodSync(folder, 0o500);
    await expect(writeFileAtomically(file, 'b')).rejects.toThrow(/^EACCES/);
    chmodSync(folder, 0o700);
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['a', ['file.txt']]);
  });
});

describe('a file that is written piece by piece', () => {
  async function* pieces(error?: Error) {
    yield 'a';
    yield '花';
    if (error !== undefined) throw error;
  }

  it('has them all', async () => {
    await writeFileAtomically(file, pieces());
    expect(readFileSync(file, 'utf8')).toBe('a花');
    if (posix) expect(statSync(file).mode & 0o777).toBe(0o600);
  });

  it('stays as it was where they break off', async () => {
    writeFileSync(file, 'before');
    const error = new ChainError('aborted', 'stopped, here');
    await expect(writeFileAtomically(file, pieces(error))).rejects.toBe(error);
    await expect(writeFileAtomically(file, pieces(new Error('broken')))).rejects.toThrow(/^broken$/);
    expect([readFileSync(file, 'utf8'), readdirSync(folder)]).toEqual(['before', ['file.txt']]);
  });
});

// What may be written of a file ends in its middle, as on a disk that fills up.
test.runIf(process.platform === 'linux')('a session that cannot be saved whole stays as it was', async () => {
  const here = makeWorkspace();
  const chat = ['chat', '--model', 'offline', '--session', 'kept', '--quiet'];
  await here.run(chat, { stdin: 'precious\n' });
  const session = 'home/.local/share/chain/sessions/kept.json';
  const before = here.read(session);
  const narrow = `trap '' XFSZ; ulimit -f 8; exec '${process.execPath}' "$0" "$@"`;
  const { code, stdout, stderr } = await here.run(chat, {
    stdin: `${'z'.repeat(9000)}\n`,
    command: ['sh', '-c', narrow],
  });
  expect([code, stdout]).toEqual([1, 'Noted.\n']);
  expect(stderr).toContain('EFBIG: file too large');
  expect(here.read(session)).toBe(before);
  expect(readdirSync(here.path('home/.local/share/chain/sessions'))).toEqual(['kept.json']);
});
