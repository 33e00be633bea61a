import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { maskSecrets } from '../../src/safety/mask.js';
import { readCassette } from '../../src/trace/read-cassette.js';

const mask = (text: string) => maskSecrets(text);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cassette-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(events: readonly object[]): string {
  const file = join(folder, 'c.jsonl');
  writeFileSync(file, events.map((event) => `${JSON.stringify(event)}\n`).join(''));
  return file;
}

const head = (runId: string, name: string) => ({ runId, parentRunId: null, name, time: 1 });
const START = { tags: [], metadata: {} };

/** A run of a model: without one a file is no cassette. */
const MODEL = [
  { type: 'llmStart', ...head('m', 'M'), ...START, model: 'm', provider: 'p', params: {}, prompt: 'x' },
  {
    type: 'llmError',
    ...head('m', 'M'),
    durationMs: 1,
    error: { name: 'Error', code: 'c', message: 'm' },
    model: 'm',
    text: '',
    usage: null,
    cost: null,
  },
];

const toolStart = (runId: string, input: unknown) => ({
  type: 'toolStart',
  ...head(runId, 'add'),
  ...START,
  input,
  toolCallId: null,
});
const toolEnd = (runId: string, output: unknown) => ({
  type: 'toolEnd',
  ...head(runId, 'add'),
  durationMs: 1,
  output,
});

test('a tool’s answers are found by its name and input, in their order, the last one again', async () => {
  const error = { name: 'ChainError', code: 'timeout', message: 'too slow' };
  const file = write([
    ...MODEL,
    toolStart('a', { a: 1, b: [2] }),
    toolStart('b', 'text'),
    toolEnd('b', { found: null }),
    toolEnd('a', 3),
    toolStart('c', { b: [2], a: 1 }),
    { type: 'toolError', ...head('c', 'add'), durationMs: 1, error },
    toolStart('d', 'text'), // It has no end.
  ]);
  const cassette = await readCassette(file, { mask });
  const take = (input: unknown, tool = 'add') => cassette.takeToolAnswer(tool, input);
  expect(await take({ b: [2], a: 1, c: undefined })).toEqual({ output: 3 });
  expect(await take({ a: 1, b: [2] })).toEqual({ error });
  expect(await take({ a: 1, b: [2] })).toEqual({ error });
  expect([await take('text'), await take('text')]).toEqual([
    { output: { found: null } },
    { output: { found: null } },
  ]);
  expect([await take('texts'), await take('text', 'subtract'), await take(undefined)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
});

test('a tool’s input is compared masked', async () => {
  const file = write([...MODEL, toolStart('a', { key: '***' }), toolEnd('a', 'ok')]);
  const cassette = await readCassette(file, { mask });
  expect(await cassette.takeToolAnswer('add', { key: 'sk-0123456789abcdef' })).toEqual({ output: 'ok' });
});

test('a tool that has no end has no answer', async () => {
  const cassette = await readCassette(write([...MODEL, toolStart('a', 1)]), { mask });
  expect(await cassette.takeToolAnswer('add', 1)).toBeUndefined();
});
