import { LLMock } from '@copilotkit/aimock';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { ChatOpenAI } from '../../src/models/chat-openai.js';
import { Recorder } from './loopback.js';

/** Against a server that nobody here wrote. */
const mock = new LLMock({ port: 0, host: '127.0.0.1', chunkSize: 4, logLevel: 'silent' });

beforeAll(async () => {
  mock.onMessage('hello', { content: 'Hi there, how are you?' });
  mock.onMessage(
    'cut',
    { content: 'A long enough answer to be cut.' },
    { truncateAfterChunks: 3, latency: 10 },
  );
  mock.onMessage('weather', { toolCalls: [{ name: 'weather', arguments: '{"city":"Bern"}' }] });
  mock.onMessage('busy', {
    error: { message: 'slow down', type: 'rate_limit_error' },
    status: 429,
    retryAfter: 90,
  });
  await mock.start();
});

afterAll(() => mock.stop());

function model(recorder = new Recorder()): ChatOpenAI {
  return new ChatOpenAI({
    model: 'gpt-4o',
    baseUrl: `${mock.url}/v1`,
    apiKey: 'mock-key',
    callbacks: [recorder],
  });
}

test('a stream with a usage chunk', async () => {
  const recorder = new Recorder();
  const result = await model(recorder).invoke('hello');
  expect(result).toMatchObject({
    text: 'Hi there, how are you?',
    finishReason: 'stop',
    usage: { source: 'reported' },
  });
  expect(recorder.of('llmNewToken').map(({ token }) => token)).toEqual([
    'Hi t',
    'here',
    ', ho',
    'w ar',
    'e yo',
    'u?',
  ]);
});

test('no stream', async () => {
  const { text } = await model().invoke('hello', { streaming: false });
  expect(text).toBe('Hi there, how are you?');
});

test('a tool call', async () => {
  const { toolCalls, finishReason } = await model().invoke('weather', {
    tools: [{ name: 'weather', parameters: { type: 'object' } }],
  });
  expect(toolCalls).toMatchObject([{ name: 'weather', arguments: '{"city":"Bern"}' }]);
  expect(finishReason).toBe('tool_calls');
});

test('a stream that is cut', async () => {
  const recorder = new Recorder();
  await expect(model(recorder).invoke('cut')).rejects.toMatchObject({ code: 'stream_cut' });
  expect(recorder.types().at(-1)).toBe('llmError');
  expect(recorder.of('llmError')[0]?.text).toMatch(/^A lo/);
});

test('a rate limit with Retry-After', async () => {
  await expect(model().invoke('busy')).rejects.toMatchObject({
    code: 'rate_limited',
    message: expect.stringMatching(/answered 429: slow down; come back in 90 s /),
  });
});

test('an error that passes', async () => {
  mock.nextRequestError(500, { message: 'oh' });
  const recorder = new Recorder();
  expect((await model(recorder).invoke('hello')).text).toBe('Hi there, how are you?');
  expect(
    recorder.of('retry').map(({ attempt, reason }) => `${attempt} ${reason.replace(/\S+ /, '')}`),
  ).toEqual(['1 answered 500: oh']);
});
