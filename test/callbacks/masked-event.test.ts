import { expect, it, test } from 'vitest';
import { maskEvent } from '../../src/callbacks/masked-event.js';
import { toErrorRecord } from '../../src/errors.js';
import { createRedactor } from '../../src/safety/redactor.js';
import { EVENT_SAMPLES } from './event-samples.js';

const redact = createRedactor();
const KEY = 'sk-abcdefgh';
const { customEvent, chatModelStart, chainStart, chainError, toolEnd, llmEnd, text } = EVENT_SAMPLES;

test.each<[what: string, data: unknown, masked: unknown]>([
  [
    'texts',
    { a: [`x ${KEY}`, { b: KEY }], c: 1, d: null, e: true },
    { a: ['x ***', { b: '***' }], c: 1, d: null, e: true },
  ],
  ['names', { [KEY]: 1, [`${KEY}x`]: 2, plain: 3 }, { '***': 1, '*** 2': 2, plain: 3 }],
  [
    'what stands under the name of a secret',
    {
      authorization: 'Basic x',
      'x-api-key': 'y',
      api_key: 'z',
      apiKey: 'z',
      token: 't',
      secret: 's',
      password: 'p',
      cookie: 'c',
    },
    {
      authorization: '***',
      'x-api-key': '***',
      api_key: '***',
      apiKey: '***',
      token: '***',
      secret: '***',
      password: '***',
      cookie: '***',
    },
  ],
  ['lists under such a name', { cookie: ['a=1', ['b=2']] }, { cookie: ['***', ['***']] }],
  [
    'no schema of a secret',
    { password: { type: 'string', title: 'p' } },
    { password: { type: 'string', title: 'p' } },
  ],
  [
    'nothing empty, no number',
    { token: '', secret: 7, apiKey: null },
    { token: '', secret: 7, apiKey: null },
  ],
  [
    'no counts of tokens',
    { tokens: 'a', maxTokens: 'b', inputTokens: 3 },
    { tokens: 'a', maxTokens: 'b', inputTokens: 3 },
  ],
  ['names that every object has', { constructor: 'a', toString: 'b' }, { constructor: 'a', toString: 'b' }],
  ['what makes itself JSON', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
  ['a text alone', KEY, '***'],
])('masks %s', (_, data, masked) => {
  expect(maskEvent({ ...customEvent, data }, redact)).toEqual({ ...customEvent, data: masked });
});

it('masks a name that sets a prototype as any other', () => {
  const data = JSON.parse(`{"__proto__":{"x":"${KEY}"}}`);
  expect(JSON.stringify(maskEvent({ ...customEvent, data }, redact).data)).toBe('{"__proto__":{"x":"***"}}');
});

test.each([
  ['{"password":"hunter2","tokens":"5"}', '{"password":"***","tokens":"5"}'],
  ['{"x": {"apiKey" : "a\\"b", "y": "z"}}', '{"x": {"apiKey" : "***", "y": "z"}}'],
  ['{"password":"hunt', '{"password":"***'],
  ['{"password":"hunt\\', '{"password":"***'],
  ['{"password":""}', '{"password":""}'],
  [`{"x":"${KEY}"}`, '{"x":"***"}'],
  ['no JSON', 'no JSON'],
])('masks in the JSON of tool calls and their outputs: %s', (given, masked) => {
  const toolCall = { id: '1', name: 'login', arguments: given };
  const message = { role: 'assistant', content: given, toolCalls: [toolCall] } as const;
  const event = maskEvent({ ...llmEnd, text: given, message, toolCalls: [toolCall] }, redact);
  expect([event.toolCalls[0]?.arguments, event.message.toolCalls?.[0]?.arguments]).toEqual([masked, masked]);
  expect([event.text, event.message.content]).toEqual([redact(given), redact(given)]);
  expect(maskEvent({ ...toolEnd, output: given }, redact).output).toBe(masked);
});

it('leaves out what is nested deeper than can be gone through', () => {
  let deep: unknown = KEY;
  for (let depth = 0; depth < 100_000; depth += 1) deep = [deep];
  expect(maskEvent({ ...customEvent, data: deep }, redact)).toEqual({
    ...customEvent,
    data: '(nested too deeply to be shown)',
  });
});

it('leaves what tells runs apart, and words of the format', () => {
  const everything = () => '***';
  expect(maskEvent(chatModelStart, everything)).toMatchObject({
    type: 'chatModelStart',
    runId: chatModelStart.runId,
    parentRunId: chatModelStart.parentRunId,
    name: '***',
    model: '***',
    messages: [
      { role: 'system', content: '***' },
      { role: 'user', content: '***', name: '***' },
      { role: 'assistant', content: '***', toolCalls: [{ id: '***', name: '***', arguments: '***' }] },
      { role: 'tool', content: '***', toolCallId: '***' },
    ],
  });
  expect(maskEvent(llmEnd, everything)).toMatchObject({ finishReason: 'stop', usage: llmEnd.usage });
  expect(maskEvent(text, everything)).toMatchObject({ kind: 'prompt', text: '***' });
});

it('leaves the thrown error behind', () => {
  const error = toErrorRecord(new Error(`wrong key ${KEY}`));
  const masked = maskEvent({ ...chainError, error }, redact);
  expect(masked.error).toEqual({ name: 'Error', code: 'internal', message: 'wrong key ***' });
  expect(masked.error.original).toBeUndefined();
});

it('keeps the order of fields', () => {
  expect(JSON.stringify(maskEvent(chainStart, redact))).toBe(JSON.stringify(chainStart));
});
