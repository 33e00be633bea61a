import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { EVENT_TYPES } from '../../src/events.js';
import { parseTraceLine, runOfTokenLine } from '../../src/trace/trace-line.js';
import { EVENT_SAMPLES } from '../callbacks/event-samples.js';

const parse = (text: string) => parseTraceLine(Buffer.from(text));
const sample = (type: keyof typeof EVENT_SAMPLES, more: object = {}) =>
  JSON.stringify(Object.assign({ type }, EVENT_SAMPLES[type], more));

it.each(EVENT_TYPES)('%s is an event', (type) => {
  expect(parse(sample(type))).toEqual({ kind: 'event', event: JSON.parse(sample(type)) });
});

it.each<[string, string, object]>([
  ['a field that a later version adds', sample('text', { later: 1 }), { kind: 'event' }],
  ['a byte order mark', `\ufeff${sample('text')}`, { kind: 'event' }],
  ['a carriage return', `${sample('text')}\r`, { kind: 'event' }],
  [
    'a record of logger',
    '{"type":"log","time":1,"level":"info","runId":null,"message":"x"}',
    { kind: 'log' },
  ],
  ['a type of a later version', sample('text', { type: 'evalEnd' }), { kind: 'unknown', type: 'evalEnd' }],
  ['the start of a run of a later version', sample('llmStart', { schema: 2 }), { kind: 'later', schema: 2 }],
  ['half a line', sample('llmEnd').slice(0, 60), { kind: 'damaged', why: 'it is cut short' }],
  ['hardly anything of a line', '{"type":"chat', { kind: 'damaged', why: 'it is cut short' }],
  ['the beginning of any JSON', '{', { kind: 'foreign' }],
  ['half a record of logger', '{"type":"log","time":1,"le', { kind: 'damaged', why: 'it is cut short' }],
  ['two lines in one', sample('text') + sample('text'), { kind: 'damaged', why: 'it is cut short' }],
  [
    'a field that is missing',
    '{"type":"text","runId":"a"}',
    { kind: 'damaged', why: "it must have required property 'parentRunId'" },
  ],
  [
    'a field of another kind',
    sample('llmEnd', { usage: 7 }),
    { kind: 'damaged', why: 'usage must be object' },
  ],
  [
    'a message without a role',
    sample('llmEnd', { message: { content: '' } }),
    { kind: 'damaged', why: "message must have required property 'role'" },
  ],
  ['text', 'Listening on port 80', { kind: 'foreign' }],
  ['a line of a text log', '2026-11-21 13:02:48.123 | INFO     | [1a2b3c4d] chainStart', { kind: 'text' }],
  ['another program’s JSON', '{"level":30,"msg":"x"}', { kind: 'foreign' }],
  ['another program’s JSON with a type', '{"type":"request","time":1}', { kind: 'foreign' }],
  [
    'a type that is every object’s',
    '{"type":"constructor","runId":"a","time":1}',
    { kind: 'unknown', type: 'constructor' },
  ],
  ['a list', '[1]', { kind: 'foreign' }],
  ['a number', '7', { kind: 'foreign' }],
  ['null', 'null', { kind: 'foreign' }],
  ['nothing', '', { kind: 'blank' }],
  ['blanks', ' \t', { kind: 'blank' }],
  ['what a crash of the machine leaves', '\0\0\0\0', { kind: 'foreign' }],
])('tells what %s is', (_, text, expected) => {
  expect(parse(text)).toMatchObject(expected);
});

describe('whatever the bytes', () => {
  it('never throws', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
        expect(parseTraceLine(Buffer.from(bytes))).toHaveProperty('kind');
      }),
    );
  });

  it('takes any JSON in place of a field for an event or for damage', () => {
    fc.assert(
      fc.property(fc.constantFrom(...EVENT_TYPES), fc.nat(30), fc.jsonValue(), (type, at, value) => {
        const fields = Object.keys(EVENT_SAMPLES[type]);
        const field = fields[at % fields.length]!;
        const { kind } = parse(sample(type, { [field]: value }));
        expect(['event', 'damaged', 'foreign', 'log', 'unknown']).toContain(kind);
      }),
    );
  });
});

it('knows a token’s run by the first bytes, and that something else is none', () => {
  const token = EVENT_SAMPLES.llmNewToken;
  expect(runOfTokenLine(Buffer.from(sample('llmNewToken')))).toBe(token.runId);
  expect(runOfTokenLine(Buffer.from(sample('llmNewToken', { runId: 'short' })))).toBeNull();
  expect(runOfTokenLine(Buffer.from(sample('llmEnd')))).toBeNull();
  expect(runOfTokenLine(Buffer.from('{"type"'))).toBeNull();
});
