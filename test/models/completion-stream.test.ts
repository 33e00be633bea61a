import { expect, test } from 'vitest';
import { readCompletion } from '../../src/models/completion-stream.js';
import type { ModelChunk } from '../../src/models/model.js';
import { send } from '../../src/models/transport.js';
import { DONE, delta, event, type Reply, reply, serve, stream, text, USAGE } from './loopback.js';

/** What is read of a reply, and how it ended. */
async function read(answer: Reply, timeoutMs = 5000) {
  const server = await serve(answer);
  const response = await send(new URL(server.baseUrl), { method: 'POST', body: '{}' }, { timeoutMs });
  const chunks: ModelChunk[] = [];
  let error: { code: string; message: string } | undefined;
  try {
    for await (const batch of readCompletion(response, { host: 'h', secrets: ['geheim'] })) {
      expect(batch.length).toBeGreaterThan(0);
      chunks.push(...batch);
    }
  } catch (thrown) {
    const { code, message } = thrown as { code: string; message: string };
    error = { code, message };
  }
  return { chunks, error };
}

/** As one write, byte by byte, and each event in its own. */
const inAllWays = (...events: readonly string[]): readonly Reply[] => [
  stream(events.join('')),
  stream(...[...Buffer.from(events.join(''))].map((byte) => Buffer.of(byte))),
  stream(...events),
];

const NAMED = { model: 'gpt-5-mini-2025-08-07', responseId: 'chatcmpl-1' };
const REPORTED = {
  inputTokens: 9,
  outputTokens: 4,
  totalTokens: 13,
  cachedTokens: 5,
  reasoningTokens: 2,
  source: 'reported',
};
const bare = (choice: unknown) => event({ choices: [choice] });
const STOP = bare({ finish_reason: 'stop' });
const STOPPED = { finishReason: 'stop' };
const usage = (fields: unknown) => event({ choices: [], usage: fields });
const reported = (fields: object) => ({
  usage: { ...REPORTED, cachedTokens: null, reasoningTokens: null, ...fields },
});
const call = (id: string, name: string, text: string) => ({
  index: 0,
  id,
  function: { name, arguments: text },
});

