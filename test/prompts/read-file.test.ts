import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { MAX_TEMPLATE_BYTES, readTemplateFile } from '../../src/prompts/read-file.js';
import { caught } from './caught.js';

const isWindows = process.platform === 'win32';

describe('readTemplateFile', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'chain-read-'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it.each([0, 1, 16_384, 16_385, 1_000_000])('reads all of %i bytes', async (size) => {
    const file = join(folder, `${size} 数.txt`);
    const content = Buffer.alloc(size, 'abcdefg');
    writeFileSync(file, content);
    expect(content.equals(await readTemplateFile(file))).toBe(true);
  });

  it('reads 10 MB, and not one byte more', async () => {
    const file = join(folder, 'large.txt');
    writeFileSync(file, '');
    truncateSync(file, MAX_TEMPLATE_BYTES);
    expect((await readTemplateFile(file)).length).toBe(MAX_TEMPLATE_BYTES);
    truncateSync(file, MAX_TEMPLATE_BYTES + 1);
    expect(await caught(() => readTemplateFile(file))).toEqual({
      code: 'invalid_template',
      message: `${file}:1:1: a template has at most 10 MB, and this has more`,
      hint: 'Bring large texts in as values of variables.',
    });
  });

  it.skipIf(isWindows)('stops reading a device that never ends', async () => {
    expect((await caught(() => readTemplateFile('/dev/zero'))).message).toBe(
      '/dev/zero:1:1: a template has at most 10 MB, and this has more',
    );
  });

  it('refuses a missing file, and a file that is taken for a folder', async () => {
    const missing = join(folder, 'missing.txt');
    expect(await caught(() => readTemplateFile(missing))).toEqual({
      code: 'file_not_readable',
      message: `${missing}: no such file`,
      hint: undefined,
    });
    await expect(readTemplateFile(missing)).rejects.toMatchObject({ cause: { code: 'ENOENT' } });
    writeFileSync(join(folder, 'file'), '');
    const below = join(folder, 'file', 'below.txt');
    expect((await caught(() => readTemplateFile(below))).message).toBe(`${below}: no such file`);
  });

  it('refuses a folder', async () => {
    const sub = join(folder, 'sub');
    mkdirSync(sub);
    expect(await caught(() => readTemplateFile(sub))).toEqual({
      code: 'file_not_readable',
      message: `${sub}: a folder, not a file`,
      hint: undefined,
    });
  });

  it('names the system’s code where there are no words for it', async () => {
    expect((await caught(() => readTemplateFile('a\0b'))).message).toBe(
      'a\0b: cannot be read (ERR_INVALID_ARG_VALUE)',
    );
  });

  it.skipIf(isWindows)('refuses a link that leads to itself', async () => {
    const link = join(folder, 'link');
    symlinkSync(link, link);
    expect((await caught(() => readTemplateFile(link))).message).toBe(`${link}: cannot be read (ELOOP)`);
  });

  it.skipIf(isWindows)('refuses a file without permission', async () => {
    const file = join(folder, 'secret.txt');
    writeFileSync(file, '', { mode: 0 });
    // Root may read everything, so the test reads as someone else.
    const isRoot = process.geteuid?.() === 0;
    if (isRoot) process.seteuid?.(65_534);
    try {
      expect(await caught(() => readTemplateFile(file))).toEqual({
        code: 'file_not_readable',
        message: `${file}: no permission to read it`,
        hint: undefined,
      });
    } finally {
      if (isRoot) process.seteuid?.(0);
    }
  });
});
