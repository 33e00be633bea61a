import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { SavedConversation } from '../../../src/chains/conversation-file.js';
import { ConversationStore } from '../../../src/cli/chat/conversation-store.js';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-store-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const conversation = (id: string): SavedConversation => ({
  schema: 1,
  id,
  memory: 'buffer',
  state: { turns: [], summary: '' },
  turns: [],
});
const idIn = (name: string) => JSON.parse(readFileSync(join(folder, name), 'utf8')).id;
const at = (name: string) => ConversationStore.at(join(folder, name));

it('makes the folder and the file for their owner alone', async () => {
  const { store, saved } = await at('deep/sessions/a.json');
  expect(saved).toBeNull();
  await store.prepare();
  expect(await store.save(conversation('1'))).toBe(false);
  expect(idIn('deep/sessions/a.json')).toBe('1');
  if (process.platform === 'win32') return;
  const modes = ['deep', 'deep/sessions', 'deep/sessions/a.json'].map(
    (name) => statSync(join(folder, name)).mode & 0o777,
  );
  expect(modes).toEqual([0o700, 0o700, 0o600]);
});

it('goes on where it ended', async () => {
  const { store } = await at('a.json');
  await store.save(conversation('1'));
  await store.save(conversation('2'));
  const again = await at('a.json');
  expect(again.saved?.id).toBe('2');
  await again.store.save(conversation('3'));
  expect(readdirSync(folder)).toEqual(['a.json']);
});

it('never overwrites what another has written', async () => {
  const [{ store: mine }, { store: other }] = [await at('a.json'), await at('a.json')];
  await other.save(conversation('other'));
  writeFileSync(join(folder, 'a-2.json'), 'somebody else’s');
  expect(await mine.save(conversation('mine'))).toBe(true);
  expect(mine.file).toBe(join(folder, 'a-3.json'));
  expect(await mine.save(conversation('mine 2'))).toBe(false);
  expect([idIn('a.json'), idIn('a-3.json')]).toEqual(['other', 'mine 2']);
  expect(readFileSync(join(folder, 'a-2.json'), 'utf8')).toBe('somebody else’s');
});

it('makes a file again that was deleted', async () => {
  const { store } = await at('a.json');
  await store.save(conversation('1'));
  rmSync(join(folder, 'a.json'));
  expect(await store.save(conversation('2'))).toBe(false);
  expect(readdirSync(folder)).toEqual(['a.json']);
});

it('begins only where nothing is', async () => {
  writeFileSync(join(folder, 'a.json'), 'mine');
  await expect(ConversationStore.create(join(folder, 'a.json'))).rejects.toMatchObject({
    code: 'invalid_argument',
    message: `there is a file ${join(folder, 'a.json')} already`,
  });
  await expect(ConversationStore.create(folder)).rejects.toMatchObject({ message: `${folder} is a folder` });
  const store = await ConversationStore.create(join(folder, 'b.json'));
  await store.save(conversation('1'));
  expect(idIn('b.json')).toBe('1');
});

it('says beforehand that it cannot write', async () => {
  writeFileSync(join(folder, 'file'), '');
  const { store } = await at('file/sessions/a.json');
  await expect(store.prepare()).rejects.toMatchObject({ code: 'file_not_writable' });
});

it('reads no folder', async () => {
  mkdirSync(join(folder, 'a.json'));
  await expect(at('a.json')).rejects.toMatchObject({ code: 'file_not_readable' });
});