test.each<[string, readonly string[], readonly ModelChunk[]]>([
  [
    'an answer',
    [
      event(delta({ role: 'assistant', content: '' })),
      text('1'),
      text(' + 2 日本', 'stop'),
      usage(USAGE),
      DONE,
    ],
    [NAMED, { text: '1' }, { text: ' + 2 日本' }, STOPPED, { usage: REPORTED }] as ModelChunk[],
  ],
  ['a finish reason without [DONE]', [bare({ delta: { content: 'a' } }), STOP], [{ text: 'a' }, STOPPED]],
  ['[DONE] without a finish reason', [bare({ delta: { content: 'a' } }), DONE], [{ text: 'a' }]],
  [
    'a completion',
    [bare({ text: 'a' }), bare({ text: '', finish_reason: 'length' }), DONE],
    [{ text: 'a' }, { finishReason: 'length' }],
  ],
  [
    'the last usage, not the sum',
    [usage({ ...USAGE, prompt_tokens: 1 }), STOP, usage(USAGE), DONE],
    [{ usage: { ...REPORTED, inputTokens: 1 } }, STOPPED, { usage: REPORTED }] as ModelChunk[],
  ],
  [
    'usage without details',
    [STOP, usage({ prompt_tokens: 9, completion_tokens: 4 }), DONE],
    [STOPPED, reported({})] as ModelChunk[],
  ],
  [
    'half of a usage',
    [STOP, usage({ prompt_tokens: 9, completion_tokens: null }), DONE],
    [STOPPED, reported({ outputTokens: null, totalTokens: null })] as ModelChunk[],
  ],
  [
    "DeepSeek's usage",
    [STOP, usage({ prompt_tokens: 9, completion_tokens: 4, prompt_cache_hit_tokens: 3 }), DONE],
    [STOPPED, reported({ cachedTokens: 3 })] as ModelChunk[],
  ],
  [
    'usage of nothing',
    [STOP, usage({ prompt_tokens: 0, completion_tokens: 0, total_tokens: 0 }), DONE],
    [STOPPED],
  ],
  ['usage that says nothing', [STOP, usage({}), usage(null), usage({ prompt_tokens: '9' }), DONE], [STOPPED]],
  ['names that come late', [event({ model: '', choices: [] }), text('a'), DONE], [NAMED, { text: 'a' }]],
  [
    'what is missing, null or unknown',
    [
      event({ choices: null }),
      event({ choices: [] }),
      event({ choices: [null] }),
      event({ ping: 1 }),
      'data: null\n\ndata: 7\n\n',
      bare({ delta: null }),
      bare({ delta: { content: null, tool_calls: null } }),
      bare({ delta: { content: 5, reasoning_content: 'hm' } }),
      event({ error: null, choices: [] }),
      DONE,
    ],
    [],
  ],
  [
    'text in parts',
    [
      bare({
        delta: {
          content: [
            { type: 'thinking', text: 'no' },
            { type: 'text', text: 'a' },
          ],
        },
      }),
      DONE,
    ],
    [{ text: 'a' }],
  ],
  ['a refusal', [bare({ delta: { content: null, refusal: 'I won’t.' } }), DONE], [{ text: 'I won’t.' }]],
  [
    'the first of several answers',
    [
      event({
        choices: [
          { index: 0, delta: { content: 'a' } },
          { index: 1, delta: { content: 'b' } },
        ],
      }),
      DONE,
    ],
    [{ text: 'a' }],
  ],
  [
    'tool calls',
    [
      bare({ delta: { tool_calls: [call('a', 'add', '')] } }),
      bare({ delta: { tool_calls: [{ index: 0, function: { arguments: '{"x":' } }] } }),
      bare({
        delta: { tool_calls: [{ index: 0, function: { arguments: '1}' } }] },
        finish_reason: 'tool_calls',
      }),
      DONE,
    ],
    [{ finishReason: 'tool_calls' }, { toolCalls: [{ id: 'a', name: 'add', arguments: '{"x":1}' }] }],
  ],
])('%s', async (_, events, chunks) => {
  for (const answer of inAllWays(...events)) {
    const { chunks: received, error } = await read(answer);
    expect({ chunks: nameApart(received), error }).toEqual({ chunks, error: undefined });
  }
});

/** Which chunk the names come with depends on what is read at once. */
function nameApart([first, ...rest]: readonly ModelChunk[]): readonly ModelChunk[] {
  if (first?.model === undefined) return first === undefined ? [] : [first, ...rest];
  const { model, responseId, ...more } = first;
  return [{ model, responseId } as ModelChunk, ...(Object.keys(more).length > 0 ? [more] : []), ...rest];
}

const whole = (choice: unknown) => ({ id: 'c1', model: 'm1', choices: [choice], usage: USAGE });
const FIRST = { model: 'm1', responseId: 'c1' };

test.each([
  [
    'a chat’s',
    reply(200, whole({ index: 0, message: { role: 'assistant', content: 'hi' }, finish_reason: 'stop' })),
    [{ ...FIRST, text: 'hi' }, STOPPED, { usage: REPORTED }],
  ],
  ['a completion’s', reply(200, whole({ text: 'hi' })), [{ ...FIRST, text: 'hi' }, { usage: REPORTED }]],
  [
    'as a stream’s type',
    stream(JSON.stringify(whole({ text: 'hi' }))),
    [{ ...FIRST, text: 'hi' }, { usage: REPORTED }],
  ],
  [
    'with tool calls',
    reply(200, whole({ message: { content: null, tool_calls: [call('a', 'f', '1'), call('b', 'g', '2')] } })),
    [
      { ...FIRST, usage: REPORTED },
      {
        toolCalls: [
          { id: 'a', name: 'f', arguments: '1' },
          { id: 'b', name: 'g', arguments: '2' },
        ],
      },
    ],
  ],
])('a whole answer in place of a stream: %s', async (_, answer, chunks) => {
  expect(await read(answer)).toEqual({ chunks, error: undefined });
});

test('a stream that says it is JSON', async () => {
  const answer = reply(200, `${text('a', 'stop')}${DONE}`, { 'content-type': 'application/json' });
  expect((await read(answer)).chunks).toEqual([{ ...NAMED, text: 'a' }, STOPPED]);
});

