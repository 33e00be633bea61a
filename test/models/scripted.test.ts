import { describe, expect, it } from 'vitest';
import { ChainError } from '../../src/errors.js';
import type { ScriptedReply } from '../../src/testing.js';
import { RecordingHandler, ScriptedModel } from '../../src/testing.js';

const USAGE = { inputTokens: 3, outputTokens: 2 };
const call = { id: 'a', name: 'weather', arguments: '{"city":"Kunming"}' };

describe('a scripted model', () => {
  it('answers with its replies in order, and keeps what it was asked', async () => {
    const model = new ScriptedModel({ replies: ['one', { text: 'two' }], temperature: 0 });
    expect(model.calls).toEqual([]);
    expect((await model.invoke('first')).text).toBe('one');
    const tools = [{ name: 'weather', parameters: {} }];
    expect((await model.invoke('second', { params: { seed: 7 }, tools })).text).toBe('two');
    expect(model.calls).toEqual([
      {
        messages: [{ role: 'user', content: 'first' }],
        text: 'first',
        prompt: 'first',
        params: { temperature: 0 },
        tools: [],
        streaming: true,
        signal: undefined,
      },
      expect.objectContaining({ prompt: 'second', params: { temperature: 0, seed: 7 }, tools }),
    ]);
  });

  it('says which call has no reply', async () => {
    const model = new ScriptedModel({ replies: ['one'] });
    await model.invoke('first');
    const error = await model.invoke('second').catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ChainError);
    expect(error).toMatchObject({
      code: 'invalid_argument',
      message: 'ScriptedModel has 1 reply, and this is call 2',
      hint: 'Add a reply for each call, or pass a function that answers every call.',
    });
    await expect(new ScriptedModel({ replies: [] }).invoke('')).rejects.toThrow(
      'has 0 replies, and this is call 1',
    );
  });

  it('asks functions, one in the queue or one for all', async () => {
    const queue = new ScriptedModel({
      replies: ['one', async ({ prompt }, index) => `${prompt} at ${index}`, () => new Error('three')],
    });
    await queue.invoke('a');
    expect((await queue.invoke('b')).text).toBe('b at 1');
    await expect(queue.invoke('c')).rejects.toThrow('three');

    const all = new ScriptedModel({ replies: ({ prompt }) => `<${prompt}>` });
    const { generations } = await all.generate(['a', 'b', 'c']);
    expect(generations.map(([first]) => first?.text)).toEqual(['<a>', '<b>', '<c>']);
  });

  it.each<[string, ScriptedReply, string[]]>([
    ['words', ' one  two\nthree ', [' one', '  two', '\nthree', ' ']],
    ['its chunks', { text: 'ignored', chunks: ['on', '', 'e'] }, ['on', 'e']],
    ['nothing', '', []],
    ['no text', { toolCalls: [call] }, []],
  ])('streams %s', async (_, reply, chunks) => {
    const events = new RecordingHandler();
    const { text } = await new ScriptedModel({ replies: [reply] }).invoke('', { callbacks: [events] });
    expect(events.of('llmNewToken').map(({ token }) => token)).toEqual(chunks);
    expect(text).toBe(chunks.join(''));
  });

  it('sends its text at once where nobody streams', async () => {
    const model = new ScriptedModel({ replies: ['one two'], streaming: false });
    const texts: unknown[] = [];
    for await (const { text } of model.stream('')) texts.push(text);
    expect(texts).toEqual(['one two', undefined]);
  });

  it('reports what it is told to', async () => {
    const reply = { text: 'hi', usage: USAGE, model: 'scripted-2', responseId: 'r1', finishReason: 'length' };
    const result = await new ScriptedModel({ replies: [reply] }).invoke('');
    expect(result).toMatchObject({
      finishReason: 'length',
      model: 'scripted-2',
      responseId: 'r1',
      cost: null,
      usage: { ...USAGE, totalTokens: 5, cachedTokens: null, reasoningTokens: null, source: 'reported' },
    });
    expect(
      await new ScriptedModel({ replies: [{ toolCalls: [call], usage: { inputTokens: 1 } }] }).invoke(''),
    ).toMatchObject({
      finishReason: 'tool_calls',
      toolCalls: [call],
      message: { role: 'assistant', content: '', toolCalls: [call] },
      model: 'scripted',
      usage: { inputTokens: 1, outputTokens: null, totalTokens: null },
    });
    expect((await new ScriptedModel({ replies: ['hi'] }).invoke('')).usage.source).toBe('estimated');
  });

  it('is a chat model, or a completion model, by any name', async () => {
    const events = new RecordingHandler();
    const fields = { replies: ['one'], callbacks: [events] };
    await new ScriptedModel(fields).invoke('p');
    await new ScriptedModel({
      ...fields,
      kind: 'completion',
      name: 'OpenAI',
      model: 'm',
      provider: 'q',
    }).invoke('p');
    expect(events.types).toEqual([
      'chatModelStart',
      'llmNewToken',
      'llmEnd',
      'llmStart',
      'llmNewToken',
      'llmEnd',
    ]);
    expect(events.events[0]).toMatchObject({
      name: 'ScriptedModel',
      model: 'scripted',
      provider: 'scripted',
    });
    expect(events.events[3]).toMatchObject({ name: 'OpenAI', model: 'm', provider: 'q', prompt: 'p' });
  });
});

