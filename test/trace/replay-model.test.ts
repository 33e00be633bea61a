import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { FileCallbackHandler } from '../../src/callbacks/file.js';
import { RecordingHandler } from '../../src/callbacks/recording.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import { ScriptedModel, type ScriptedModelFields } from '../../src/models/scripted.js';
import { ChatPromptTemplate } from '../../src/prompts/chat-template.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { budget } from '../../src/tokens/budget.js';
import type { NotRecordedError } from '../../src/trace/not-recorded.js';
import { replayModel } from '../../src/trace/replay-model.js';
import { settleEvents } from '../support/same-events.js';

let folder: string;
let cassette: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'replay-'));
  cassette = join(folder, 'c.jsonl');
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

/** Asks a scripted model, and records it. */
async function record(fields: ScriptedModelFields, ask: (llm: ScriptedModel) => Promise<unknown>) {
  const file = new FileCallbackHandler(cassette);
  const heard = new RecordingHandler();
  await ask(new ScriptedModel({ ...fields, callbacks: [file, heard] })).catch(() => {});
  await file.close();
  return settleEvents(heard.events as never);
}

describe('the same events', () => {
  const usage = { inputTokens: 9, outputTokens: 4, cachedTokens: 2 };
  const toolCalls = [{ id: 'a', name: 'add', arguments: '{}' }];
  const tools = [{ name: 'add', parameters: { type: 'object', properties: {} } }];

  test.each<[string, ScriptedModelFields]>([
    ['an answer', { replies: ['Pink roses.'] }],
    ['reported', { replies: [{ text: 'Pink.', usage, model: 'rose-1-2026', responseId: 'r1' }] }],
    ['tool calls', { replies: [{ toolCalls, finishReason: 'tool_calls' }] }],
    ['retries', { replies: [{ text: 'Pink', retries: [{ delayMs: 60_000, reason: 'busy' }] }] }],
    ['a cut stream', { replies: [{ chunks: ['Pi', 'nk'], error: 'stream_cut', failAfter: 1 }] }],
    ['an error at once', { replies: [{ error: 'server_error' }] }],
    ['an error that is none of ours', { replies: [Object.assign(new TypeError('bug'), { code: 'EBUG' })] }],
    [
      'a completion model',
      { replies: ['Pink'], kind: 'completion', name: 'Old', model: 'old-1', provider: 'p' },
    ],
    ['not streamed', { replies: ['Pink roses.'], streaming: false }],
    [
      'not streamed, and failed late',
      { replies: [{ text: 'Pink', error: 'stream_cut', failAfter: 1 }], streaming: false },
    ],
    [
      'parameters',
      { replies: ['Pink'], temperature: 0, stop: ['x'], extraBody: { b: 1, a: [{ d: 1, c: 2 }] } },
    ],
    ['a hundred tokens', { replies: [{ chunks: Array.from({ length: 100 }, (_, index) => `${index} `) }] }],
  ])('%s', async (_, fields) => {
    const live = await record(fields, (llm) => llm.invoke('Which flowers?', { tools }));
    const heard = new RecordingHandler();
    const llm = await replayModel(cassette, { callbacks: [heard], streaming: fields.streaming });
    await llm.invoke('Which flowers?', { tools }).catch(() => {});
    expect(settleEvents(JSON.parse(JSON.stringify(heard.events)))).toEqual(JSON.parse(JSON.stringify(live)));
  });

  test('in a chain', async () => {
    const prompt = ChatPromptTemplate.fromMessages([
      ['system', 'You sell flowers.'],
      ['user', 'Any {what}?'],
    ]);
    const ask = (llm: ScriptedModel) => new LLMChain({ llm, prompt }).invoke({ what: 'roses' });
    await record({ replies: ['Pink ones.'] }, ask);
    const chain = new LLMChain({ llm: await replayModel(cassette), prompt });
    const { text, usage: spent } = await chain.invoke({ what: 'roses' });
    expect([text, spent?.source, spent?.runs]).toEqual(['Pink ones.', 'estimated', 1]);
  });

  test('streamed by chunks', async () => {
    await record({ replies: [{ chunks: ['Pink ', 'ro', 'ses'], usage }] }, (llm) => llm.invoke('x'));
    const llm = await replayModel(cassette);
    const texts: string[] = [];
    for await (const { text } of llm.stream('x')) if (text !== undefined) texts.push(text);
    expect(texts).toEqual(['Pink ', 'ro', 'ses']);
  });
});

test('is who was recorded first, and answers for whoever else was asked', async () => {
  await record({ replies: ['one'], model: 'm-1', provider: 'p-1', name: 'First', temperature: 0.5 }, (llm) =>
    llm.invoke('x'),
  );
  await record({ replies: ['two'], model: 'm-2', provider: 'p-2', name: 'Second' }, (llm) => llm.invoke('y'));
  const any = await replayModel(cassette);
  const { name, model, provider, kind, params } = any;
  expect({ name, model, provider, kind, params }).toEqual({
    name: 'First',
    model: 'm-1',
    provider: 'p-1',
    kind: 'chat',
    params: { temperature: 0.5 },
  });
  expect((await any.invoke('x')).model).toBe('m-1');
  const second = await replayModel(cassette, { model: 'm-2' });
  expect([second.provider, second.name, second.params]).toEqual(['p-2', 'Second', {}]);
  await expect(any.invoke('y')).rejects.toMatchObject({ code: 'not_recorded' }); // It had no temperature.
  expect((await second.invoke('y')).text).toBe('two');
  await expect(second.invoke('x')).rejects.toMatchObject({ code: 'not_recorded' });
});

