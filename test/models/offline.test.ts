import { describe, expect, it } from 'vitest';
import { RecordingHandler } from '../../src/callbacks/recording.js';
import type { Message } from '../../src/messages.js';
import type { ModelInput } from '../../src/models/input.js';
import { OfflineModel, type OfflineModelFields } from '../../src/models/offline.js';

const user = (content: string): Message => ({ role: 'user', content });

async function answerOf(fields: OfflineModelFields, input: ModelInput) {
  const { text, model, finishReason } = await new OfflineModel(fields).invoke(input);
  return [text, model, finishReason];
}

describe('what answers', () => {
  it.each<[string, OfflineModelFields, ModelInput, string[]]>([
    ['arithmetic', {}, '1 + 2 = ', ['3', 'offline (arithmetic)', 'stop']],
    ['arithmetic, unasked', { implicit: true }, '1 + 2 = ', ['3', 'offline (arithmetic)', 'stop']],
    ['its reply', { reply: 'Roses.' }, '1 + 2 = ', ['Roses.', 'offline (scripted)', 'stop']],
    [
      'its reply, unasked',
      { reply: 'Roses.', implicit: true },
      'Hi',
      ['Roses.', 'offline (scripted)', 'stop'],
    ],
    ['an empty reply', { reply: '', implicit: true }, 'Hi', ['', 'offline (scripted)', 'stop']],
    [
      'the last message of the user',
      {},
      [user('1 + 1'), { role: 'assistant', content: '2' }, user('2 + 2')],
      ['4', 'offline (arithmetic)', 'stop'],
    ],
    [
      'the last turn of a template',
      { implicit: true },
      'Human: 1 + 1\nAI: 2\nHuman: 2 + 2\nAI:',
      ['4', 'offline (arithmetic)', 'stop'],
    ],
    [
      'a quotation',
      {},
      [user('I like tea.'), user('Who likes tea?')],
      ['You said: “I like tea.”', 'offline (quoted)', 'stop'],
    ],
    [
      'a summary',
      {},
      [user('I like tea.'), user('Summarize.')],
      ['I like tea.', 'offline (summary)', 'stop'],
    ],
    [
      'a summary before a quotation',
      {},
      [user('I like tea.'), user('Can you give me a summary of the tea?')],
      ['I like tea.', 'offline (summary)', 'stop'],
    ],
    ['an acknowledgement', {}, 'I like tea.', ['Noted.', 'offline (acknowledgement)', 'stop']],
    [
      'an acknowledgement in Chinese',
      {},
      '我喜欢茶。',
      ['好的，记下了。', 'offline (acknowledgement)', 'stop'],
    ],
    [
      'that there is no answer',
      {},
      'Who likes tea?',
      ['Nothing in this conversation answers that.', 'offline (acknowledgement)', 'stop'],
    ],
    [
      'that there is no answer, in Chinese',
      {},
      '谁喜欢茶？',
      ['这段对话里没有答案。', 'offline (acknowledgement)', 'stop'],
    ],
  ])('%s', async (_, fields, input, answer) => {
    expect(await answerOf(fields, input)).toEqual(answer);
    expect(await answerOf(fields, input)).toEqual(answer);
  });

  it.each<[string, OfflineModelFields, readonly Message[], boolean]>([
    ['implicit, arithmetic', { implicit: true }, [user('1 + 2')], true],
    ['implicit, a reply', { implicit: true, reply: '' }, [user('Hi')], true],
    ['implicit, else', { implicit: true }, [user('Who likes tea?')], false],
    ['implicit, a summary', { implicit: true }, [user('Tea is hot.'), user('Summarize.')], false],
    ['implicit, nothing', { implicit: true }, [], false],
    ['implicit, arithmetic of the system', { implicit: true }, [{ role: 'system', content: '1 + 2' }], false],
    ['named', {}, [user('Hi')], true],
  ])('%s: can answer is told before', (_, fields, messages, can) => {
    const model = new OfflineModel(fields);
    expect(model.canAnswer(messages)).toBe(can);
    const assert = () => model.assertCanAnswer(messages);
    if (can) expect(assert).not.toThrow();
    else expect(assert).toThrow(expect.objectContaining({ code: 'no_model' }));
  });

  it('says what would give an answer where nothing has one', async () => {
    const events = new RecordingHandler();
    const call = new OfflineModel({ implicit: true }).invoke('Who likes tea?', { callbacks: [events] });
    await expect(call).rejects.toMatchObject({
      code: 'no_model',
      message:
        "no model is set up; without one only arithmetic and a template's own offline reply are answered",
      hint:
        'Set OPENAI_API_KEY, or name a model: --model ollama:llama3.2, or --model offline, ' +
        'which only quotes what was said.',
    });
    expect(events.types).toEqual(['chatModelStart', 'llmError']);
    expect(events.of('llmError')[0]).toMatchObject({ usage: null, text: '' });
  });
});

