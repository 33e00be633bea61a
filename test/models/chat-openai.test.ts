import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChatOpenAI, type ChatOpenAIFields } from '../../src/models/chat-openai.js';
import type { ModelChunk } from '../../src/models/model.js';
import {
  DONE,
  event,
  type Loopback,
  Recorder,
  type Reply,
  reply,
  serve,
  stream,
  text,
  USAGE,
} from './loopback.js';

const KEY = 'sk-test-0123456789';
const ANSWER = stream(text('1'), text(' + 2', 'stop'), event({ choices: [], usage: USAGE }), DONE);

beforeEach(() => {
  for (const name of ['API_KEY', 'BASE_URL', 'ORG_ID', 'PROJECT_ID', 'ADMIN_KEY', 'CUSTOM_HEADERS', 'LOG']) {
    vi.stubEnv(`OPENAI_${name}`, '');
  }
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'OLLAMA_HOST']) {
    vi.stubEnv(name, '');
    vi.stubEnv(name.toLowerCase(), '');
  }
});

afterEach(() => {
  vi.unstubAllEnvs();
});

/** A model that is answered so, one request after the other, and what its runs tell. */
async function setUp(replies: readonly Reply[], fields: ChatOpenAIFields = {}) {
  const server = await serve(...replies);
  const recorder = new Recorder();
  const model = new ChatOpenAI({ baseUrl: server.baseUrl, apiKey: KEY, callbacks: [recorder], ...fields });
  return { server, recorder, model };
}

const retries = (recorder: Recorder) =>
  recorder.of('retry').map(({ attempt, delayMs, reason }) => ({ attempt, delayMs, reason }));

/** Soon enough for a test. */
const SOON = { 'retry-after-ms': '1' };

test('an answer, its usage, and what was asked', async () => {
  const { server, recorder, model } = await setUp([ANSWER], { temperature: 0, maxTokens: 5 });
  expect(await model.invoke('1 + 1 + 1?')).toMatchObject({
    text: '1 + 2',
    message: { role: 'assistant', content: '1 + 2' },
    toolCalls: [],
    finishReason: 'stop',
    usage: {
      inputTokens: 9,
      outputTokens: 4,
      totalTokens: 13,
      cachedTokens: 5,
      reasoningTokens: 2,
      source: 'reported',
    },
    model: 'gpt-5-mini-2025-08-07',
    responseId: 'chatcmpl-1',
  });
  expect(recorder.types()).toEqual(['chatModelStart', 'llmNewToken', 'llmNewToken', 'llmEnd']);
  expect(recorder.events[0]).toMatchObject({ name: 'ChatOpenAI', model: 'gpt-5-mini', provider: 'openai' });
  expect(server.received).toMatchObject([
    {
      method: 'POST',
      path: '/v1/chat/completions',
      headers: {
        authorization: `Bearer ${KEY}`,
        'content-type': 'application/json',
        'user-agent': 'promptchain',
      },
      body: {
        model: 'gpt-5-mini',
        messages: [{ role: 'user', content: '1 + 1 + 1?' }],
        stream: true,
        stream_options: { include_usage: true },
        temperature: 0,
        max_tokens: 5,
      },
    },
  ]);
});

test('a request that is not streamed', async () => {
  const whole = {
    model: 'm',
    choices: [{ message: { content: 'hi' }, finish_reason: 'stop' }],
    usage: USAGE,
  };
  const { server, recorder, model } = await setUp([reply(200, whole)], { streaming: false });
  expect((await model.invoke('x')).text).toBe('hi');
  expect(Object.keys(server.received[0]!.body)).toEqual(['model', 'messages']);
  expect(recorder.types()).toEqual(['chatModelStart', 'llmEnd']);
});

test('tokens come while the server is still busy', async () => {
  let more = () => {};
  const { model } = await setUp([
    async (response) => {
      response.writeHead(200).write(text('one'));
      await new Promise<void>((resolve) => {
        more = resolve;
      });
      response.end(text('two', 'stop'));
    },
  ]);
  const chunks: ModelChunk[] = [];
  for await (const chunk of model.stream('x')) {
    chunks.push(chunk);
    if (chunk.text === 'one') more();
  }
  expect(chunks.map(({ text }) => text)).toEqual(['one', 'two', undefined]);
});