describe('faults', () => {
  const cause = new Error('boom');

  it.each<[string, ScriptedReply, object, string]>([
    ['an error', cause, { code: 'internal', message: 'boom' }, ''],
    ['an error in a reply', { text: 'one two', error: cause }, { code: 'internal', message: 'boom' }, ''],
    [
      'a code',
      { error: 'rate_limited' },
      { code: 'rate_limited', message: 'scripted failure of call 1' },
      '',
    ],
    [
      'a code after one chunk',
      { text: 'one two', error: 'stream_cut', failAfter: 1 },
      { code: 'stream_cut' },
      'one',
    ],
    [
      'a code after all chunks',
      { text: 'one two', error: 'stream_cut', failAfter: 9 },
      { code: 'stream_cut' },
      'one two',
    ],
  ])('%s', async (_, reply, error, text) => {
    const events = new RecordingHandler();
    const call = new ScriptedModel({ replies: [reply] }).invoke('', { callbacks: [events] });
    await expect(call).rejects.toThrow();
    expect(events.of('llmError')[0]).toMatchObject({ error, text });
    expect(events.types.at(-1)).toBe('llmError');
  });

  it('throws the very error it was given', async () => {
    await expect(new ScriptedModel({ replies: [cause] }).invoke('')).rejects.toBe(cause);
  });

  it.each<[string, ScriptedReply, string]>([
    ['hangs after its text', { text: 'one two', hang: true }, 'one two'],
    ['hangs after one chunk', { text: 'one two', hang: true, failAfter: 1 }, 'one'],
    ['hangs before anything', { hang: true }, ''],
    ['waits before its text', { text: 'one', delayMs: 60_000 }, ''],
    ['waits between its chunks', { text: 'one two', chunkDelayMs: 60_000 }, 'one'],
  ])('%s until it is aborted', async (_, reply, text) => {
    const events = new RecordingHandler();
    const abort = new AbortController();
    const hung = new ScriptedModel({ replies: [reply] }).invoke('', {
      callbacks: [events],
      signal: abort.signal,
    });
    setTimeout(() => abort.abort(), 20);
    await expect(hung).rejects.toMatchObject({ code: 'aborted' });
    expect(events.of('llmError')[0]).toMatchObject({ text });
  });

  it('tells of retries before it answers', async () => {
    const events = new RecordingHandler();
    const retries = [
      { delayMs: 500, reason: 'status 429' },
      { delayMs: 60_000, reason: 'status 503' },
    ];
    await new ScriptedModel({ replies: [{ text: 'one', retries }] }).invoke('', { callbacks: [events] });
    expect(events.types).toEqual(['chatModelStart', 'retry', 'retry', 'llmNewToken', 'llmEnd']);
    expect(events.of('retry')).toMatchObject([
      { attempt: 1, delayMs: 500, reason: 'status 429' },
      { attempt: 2, delayMs: 60_000, reason: 'status 503' },
    ]);
  });

  it('waits before and between', async () => {
    const reply = { text: 'one two three', delayMs: 20, chunkDelayMs: 20 };
    const { durationMs, firstTokenMs } = await new ScriptedModel({ replies: [reply] }).invoke('');
    expect(firstTokenMs).toBeGreaterThanOrEqual(19);
    expect(durationMs).toBeGreaterThanOrEqual(57);
  });
});

describe('a recording handler', () => {
  it('wants to be called as its options say', async () => {
    const events = new RecordingHandler({ name: 'ears', ignoreLLM: true });
    await new ScriptedModel({ replies: ['one'] }).invoke('', { callbacks: [events] });
    expect(events).toMatchObject({ name: 'ears', types: [] });
  });
});
