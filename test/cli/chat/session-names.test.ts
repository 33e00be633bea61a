import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { sessionFile, sessionNames } from '../../../src/cli/chat/session-names.js';

const XDG_DATA_HOME = mkdtempSync(join(tmpdir(), 'chain-sessions-'));
const folder = join(XDG_DATA_HOME, 'chain', 'sessions');
const env = { XDG_DATA_HOME };
afterAll(() => rmSync(XDG_DATA_HOME, { recursive: true }));

it.each(['garden', 'a_b-2', '花园', 'हिन्दी', '3', 'x'.repeat(200)])('%j is a name', (name) => {
  expect(sessionFile(name, env)).toBe(join(folder, `${name}.json`));
});

it('one name has one file, however its letters are put together', () => {
  expect(sessionFile('cafe\u0301', env)).toBe(join(folder, 'caf\u00e9.json'));
});

it.each([
  ['', 'it is empty'],
  [' ', 'it is empty'],
  ['..', 'it has .'],
  ['v1.2', 'it has .'],
  ['a b', 'it has a space'],
  ['~', 'it has ~'],
  ['NAME.json', 'it has .'],
  ['👋', 'it has 👋'],
  ['-x', 'it begins with a dash'],
  ['a/b', 'it has a path separator'],
  ['..\\b', 'it has a path separator'],
  ['a:b', 'it has :'],
  ['a\u001b[2J', 'it has a control character'],
  ['a\nb', 'it has a control character'],
  ['a\u202eb', 'it has a control character'],
  ['\ud800', 'it has a control character'],
  ['NUL', 'Windows keeps it for a device'],
  ['com1', 'Windows keeps it for a device'],
  ['x'.repeat(201), 'it has more than 200 bytes'],
  ['花'.repeat(67), 'it has more than 200 bytes'],
])('%j is none: %s', (name, why) => {
  expect(() => sessionFile(name, env)).toThrow(`is no name for a session: ${why}`);
});

it('what else is in the folder is no session', async () => {
  expect(await sessionNames(env)).toEqual([]);
  mkdirSync(folder, { recursive: true });
  for (const file of ['a.json', '花.json', 'a.json.123', 'notes.txt', '.x.json', 'b\u001b[2J.json'])
    writeFileSync(join(folder, file), '');
  expect([...(await sessionNames(env))].sort()).toEqual(['a', '花']);
});