test('one client, one connection, for many requests', async () => {
  const { server, model } = await setUp([ANSWER]);
  for (let request = 0; request < 3; request++) await model.invoke('x');
  expect(new Set(server.received.map(({ port }) => port)).size).toBe(1);
});

test('many requests on one signal leave no listener on it, nor a warning', async () => {
  const warnings: Error[] = [];
  const warn = (warning: Error) => warnings.push(warning);
  process.on('warning', warn);
  const { model } = await setUp([ANSWER]);
  const { signal } = new AbortController();
  const add = vi.spyOn(signal, 'addEventListener');
  const remove = vi.spyOn(signal, 'removeEventListener');
  await Promise.all(Array.from({ length: 12 }, () => model.invoke('x', { signal })));
  await new Promise((resolve) => setImmediate(resolve));
  process.off('warning', warn);
  expect(add.mock.calls.length).toBeGreaterThanOrEqual(12);
  for (const [type, listener] of add.mock.calls) expect(remove).toHaveBeenCalledWith(type, listener);
  expect(warnings).toEqual([]);
});

test('failures that may pass are tried again, and told', async () => {
  const { server, recorder, model } = await setUp([
    reply(429, { error: { message: 'slow down' } }, SOON),
    reply(503, 'busy', SOON),
    ANSWER,
  ]);
  expect((await model.invoke('x')).text).toBe('1 + 2');
  expect(retries(recorder)).toEqual([
    { attempt: 1, delayMs: 1, reason: `${server.host} answered 429: slow down` },
    { attempt: 2, delayMs: 1, reason: `${server.host} answered 503: busy` },
  ]);
  expect(recorder.types()).toEqual([
    'chatModelStart',
    'retry',
    'retry',
    'llmNewToken',
    'llmNewToken',
    'llmEnd',
  ]);
});

const ROLE = event({ model: 'm', choices: [{ delta: { role: 'assistant' } }] });

test.each<[string, Reply]>([
  ['a connection that breaks', (response) => response.socket?.destroy()],
  [
    'one that breaks before any text',
    (response) => void response.writeHead(200).write(ROLE, () => response.socket?.destroy()),
  ],
  ['a server that is silent', () => {}],
  ['one that is silent after its first words', (response) => void response.writeHead(200).write(ROLE)],
  ['an overload told in the stream', stream(event({ error: { code: 503, message: 'busy' } }))],
])('also tried again: %s', async (_, failing) => {
  const { server, recorder, model } = await setUp([failing, ANSWER], { timeoutMs: 500, maxRetries: 1 });
  expect((await model.invoke('x')).text).toBe('1 + 2');
  expect(retries(recorder).length).toBe(1);
  expect(server.received.length).toBe(2);
});

test.each<[string, Reply, string, string]>([
  ['text that has come', stream(text('one')), 'stream_cut', 'HOST broke off before the answer was whole'],
  ['a bad request', reply(400, { error: { message: 'no' } }), 'bad_request', 'HOST answered 400: no'],
  [
    'no more credit',
    reply(429, { error: { code: 'insufficient_quota', message: 'pay' } }),
    'insufficient_quota',
    'HOST answered 429: pay',
  ],
  [
    'x-should-retry: false',
    reply(500, 'no', { 'x-should-retry': 'false' }),
    'server_error',
    'HOST answered 500: no',
  ],
  [
    'a page',
    reply(200, '<p>', { 'content-type': 'text/html' }),
    'invalid_response',
    'HOST answered 200 with no completion in it (text/html)',
  ],
])('never tried again: %s', async (_, failing, code, message) => {
  const { server, recorder, model } = await setUp([failing]);
  await expect(model.invoke('x')).rejects.toMatchObject({
    code,
    message: message.replace('HOST', server.host),
  });
  expect(server.received.length).toBe(1);
  expect(recorder.of('llmError').length).toBe(1);
});