describe('as a model', () => {
  it('streams its answer piece by piece, estimated and without a price', async () => {
    const events = new RecordingHandler();
    const model = new OfflineModel({ reply: 'Roses, lilies and 玫瑰花。' });
    const texts: string[] = [];
    for await (const { text } of model.stream('Hi', { callbacks: [events] })) {
      if (text !== undefined) texts.push(text);
    }
    expect(texts).toEqual(['Roses', ',', ' lilies', ' and', ' 玫瑰', '花', '。']);
    expect(events.types).toEqual(['chatModelStart', ...texts.map(() => 'llmNewToken'), 'llmEnd']);
    expect(events.events[0]).toMatchObject({ name: 'OfflineModel', model: 'offline', provider: 'offline' });
    expect(events.of('llmNewToken').map(({ token }) => token)).toEqual(texts);
    expect(events.of('llmEnd')[0]).toMatchObject({
      usage: { inputTokens: 8, source: 'estimated' },
      cost: null,
      model: 'offline (scripted)',
      responseId: null,
    });
  });

  it('gives its answer whole where nobody streams', async () => {
    const events = new RecordingHandler();
    const model = new OfflineModel({ reply: 'one two', streaming: false });
    expect((await model.invoke('Hi', { callbacks: [events] })).text).toBe('one two');
    expect(events.types).toEqual(['chatModelStart', 'llmEnd']);
  });

  it.each<[string, OfflineModelFields, string, string]>([
    ['a stop text', { stop: [' three'] }, 'one two', 'stop'],
    ['the first of several', { stop: ['four', 'two', 'nine', ''] }, 'one ', 'stop'],
    ['a stop text at the start', { stop: ['one'] }, '', 'stop'],
    ['the most tokens', { maxTokens: 2 }, 'one two', 'length'],
    ['just enough tokens', { maxTokens: 4 }, 'one two three four', 'stop'],
    ['no tokens', { maxTokens: 0 }, '', 'length'],
    ['both, the tokens first', { maxTokens: 1, stop: ['four'] }, 'one', 'length'],
    ['both, the stop text first', { maxTokens: 3, stop: ['two'] }, 'one ', 'stop'],
  ])('ends at %s', async (_, fields, text, finishReason) => {
    const model = new OfflineModel({ reply: 'one two three four', ...fields });
    expect(await model.invoke('Hi')).toMatchObject({ text, finishReason });
  });

  it('stays under the limit by its own count', async () => {
    const { usage, finishReason } = await new OfflineModel({
      reply: '我需要一束生日花束。',
      maxTokens: 5,
    }).invoke('Hi');
    expect(finishReason).toBe('length');
    expect(usage.outputTokens).toBeLessThanOrEqual(5);
  });

  it.each([
    ['between two pieces that wait', { reply: 'one two three', delayMs: 60_000 }, 'one'],
    ['of a long answer that waits for nothing', { reply: 'word '.repeat(100_000) }, undefined],
  ])('stops when it is aborted, %s', async (_, fields, had) => {
    const events = new RecordingHandler();
    const abort = new AbortController();
    const call = new OfflineModel(fields).invoke('Hi', {
      callbacks: [events, { onLLMNewToken: later }],
      signal: abort.signal,
    });
    function later() {
      setImmediate(() => abort.abort());
    }
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    expect(events.types.at(-1)).toBe('llmError');
    const { text } = events.of('llmError')[0]!;
    if (had === undefined) expect(text.length).toBeLessThan(fields.reply.length);
    else expect(text).toBe(had);
  });

  it('stops when its consumer leaves', async () => {
    const events = new RecordingHandler();
    for await (const { text } of new OfflineModel({ reply: 'one two' }).stream('Hi', {
      callbacks: [events],
    })) {
      if (text !== undefined) break;
    }
    expect(events.types).toEqual(['chatModelStart', 'llmNewToken', 'llmError']);
    expect(events.of('llmError')[0]).toMatchObject({ error: { code: 'aborted' }, text: 'one' });
  });

  it('waits between its pieces', async () => {
    const started = performance.now();
    await new OfflineModel({ reply: 'one two three', delayMs: 20 }).invoke('Hi');
    expect(performance.now() - started).toBeGreaterThanOrEqual(38);
  });
});
