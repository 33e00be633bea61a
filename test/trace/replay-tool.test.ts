import { beforeEach, expect, it } from 'vitest';
import { replayTool } from '../../src/testing.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';
import { type Said, traceFile } from './trace-events.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

const replay = (name: string, ...said: readonly Said[]) =>
  replayTool(here.write('c.jsonl', traceFile(...said)), name);

it('gives what the tool gave, in the order of the file, and the last one again', async () => {
  const weather = await replay(
    'weather',
    { tool: 'weather', input: { city: 'Rome', days: 1 }, output: { celsius: 18 } },
    { tool: 'time', input: { city: 'Rome', days: 1 }, output: 'noon' },
    { tool: 'weather', input: { days: 1, city: 'Rome' }, output: null },
  );
  const asked = { city: 'Rome', days: 1 };
  expect([await weather(asked), await weather(asked), await weather(asked)]).toEqual([
    { celsius: 18 },
    null,
    null,
  ]);
});

it('fails as the tool failed', async () => {
  const error = { code: 'timeout', message: 'The station is silent.' };
  const weather = await replay('weather', { tool: 'weather', input: 'Rome', error });
  await expect(weather('Rome')).rejects.toMatchObject(error);
});

it('names what it was asked where that is not in the file, keys masked and nothing too long', async () => {
  const weather = await replay('weather', { tool: 'weather', input: 'Rome', output: 18 });
  const message = (input: unknown) => weather(input).catch((error: Error) => error.message);
  const start = `${here.path('c.jsonl')} has no answer of the tool weather to`;
  expect(await message({ city: 'Oslo', key: 'sk-0123456789abcdefghij' })).toBe(
    `${start} {"city":"Oslo","key":"***"}`,
  );
  expect(await message('x'.repeat(1000))).toBe(`${start} "${'x'.repeat(199)}…${'x'.repeat(199)}"`);
  expect(await message(undefined)).toBe(`${start} null`);
  await expect(weather('Oslo')).rejects.toMatchObject({ code: 'not_recorded' });
});

it('refuses a file without tools, and one that was written without content', async () => {
  await expect(replay('weather', { model: 'm', prompt: 'p', answer: 'a' })).rejects.toMatchObject({
    code: 'invalid_argument',
    message: `${here.path('c.jsonl')}: no answer to replay: no tool ran in it`,
  });
  await expect(replay('weather', { tool: 'weather', input: null, content: false })).rejects.toMatchObject({
    code: 'invalid_argument',
    message: `${here.path('c.jsonl')}: no answer to replay: what was said was left out when it was written`,
  });
});