test('a wait of more than 60 s is not waited, but told', async () => {
  const { server, recorder, model } = await setUp([
    reply(429, { error: { message: 'full' } }, { 'retry-after': '61' }),
  ]);
  await expect(model.invoke('x')).rejects.toMatchObject({
    code: 'rate_limited',
    message: expect.stringMatching(`^${server.host} answered 429: full; come back in 61 s \\(.*Z\\)$`),
  });
  expect(retries(recorder)).toEqual([]);
});

test('an abort ends the wait before a retry', async () => {
  const controller = new AbortController();
  const { model } = await setUp([reply(500, 'no', { 'retry-after': '50' })], {
    callbacks: [{ onRetry: () => void setImmediate(() => controller.abort()) }],
  });
  await expect(model.invoke('x', { signal: controller.signal })).rejects.toMatchObject({ code: 'aborted' });
});

test('an abort in the middle closes the connection and keeps what had come', async () => {
  const controller = new AbortController();
  const { server, recorder, model } = await setUp(
    [(response) => void response.writeHead(200).write(text('one'))],
    {
      callbacks: [{ onLLMNewToken: () => controller.abort() }],
    },
  );
  await expect(model.invoke('x', { signal: controller.signal, callbacks: [recorder] })).rejects.toMatchObject(
    { code: 'aborted' },
  );
  await server.left;
  expect(recorder.of('llmError')).toMatchObject([{ text: 'one', error: { code: 'aborted' } }]);
});

test('leaving the stream closes the connection, and what had come is counted', async () => {
  const { server, recorder, model } = await setUp([
    (response) => void response.writeHead(200).write(text('one')),
  ]);
  for await (const _ of model.stream('x', { callbacks: [recorder] })) break;
  await server.left;
  expect(recorder.of('llmError')).toMatchObject([
    { text: 'one', usage: { inputTokens: 8, outputTokens: 1, source: 'estimated' } },
  ]);
});

test('a server that is silent after its text', async () => {
  const { server, model } = await setUp([(response) => void response.writeHead(200).write(text('one'))], {
    timeoutMs: 100,
  });
  await expect(model.invoke('x')).rejects.toMatchObject({
    code: 'timeout',
    message: `nothing more came from ${server.host} for 0.1 s`,
  });
});

const rejects = (message: string, status = 400) => reply(status, { error: { message } });

test('a server that names a field is asked in another way, and from then on so', async () => {
  const { server, recorder, model } = await setUp(
    [
      rejects('unknown field stream_options'),
      rejects("'max_tokens' is not supported, use 'max_completion_tokens'", 422),
      ANSWER,
    ],
    { maxTokens: 5, maxRetries: 0 },
  );
  await model.invoke('x');
  await model.invoke('x');
  const told = server.received.map(({ body }) =>
    ['stream_options', 'max_tokens', 'max_completion_tokens'].filter((field) => field in body),
  );
  expect(told).toEqual([
    ['stream_options', 'max_tokens'],
    ['max_tokens'],
    ['max_completion_tokens'],
    ['max_completion_tokens'],
  ]);
  expect(retries(recorder)).toEqual([
    { attempt: 1, delayMs: 0, reason: `${server.host} doesn't take stream_options: asked again without it` },
    {
      attempt: 2,
      delayMs: 0,
      reason: `${server.host} doesn't take max_tokens: asked again with max_completion_tokens`,
    },
  ]);
});

test('asked in the other way only once, and not for good where that did not help', async () => {
  const { server, model } = await setUp(
    [rejects('max_tokens is too large'), rejects('max_completion_tokens is too large')],
    { maxTokens: 5 },
  );
  await expect(model.invoke('x')).rejects.toMatchObject({
    code: 'bad_request',
    message: `${server.host} answered 400: max_completion_tokens is too large`,
  });
  await expect(model.invoke('x')).rejects.toMatchObject({ code: 'bad_request' });
  expect(server.received.map(({ body }) => 'max_tokens' in body)).toEqual([true, false, true]);
});

const LIST = { data: [{ id: 'llama3' }, { id: 'gpt-5' }] };

test('a model that the server has not is answered with those that it has', async () => {
  const { server, model } = await setUp([rejects('no gpt-6', 404), reply(200, LIST)], { model: 'gpt-6' });
  await expect(model.invoke('x')).rejects.toMatchObject({
    code: 'not_found',
    message: `${server.host} answered 404: no gpt-6`,
    hint: 'Its models: gpt-5, llama3.',
  });
  expect(server.received[1]).toMatchObject({
    method: 'GET',
    path: '/v1/models',
    headers: { authorization: `Bearer ${KEY}` },
  });
});

