import { mkdirSync, mkdtempSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { calculatorTool } from '../../src/tools/calculator.js';
import { currentTimeTool } from '../../src/tools/current-time.js';
import { readFileTool } from '../../src/tools/read-file.js';

describe('the calculator', () => {
  const calculator = calculatorTool();

  it.each([
    ['1 + 2 * 3', 7],
    ['0.1 + 0.2', 0.3],
    ['2 ^ 10 % 1000', 24],
    ['sqrt(16) + max(1, 5)', 9],
    ['round(2 * PI)', 6],
    ['-(2 ^ 2)', -4],
  ])('%s', async (expression, value) => {
    expect(await calculator.invoke({ expression })).toBe(value);
  });

  it.each([
    ['1 +', 'not an expression: '],
    ['process.exit()', 'not an expression: '],
    ['constructor', 'not an expression: '],
    ['x = 1; x', 'not an expression: '],
    ['f(x) = x', 'not an expression: '],
    ['"a" + "b"', 'its value is not a number'],
    ['1 / 0', 'its value is not a number'],
    ['toString', 'its value is not a number'],
    ['1 == 1', 'its value is not a number'],
  ])('%s is refused', async (expression, message) => {
    await expect(calculator.invoke({ expression })).rejects.toMatchObject({
      code: 'invalid_tool_input',
      message: expect.stringContaining(message),
    });
  });
});

describe('the time', () => {
  const clock = currentTimeTool({ now: () => new Date(0) });

  it('is told in a time zone', async () => {
    expect(await clock.invoke({ timeZone: 'Asia/Shanghai' })).toBe(
      'Thursday, 1 January 1970 at 08:00:00 GMT+8 (1970-01-01T00:00:00.000Z)',
    );
    expect(await clock.invoke({})).toContain('(1970-01-01T00:00:00.000Z)');
  });

  it('of no zone there is none', async () => {
    await expect(clock.invoke({ timeZone: 'Mars' })).rejects.toMatchObject({
      code: 'invalid_tool_input',
      message: 'there is no time zone Mars',
    });
  });
});

describe('a file', () => {
  const home = mkdtempSync(join(tmpdir(), 'read-file-'));
  const folder = join(home, 'open');
  mkdirSync(join(folder, 'notes'), { recursive: true });
  mkdirSync(join(home, 'open-not'));
  writeFileSync(join(folder, 'notes', 'todo.md'), '\ufeffbuy roses\n');
  writeFileSync(join(folder, 'large.txt'), 'x'.repeat(101));
  writeFileSync(join(folder, 'image.png'), Buffer.from([0x89, 0x50, 0xff, 0x00]));
  writeFileSync(join(home, 'secret.txt'), 'secret');
  writeFileSync(join(home, 'open-not', 'a.txt'), 'secret');
  symlinkSync(join(home, 'secret.txt'), join(folder, 'link.txt'));
  symlinkSync(home, join(folder, 'up'));
  symlinkSync(join(folder, 'notes', 'todo.md'), join(folder, 'inside.md'));
  const read = readFileTool({ folder, maxBytes: 100 });

  it.each(['notes/todo.md', './notes/../notes/todo.md', 'inside.md'])('%s is read', async (path) => {
    expect(await read.invoke({ path })).toBe('buy roses\n');
  });

  const OUTSIDE = 'outside of the folder that may be read';
  it.each([
    ['../secret.txt', OUTSIDE],
    ['notes/../../secret.txt', OUTSIDE],
    ['../nothing-there', OUTSIDE],
    ['../open-not/a.txt', OUTSIDE],
    ['/etc/passwd', OUTSIDE],
    ['link.txt', OUTSIDE],
    ['up/secret.txt', OUTSIDE],
    ['nope.txt', 'no such file'],
    ['notes', 'not a file'],
    ['large.txt', '101 bytes, and 100 may be read'],
  ])('%s is not read: %s', async (path, why) => {
    await expect(read.invoke({ path })).rejects.toMatchObject({
      code: 'file_not_readable',
      message: `${path}: ${why}`,
    });
  });

  it('that is no text is not read', async () => {
    await expect(read.invoke({ path: 'image.png' })).rejects.toThrow('image.png');
  });
});
