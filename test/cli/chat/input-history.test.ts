import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { InputHistory } from '../../../src/cli/chat/input-history.js';

let XDG_STATE_HOME: string;
beforeEach(() => {
  XDG_STATE_HOME = mkdtempSync(join(tmpdir(), 'chain-history-'));
});
afterEach(() => rmSync(XDG_STATE_HOME, { recursive: true, force: true }));

const file = () => join(XDG_STATE_HOME, 'chain', 'history');
const lines = () => readFileSync(file(), 'utf8').trimEnd().split('\n');

async function open(): Promise<InputHistory> {
  const history = new InputHistory({ XDG_STATE_HOME });
  await history.load();
  return history;
}

it('is there again, newest first, each entry once, with its line breaks', async () => {
  const before = await open();
  for (const entry of ['one', 'two\n二 👋', 'one', 'three']) await before.add(entry);
  expect(before.entries).toEqual(['three', 'one', 'two\n二 👋']);
  expect((await open()).entries).toEqual(['three', 'one', 'two\n二 👋']);
  expect(lines()).toEqual(['"two\\n二 👋"', '"one"', '"three"']);
});

it.skipIf(process.platform === 'win32')('is for its owner alone', async () => {
  await (await open()).add('one');
  expect([file(), join(XDG_STATE_HOME, 'chain')].map((path) => statSync(path).mode & 0o777)).toEqual([
    0o600, 0o700,
  ]);
});

it('keeps a thousand', async () => {
  mkdirSync(join(XDG_STATE_HOME, 'chain'));
  writeFileSync(file(), Array.from({ length: 1500 }, (_, index) => `"${index}"\n`).join(''));
  const history = await open();
  expect([history.entries.length, history.entries[0], history.entries.at(-1)]).toEqual([1000, '1499', '500']);
  await history.add('one more');
  expect([lines().length, lines()[0], lines().at(-1)]).toEqual([1000, '"501"', '"one more"']);
});

it('two chats at once keep both of theirs', async () => {
  const [first, second] = [await open(), await open()];
  await first.add('first');
  await second.add('second');
  expect(second.entries).toEqual(['second']);
  expect((await open()).entries).toEqual(['second', 'first']);
});

it('what was pasted and is long stays out of the file', async () => {
  const history = await open();
  await history.add('x'.repeat(20_000));
  await history.add('y');
  expect(history.entries).toHaveLength(2);
  expect(lines()).toEqual(['"y"']);
});

it('lines that are no entries are left out', async () => {
  mkdirSync(join(XDG_STATE_HOME, 'chain'));
  writeFileSync(file(), '"one"\nnot json\n{"a":1}\n\n"two"\n');
  expect((await open()).entries).toEqual(['two', 'one']);
});

it('a home that cannot be written to fails nothing', async () => {
  writeFileSync(join(XDG_STATE_HOME, 'chain'), 'a file');
  const history = await open();
  await history.add('one');
  expect(history.entries).toEqual(['one']);
});