test('several answers come in the order of the file, and then the last one; also when asked at once', async () => {
  await record({ replies: ['one', 'two', { error: 'overloaded' }] }, async (llm) => {
    await llm.invoke('x');
    await llm.invoke('x');
    await llm.invoke('x');
  });
  const llm = await replayModel(cassette);
  const answers = await Promise.allSettled([1, 2, 3, 4].map(() => llm.invoke('x')));
  const said = answers.map((one) => (one.status === 'fulfilled' ? one.value.text : one.reason.code));
  expect(said).toEqual(['one', 'two', 'overloaded', 'overloaded']);
});

test('interleaved runs of one file keep apart', async () => {
  const replies = ['a b c', 'd e f', 'g h i'].map((text) => ({ text, chunkDelayMs: 1 }));
  await record({ replies }, (llm) => Promise.all(['x', 'y', 'z'].map((prompt) => llm.invoke(prompt))));
  const llm = await replayModel(cassette);
  const answers = await Promise.all(['z', 'y', 'x'].map((prompt) => llm.invoke(prompt)));
  expect(answers.map(({ text }) => text)).toEqual(['g h i', 'd e f', 'a b c']);
});

test('what is not recorded fails with what differs, or is asked of the live model', async () => {
  await record({ replies: ['Pink'], model: 'm-1' }, (llm) => llm.invoke('Which roses for Ann?'));
  const heard = new RecordingHandler();
  const strict = await replayModel(cassette, { callbacks: [heard] });
  const error = await strict.invoke('Which roses for Bo?').catch((thrown) => thrown as NotRecordedError);
  expect(error).toMatchObject({ name: 'NotRecordedError', code: 'not_recorded' });
  expect((error as NotRecordedError).hint).toBeUndefined();
  expect((error as NotRecordedError).difference.split('\n')[1]).toBe(
    '  user message: Which roses for [-Ann-]{+Bo+}?',
  );
  expect(heard.types).toEqual(['chatModelStart', 'llmError']);
  expect(heard.of('llmError')[0]).toMatchObject({ usage: null, cost: null, text: '' });

  const prices = { 'm-1': { input: 1, output: 1 } };
  const live = new ScriptedModel({ replies: ['Red'], model: 'm-1', name: 'Live', prices });
  const both = await replayModel(cassette, { live, callbacks: [heard] });
  expect((await both.invoke('Which roses for Bo?')).cost).toBeGreaterThan(0);
  expect(heard.events.at(-1)).toMatchObject({ type: 'llmEnd', name: 'Live', text: 'Red' });
  expect((await both.invoke('Which roses for Ann?')).text).toBe('Pink');
  expect(live.calls).toHaveLength(1);
});

test('what a recorded answer took counts for a budget, and nothing is counted again', async () => {
  const usage = { inputTokens: 900, outputTokens: 100 };
  await record({ replies: [{ text: 'Pink', usage }] }, (llm) => llm.invoke('x'));
  const limit = budget({ maxTotalTokens: 5000 });
  const { usage: spent } = await (await replayModel(cassette)).invoke('x', { budget: limit });
  expect(spent).toMatchObject({ totalTokens: 1000, source: 'reported' });
  expect(limit.spent.totalTokens).toBe(1000);
});

describe('keys', () => {
  test('in a prompt are compared as they were written: masked', async () => {
    const prompt = 'Use sk-0123456789abcdef now';
    await record({ replies: ['ok'] }, (llm) => llm.invoke(prompt));
    writeFileSync(cassette, readFileSync(cassette, 'utf8').replaceAll('sk-0123456789abcdef', '***'));
    expect((await (await replayModel(cassette)).invoke(prompt)).text).toBe('ok');
  });
});

test.each([
  ['no such model', { model: 'm-9' }, /c\.jsonl: no run of m-9 is in it$/],
  ['no such kind', { kind: 'completion' as const }, /c\.jsonl: no run of a completion model is in it$/],
])('refuses %s', async (_, options, message) => {
  await record({ replies: ['x'] }, (llm) => llm.invoke('x'));
  await expect(replayModel(cassette, options)).rejects.toMatchObject({
    code: 'invalid_argument',
    message: expect.stringMatching(message),
  });
});

test('a file that changes under it is told', async () => {
  await record({ replies: ['x'] }, (llm) => llm.invoke('x'));
  const llm = await replayModel(cassette);
  writeFileSync(cassette, '');
  await expect(llm.invoke('x')).rejects.toMatchObject({
    code: 'file_not_readable',
    message: `${cassette}: it has changed since it was opened`,
  });
});

test('leaving a stream, or aborting, ends it as it would end a live one', async () => {
  await record({ replies: ['one two three'] }, (llm) => llm.invoke('x'));
  const heard = new RecordingHandler();
  const llm = await replayModel(cassette, { callbacks: [heard] });
  for await (const { text } of llm.stream('x')) if (text !== undefined) break;
  expect(heard.events.at(-1)).toMatchObject({
    type: 'llmError',
    error: { code: 'aborted' },
    text: 'one',
    cost: null,
  });
  await expect(llm.invoke('x', { signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'aborted' });
});

test('a prompt template gives the same to a chat model and to a completion model', async () => {
  const prompt = PromptTemplate.fromTemplate('Any {what}?');
  await record({ replies: ['Yes'], kind: 'completion' }, (llm) =>
    new LLMChain({ llm, prompt }).run({ what: 'roses' }),
  );
  const chain = new LLMChain({ llm: await replayModel(cassette), prompt });
  expect(await chain.run({ what: 'roses' })).toBe('Yes');
});
