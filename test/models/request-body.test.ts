import { expect, test } from 'vitest';
import type { Message, ModelParams, ToolDefinition } from '../../src/messages.js';
import type { ModelRequest } from '../../src/models/model.js';
import { adaptBody, chatBody, completionBody, findAdaptation } from '../../src/models/request-body.js';

const HERE = 'http://127.0.0.1:1/v1';
const STREAMED = { stream: true, stream_options: { include_usage: true } };

function request(fields: Partial<ModelRequest> = {}): ModelRequest {
  return {
    messages: [],
    prompt: 'once',
    params: {},
    tools: [],
    streaming: true,
    signal: undefined,
    onRetry: () => {},
    ...fields,
  };
}

/** As it is sent. */
const sent = (body: unknown) => JSON.parse(JSON.stringify(body));

test.each<[string, Message, unknown]>([
  ['the user', { role: 'user', content: 'hi' }, { role: 'user', content: 'hi' }],
  ['a name', { role: 'user', content: 'hi', name: 'Ann' }, { role: 'user', content: 'hi', name: 'Ann' }],
  [
    'a tool’s answer',
    { role: 'tool', content: '3', toolCallId: 'a' },
    { role: 'tool', content: '3', tool_call_id: 'a' },
  ],
  [
    'an assistant that only calls tools',
    { role: 'assistant', content: '', toolCalls: [{ id: 'a', name: 'add', arguments: '{"x":1}' }] },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'a', type: 'function', function: { name: 'add', arguments: '{"x":1}' } }],
    },
  ],
  [
    'an assistant that says something and calls none',
    { role: 'assistant', content: '', toolCalls: [] },
    { role: 'assistant', content: '' },
  ],
])('%s', (_, message, wire) => {
  expect(sent(chatBody('m', HERE, request({ messages: [message] }))).messages).toEqual([wire]);
});

const schema = { type: 'object' };

test.each<[string, ModelParams, unknown]>([
  ['nothing', {}, {}],
  [
    'numbers',
    { temperature: 0, topP: 0.5, maxTokens: 7, seed: 0 },
    { temperature: 0, top_p: 0.5, max_tokens: 7, seed: 0 },
  ],
  ['stop', { stop: ['a', 'b'] }, { stop: ['a', 'b'] }],
  ['effort', { reasoningEffort: 'low' }, { reasoning_effort: 'low' }],
  ['JSON', { responseFormat: { type: 'json_object' } }, { response_format: { type: 'json_object' } }],
  [
    'a schema without a name',
    { responseFormat: { type: 'json_schema', schema } },
    { response_format: { type: 'json_schema', json_schema: { name: 'answer', schema } } },
  ],
  [
    'a schema with one',
    { responseFormat: { type: 'json_schema', name: 'pet', schema } },
    { response_format: { type: 'json_schema', json_schema: { name: 'pet', schema } } },
  ],
  [
    'what else is wanted, last',
    { temperature: 1, extraBody: { temperature: 2, n: 3 } },
    { temperature: 2, n: 3 },
  ],
])('parameters: %s', (_, params, wire) => {
  expect(sent(chatBody('m', HERE, request({ params })))).toEqual({
    model: 'm',
    messages: [],
    ...STREAMED,
    ...(wire as object),
  });
});

test.each([
  ['https://api.openai.com/v1', 'max_completion_tokens'],
  ['https://eu.api.openai.com/v1', 'max_completion_tokens'],
  ['https://mine.openai.azure.com/openai/v1', 'max_completion_tokens'],
  ['https://api.openai.com.example.org/v1', 'max_tokens'],
  ['https://notapi.openai.com/v1', 'max_tokens'],
  ['https://api.groq.com/openai/v1', 'max_tokens'],
])('%s takes %s', (baseUrl, field) => {
  expect(sent(chatBody('m', baseUrl, request({ params: { maxTokens: 7 } })))[field]).toBe(7);
});

test('tools', () => {
  const add: ToolDefinition = { name: 'add', description: 'adds', parameters: schema };
  const { tools } = sent(chatBody('m', HERE, request({ tools: [add] })));
  expect(tools).toEqual([
    { type: 'function', function: { name: 'add', description: 'adds', parameters: schema } },
  ]);
  expect(() => completionBody('m', request({ tools: [add] }))).toThrow("m can't call tools");
});

test('a request that is not streamed says nothing of streams', () => {
  expect(sent(chatBody('m', HERE, request({ streaming: false })))).toEqual({ model: 'm', messages: [] });
});

test('a completion has a prompt, and 256 tokens where nothing is said', () => {
  const body = { model: 'm', prompt: 'once', ...STREAMED, max_tokens: 256 };
  expect(sent(completionBody('m', request()))).toEqual(body);
  expect(sent(completionBody('m', request({ params: { maxTokens: 3 } })))).toEqual({
    ...body,
    max_tokens: 3,
  });
});

const WITHOUT_OPTIONS = { field: 'stream_options' };
const OLD = { field: 'max_completion_tokens', instead: 'max_tokens' };
const NEW = { field: 'max_tokens', instead: 'max_completion_tokens' };

test.each([
  ['Unknown field stream_options.include_usage', { stream_options: {} }, [], WITHOUT_OPTIONS, {}],
  ["Use 'max_completion_tokens', not 'max_tokens'", { max_tokens: 1 }, [], NEW, { max_completion_tokens: 1 }],
  ["Use 'max_tokens', not 'max_completion_tokens'", { max_completion_tokens: 1 }, [], OLD, { max_tokens: 1 }],
  ['max_tokens again', { max_tokens: 1 }, [OLD], undefined, undefined],
  ['stream_options, which were not sent', {}, [], undefined, undefined],
  ['my_stream_options_too', { stream_options: {} }, [], undefined, undefined],
  ['nothing of the kind', { stream_options: {} }, [], undefined, undefined],
])('%s', (detail, body, made, expected, adapted) => {
  const found = findAdaptation(body, detail, made);
  expect(found).toEqual(expected);
  if (found !== undefined) expect(adaptBody(body, found)).toEqual(adapted);
});
