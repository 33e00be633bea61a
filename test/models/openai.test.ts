import { expect, test } from 'vitest';
import { OpenAI } from '../../src/models/openai.js';
import { DONE, event, Recorder, serve, stream } from './loopback.js';

const choice = (text: string, finish: string | null = null) =>
  event({ id: 'cmpl-1', model: 'm', choices: [{ index: 0, text, finish_reason: finish }] });

test('continues a text', async () => {
  const server = await serve(
    stream(
      choice('3'),
      choice('.', 'length'),
      event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } }),
      DONE,
    ),
  );
  const recorder = new Recorder();
  const model = new OpenAI({ baseUrl: server.baseUrl, apiKey: 'key-1', callbacks: [recorder] });
  expect(await model.invoke('1 + 2 = ')).toMatchObject({
    text: '3.',
    finishReason: 'length',
    responseId: 'cmpl-1',
    usage: { inputTokens: 5, outputTokens: 2, totalTokens: 7, source: 'reported' },
  });
  expect(server.received).toMatchObject([
    {
      path: '/v1/completions',
      body: {
        model: 'gpt-3.5-turbo-instruct',
        prompt: '1 + 2 = ',
        max_tokens: 256,
        stream: true,
        stream_options: { include_usage: true },
      },
    },
  ]);
  expect(recorder.types()).toEqual(['llmStart', 'llmNewToken', 'llmNewToken', 'llmEnd']);
  expect(recorder.events[0]).toMatchObject({ name: 'OpenAI', prompt: '1 + 2 = ' });
});

test('messages are one text', async () => {
  const server = await serve(
    stream(choice('ok', 'stop'), event({ choices: [], usage: { prompt_tokens: 5, completion_tokens: 2 } })),
  );
  const model = new OpenAI({ baseUrl: server.baseUrl, maxTokens: 9, model: 'my-base' });
  await model.invoke([
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: 'Hi' },
  ]);
  expect(server.received[0]?.body).toMatchObject({
    model: 'my-base',
    prompt: 'System: Be brief.\nHuman: Hi',
    max_tokens: 9,
  });
});

test('a completion model has no tools', async () => {
  const model = new OpenAI({ baseUrl: 'http://127.0.0.1:1/v1' });
  await expect(model.invoke('x', { tools: [{ name: 'f', parameters: {} }] })).rejects.toMatchObject({
    code: 'invalid_argument',
    hint: 'A chat model can: ChatOpenAI.',
  });
});
