import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ConversationChain } from '../../src/chains/conversation.js';
import { createMemory } from '../../src/memory/create.js';
import { FAKE_USAGE, FakeModel, FINISH } from '../support/fake-model.js';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'chain-conversation-'));
  file = join(folder, 'talk.json');
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const make = (memory = 'buffer') => {
  const llm = new FakeModel({ model: 'gpt-4o', steps: ['ok', FINISH] });
  return { llm, conversation: new ConversationChain({ llm, memory: createMemory(memory, { llm }) }) };
};

test.each(['buffer', 'window:1', 'token-buffer:30', 'summary', 'summary-buffer:13'])(
  'a conversation with the memory %s goes on where it ended',
  async (kind) => {
    const { llm, conversation } = make(kind);
    await conversation.run('一');
    await conversation.run('two "quoted"\n');
    await conversation.save(file);
    const loaded = await ConversationChain.load(file, { llm });
    expect(loaded.memory.kind).toBe(kind);
    expect(loaded.memory.buffer).toBe(conversation.memory.buffer);
    expect([loaded.id, loaded.turns]).toEqual([conversation.id, conversation.turns]);
    expect((await loaded.invoke({ input: 'three' })).turn).toBe(3);
    expect(conversation.turns).toHaveLength(2);
  },
);

test('the file is versioned, one line, and its owner’s alone', async () => {
  const { conversation } = make('window:1');
  await conversation.run('a');
  await conversation.run('b');
  await conversation.save(file);
  const turn = { output: 'ok', model: 'gpt-4o', usage: FAKE_USAGE, cost: null, memoryUsage: null };
  expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({
    schema: 1,
    id: conversation.id,
    memory: 'window:1',
    prefixes: { humanPrefix: 'Human', aiPrefix: 'AI', summaryPrefix: 'Earlier in this conversation: ' },
    state: { summary: '', turns: [{ input: 'b', output: 'ok' }] },
    turns: [
      { input: 'a', ...turn },
      { input: 'b', ...turn },
    ],
  });
  if (process.platform !== 'win32') expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(['talk.json']);
});

test('what was there is replaced in one step, or stays', async () => {
  const { conversation } = make();
  writeFileSync(file, 'old');
  await conversation.save(file);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({ schema: 1 });
  const missing = join(folder, 'missing', 'talk.json');
  await expect(conversation.save(missing)).rejects.toMatchObject({
    code: 'file_not_writable',
    message: expect.stringContaining(`cannot save the conversation ${missing}: ENOENT`),
  });
  expect(existsSync(join(folder, 'missing'))).toBe(false);
});

const WHOLE = { schema: 1, id: 'x', memory: 'buffer', state: { turns: [], summary: '' }, turns: [] };

test.each<[string, string, string]>([
  ['empty', '', 'it is damaged: Unexpected end of JSON input'],
  ['cut', '{"schema":1,"id', 'it is damaged: '],
  ['something else', '[]', 'it is damaged: it must be keys and values, not []'],
  ['nothing', 'null', 'it is damaged: '],
  ['without its turns', JSON.stringify({ ...WHOLE, turns: undefined }), 'it is damaged: "turns" is missing'],
  [
    'with a turn that is none',
    JSON.stringify({ ...WHOLE, turns: [{ input: 1 }] }),
    'it is damaged: "turns.0.input" must be text, not 1; "turns.0.output" is missing',
  ],
  [
    'of a newer version',
    JSON.stringify({ schema: 2, turns: 'other' }),
    'it is of a newer version (schema 2); this one reads schema 1',
  ],
])('a file that is %s is an error and stays as it is', async (_, text, reason) => {
  writeFileSync(file, text);
  await expect(ConversationChain.load(file, { llm: new FakeModel() })).rejects.toMatchObject({
    code: 'file_not_readable',
    message: expect.stringContaining(`cannot read the conversation ${file}: ${reason}`),
    hint: expect.stringContaining('The file was left as it is.'),
  });
  expect(readFileSync(file, 'utf8')).toBe(text);
});

test.each([
  ['nope.json', 'there is no such file'],
  ['.', 'EISDIR'],
])('%s cannot be loaded', async (name, reason) => {
  await expect(ConversationChain.load(join(folder, name), { llm: new FakeModel() })).rejects.toMatchObject({
    code: 'file_not_readable',
    message: expect.stringContaining(reason),
  });
});

test.each(['elephant', 'window', '__proto__'])('the memory %s is not known, and damage', async (memory) => {
  writeFileSync(file, JSON.stringify({ ...WHOLE, memory }));
  await expect(ConversationChain.load(file, { llm: new FakeModel() })).rejects.toMatchObject({
    code: 'file_not_readable',
    message: expect.stringContaining(`cannot read the conversation ${file}: it is damaged: `),
    hint: 'The file was left as it is.',
  });
});

test('its prefixes are kept', async () => {
  const { llm } = make();
  const memory = createMemory('summary-buffer:20', {
    llm,
    humanPrefix: '顾客',
    aiPrefix: '店员',
    summaryPrefix: '此前：',
  });
  const conversation = new ConversationChain({ llm, memory });
  for (const text of ['一', '二', '三', '四']) await conversation.run(text);
  await conversation.save(file);
  const { memory: loaded } = await ConversationChain.load(file, { llm });
  expect(memory.buffer).toMatch(/^ok\n顾客: 三\n店员: ok\n顾客: 四/);
  expect([loaded.buffer, loaded.messages]).toEqual([memory.buffer, memory.messages]);
});

test("a memory of the user's own takes over what was kept", async () => {
  const { llm, conversation } = make('summary');
  await conversation.run('a');
  await conversation.save(file);
  const cheap = new FakeModel({ model: 'cheap', steps: ['all', FINISH] });
  const memory = createMemory('summary', { llm: cheap });
  const loaded = await ConversationChain.load(file, { llm, memory });
  expect(loaded.memory.buffer).toBe('ok');
  await loaded.run('b');
  expect([loaded.memory.buffer, cheap.calls.length]).toEqual(['all', 1]);
});

test('a file of a newer version is not written over', async () => {
  const newer = '{ "schema" : 2, "turns": {} }';
  writeFileSync(file, newer);
  const { conversation } = make();
  await expect(conversation.save(file)).rejects.toMatchObject({
    code: 'file_not_writable',
    message: `cannot save the conversation ${file}: the file there is of a newer version (schema 2)`,
  });
  expect(readFileSync(file, 'utf8')).toBe(newer);
});