test('a wrong base URL', async () => {
  const { model } = await setUp([reply(404, 'nothing here')]);
  await expect(model.invoke('x')).rejects.toMatchObject({
    code: 'not_found',
    hint: 'Is the base URL right? It is what stands before /chat/completions, often ending in /v1.',
  });
});

test('a key that the server repeats is never shown', async () => {
  const other = 'secret-of-a-gateway';
  const echo: Reply = (response, { headers }) =>
    response.writeHead(401).end(
      JSON.stringify({
        error: { message: `bad ${headers.authorization} ${headers['x-api-key']} sk-proj-abc***xyz` },
      }),
    );
  const { server, recorder, model } = await setUp([echo], { headers: { 'X-Api-Key': other } });
  const error = await model.invoke('x').catch((thrown) => thrown);
  expect(error).toMatchObject({
    code: 'authentication',
    message: `${server.host} answered 401: bad Bearer *** *** ***`,
    hint: 'Is the API key the right one for this server?',
  });
  const { inspect } = await import('node:util');
  const all = `${inspect(error, { depth: 9, showHidden: true })} ${JSON.stringify(recorder.events)}`;
  expect(all).not.toContain(KEY);
  expect(all).not.toContain(other);
});

test.each([
  [
    'a line break in it',
    { apiKey: 'abc\ndef-0123' },
    'authentication',
    'the API key holds a character that no key has',
  ],
  [
    'a header that is none',
    { headers: { 'x-token': 'geheim\n12345' } },
    'invalid_argument',
    "the request can't be sent: ",
  ],
  [
    'a base URL that is none',
    { baseUrl: 'localhost/v1' },
    'invalid_argument',
    "the base URL isn't a URL: localhost/v1",
  ],
  [
    'a base URL of another kind',
    { baseUrl: 'ftp://x/v1' },
    'invalid_argument',
    "ftp:// isn't an address of a server",
  ],
])('what cannot be sent is not: %s', async (_, fields, code, message) => {
  const { recorder, model } = await setUp([ANSWER], fields);
  const error = await model.invoke('x').catch((thrown) => thrown);
  expect(error).toMatchObject({ code, message: expect.stringContaining(message) });
  expect(error.message).not.toMatch(/abc|geheim/);
  expect(retries(recorder)).toEqual([]);
});

test('no key and no base URL: told when it is asked, not before', async () => {
  await expect(new ChatOpenAI().invoke('x')).rejects.toMatchObject({
    code: 'no_model',
    message: "gpt-5-mini can't be asked: OPENAI_API_KEY is not set",
    hint: expect.stringContaining('OPENAI_BASE_URL'),
  });
  await expect(new ChatOpenAI({ model: 'groq:m' }).invoke('x')).rejects.toMatchObject({
    code: 'no_model',
    message: "m can't be asked: GROQ_API_KEY is not set",
  });
});

test('a base URL needs no key, and none is sent', async () => {
  const server = await serve(ANSWER);
  vi.stubEnv('OPENAI_BASE_URL', `${server.baseUrl}/`);
  const { text } = await new ChatOpenAI().invoke('x');
  expect(text).toBe('1 + 2');
  expect(server.received[0]?.path).toBe('/v1/chat/completions');
  expect(server.received[0]?.headers.authorization).toBe(undefined);
});

test.each(['?api-version=2024-10-21&a=b%20c', '/?api-version=2024-10-21&a=b%20c'])(
  'a base URL keeps its query: %s',
  async (query) => {
    const server = await serve(ANSWER);
    await new ChatOpenAI({ baseUrl: `${server.baseUrl}${query}` }).invoke('x');
    expect(server.received[0]?.path).toBe('/v1/chat/completions?api-version=2024-10-21&a=b%20c');
  },
);

