import { expect, test } from 'vitest';
import { ChatOpenAI } from '../../src/models/chat-openai.js';
import { DONE, event, serve, stream, text, USAGE } from './loopback.js';

test('answers', async () => {
  const server = await serve(stream(text('1'), text(' + 2', 'stop'), event({ choices: [], usage: USAGE }), DONE));
  const model = new ChatOpenAI({ baseUrl: server.baseUrl, apiKey: 'sk-test-123456' });
  const result = await model.invoke('hi');
  console.log(result, server.received);
  expect(result.text).toBe('1 + 2');
});