const nothing = (type: string, said = '') => ({
  code: 'invalid_response',
  message: `h answered 200 with no completion in it (${type})${said}`,
});

test.each<[string, Reply, readonly ModelChunk[], { code: string; message: string }]>([
  ['a page', reply(200, '<!doctype html><p>Hi', { 'content-type': 'text/html' }), [], nothing('text/html')],
  ['a text', reply(200, 'OK'), [], nothing('text/plain')],
  ['nothing', stream(), [], nothing('text/event-stream')],
  ['no type', (response) => response.end(), [], nothing('no content type')],
  ['only [DONE]', stream(DONE), [], nothing('text/event-stream')],
  ['a document of another kind', reply(200, { ok: true }), [], nothing('application/json', ': {"ok":true}')],
  ['a document without an answer', reply(200, { choices: [] }), [], nothing('application/json')],
  [
    'a document cut short',
    reply(200, '{"choices":[{"te'),
    [],
    { code: 'stream_cut', message: 'the answer ended in the middle of its JSON' },
  ],
  [
    'a stream without an end',
    stream(text('a')),
    [{ ...NAMED, text: 'a' }],
    { code: 'stream_cut', message: 'h broke off before the answer was whole' },
  ],
  [
    'a stream cut inside an event',
    stream(text('a'), text('b').slice(0, 20)),
    [{ ...NAMED, text: 'a' }],
    { code: 'stream_cut', message: 'h broke off before the answer was whole' },
  ],
  [
    'tool calls cut short, which are not given',
    stream(bare({ delta: { tool_calls: [call('a', 'f', '{')] } })),
    [],
    { code: 'stream_cut', message: 'h broke off before the answer was whole' },
  ],
  [
    'a connection that breaks',
    (response) => {
      response.writeHead(200);
      response.write(text('a'), () => response.socket?.destroy());
    },
    [{ ...NAMED, text: 'a' }],
    { code: 'stream_cut', message: 'h broke off before the answer was whole' },
  ],
  [
    'an error in the stream',
    stream(text('a'), event({ error: { message: 'no geheim left' } })),
    [{ ...NAMED, text: 'a' }],
    { code: 'server_error', message: 'h answered with an error: no *** left' },
  ],
  [
    'an error that is a chunk',
    stream(text('a'), event({ type: 'error', message: 'no geheim left', status: 503 }), DONE),
    [{ ...NAMED, text: 'a' }],
    { code: 'overloaded', message: 'h answered with an error: no *** left' },
  ],
  [
    'an error event that says nothing',
    stream('event: error\ndata:\n\n', text('a', 'stop')),
    [],
    { code: 'server_error', message: 'h answered with an error: it gave no reason' },
  ],
  [
    'an error event',
    stream('event: error\ndata: {"message":"oh","code":429}\n\n'),
    [],
    { code: 'rate_limited', message: 'h answered with an error: oh' },
  ],
  [
    'an error document',
    reply(200, { error: { message: 'oh' } }),
    [],
    { code: 'server_error', message: 'h answered with an error: oh' },
  ],
  [
    'an event that is no JSON',
    stream(text('a'), 'data: {oh\n\n'),
    [{ ...NAMED, text: 'a' }],
    { code: 'invalid_response', message: "event 2 of the stream isn't JSON" },
  ],
])('fails: %s', async (_, answer, chunks, error) => {
  expect(await read(answer)).toEqual({ chunks, error });
});

test.each<[string, Reply]>([
  [
    'a connection that breaks after the finish reason',
    (response) => {
      response.writeHead(200);
      response.write(text('a', 'stop'), () => response.socket?.destroy());
    },
  ],
  [
    'a server that never ends after it',
    (response) => {
      response.writeHead(200);
      response.write(text('a', 'stop'));
    },
  ],
  [
    'a server that never ends after [DONE]',
    (response) => {
      response.writeHead(200);
      response.write(`${text('a', 'stop')}${DONE}`);
    },
  ],
])('takes nothing from an answer that is whole: %s', async (_, answer) => {
  expect(await read(answer, 300)).toEqual({ chunks: [{ ...NAMED, text: 'a' }, STOPPED], error: undefined });
});