test.each(['localhost:8911', '127.0.0.1:8911/v1'])('a base URL without a protocol: %s', async (baseUrl) => {
  await expect(new ChatOpenAI({ baseUrl }).invoke('x')).rejects.toMatchObject({
    code: 'invalid_argument',
    message: `the base URL isn't a URL: ${baseUrl}`,
    hint: `Did you mean http://${baseUrl}?`,
  });
});

/** The headers that say who asks. */
async function whoAsks(fields: (server: Loopback) => ChatOpenAIFields): Promise<unknown> {
  const server = await serve(ANSWER);
  await new ChatOpenAI(fields(server)).invoke('x');
  const {
    authorization,
    'openai-organization': org,
    'openai-project': project,
    'x-custom': custom,
  } = server.received[0]!.headers;
  return { authorization, org, project, custom };
}

test('the environment says who asks OpenAI, and nobody else', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'key-from-env');
  vi.stubEnv('OPENAI_ORG_ID', 'org');
  vi.stubEnv('OPENAI_PROJECT_ID', 'project');
  vi.stubEnv('OPENAI_ADMIN_KEY', 'admin');
  vi.stubEnv('OPENAI_CUSTOM_HEADERS', 'x-custom: leaked');
  expect(await whoAsks(({ baseUrl }) => ({ baseUrl }))).toEqual({
    authorization: 'Bearer key-from-env',
    org: 'org',
    project: 'project',
  });
  expect(
    await whoAsks(({ baseUrl }) => ({ baseUrl, organization: 'o2', project: 'p2', apiKey: 'k2' })),
  ).toEqual({
    authorization: 'Bearer k2',
    org: 'o2',
    project: 'p2',
  });
  const others = ({ baseUrl }: Loopback) => ({ providers: { mine: { baseUrl } }, model: 'mine:m' });
  expect(await whoAsks(others)).toEqual({});
});

test('headers of one’s own win', async () => {
  expect(
    await whoAsks(({ baseUrl }) => ({ baseUrl, headers: { Authorization: 'Basic abc', 'x-custom': '1' } })),
  ).toEqual({
    authorization: 'Basic abc',
    custom: '1',
  });
});

test('a provider by prefix, by name, and by address', async () => {
  const server = await serve(ANSWER);
  const { port } = new URL(server.baseUrl);
  vi.stubEnv('OLLAMA_HOST', `127.0.0.1:${port}`);
  const byPrefix = new ChatOpenAI({ model: 'ollama:llama3.2:3b' });
  expect(byPrefix).toMatchObject({ provider: 'ollama', model: 'llama3.2:3b' });
  await byPrefix.invoke('x');
  expect(server.received[0]?.body.model).toBe('llama3.2:3b');
  expect(new ChatOpenAI({ provider: 'ollama', model: 'groq:x' })).toMatchObject({
    provider: 'ollama',
    model: 'groq:x',
  });
  expect(new ChatOpenAI({ provider: 'acme', model: 'groq:x' })).toMatchObject({
    provider: 'acme',
    model: 'groq:x',
  });
  expect(new ChatOpenAI({ baseUrl: 'https://api.groq.com/openai/v1' }).provider).toBe('groq');
  expect(new ChatOpenAI({ model: 'ft:gpt-4o:acme' })).toMatchObject({
    provider: 'openai',
    model: 'ft:gpt-4o:acme',
  });
});

test('nothing listens where Ollama should', async () => {
  vi.stubEnv('OLLAMA_HOST', '127.0.0.1:1');
  await expect(new ChatOpenAI({ model: 'ollama:m', maxRetries: 0 }).invoke('x')).rejects.toMatchObject({
    code: 'connection_failed',
    message: 'nothing listens at 127.0.0.1:1 (ECONNREFUSED)',
    hint: "Ollama isn't running there: start it with `ollama serve`.",
  });
});

test('the package prints nothing, whatever its own variables say', async () => {
  vi.stubEnv('OPENAI_LOG', 'debug');
  const printed = ['debug', 'info', 'log', 'warn'].map((method) =>
    vi.spyOn(console, method as 'log').mockImplementation(() => {}),
  );
  const { model } = await setUp([ANSWER]);
  await model.invoke('x');
  for (const spy of printed) {
    expect(spy).not.toHaveBeenCalled();
    spy.mockRestore();
  }
});
