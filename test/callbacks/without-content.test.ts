import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { describe, expect, it } from 'vitest';
import type { WholeEvent } from '../../src/callbacks/masked-event.js';
import { withoutContent } from '../../src/callbacks/without-content.js';
import { EVENT_TYPES, type EventType } from '../../src/events.js';
import { EVENT_SAMPLES } from './event-samples.js';

const schema = JSON.parse(readFileSync(new URL('../../schemas/event.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

/** What every event keeps. */
const FRAME = ['type', 'runId', 'parentRunId', 'name', 'time', 'durationMs'];
/** And what is kept of each. */
const KEPT: Readonly<Record<Exclude<EventType, 'llmNewToken' | 'text'>, readonly string[]>> = {
  chainStart: [],
  chainEnd: ['usage'],
  chainError: ['usage'],
  llmStart: ['model', 'provider'],
  chatModelStart: ['model', 'provider'],
  llmEnd: ['finishReason', 'usage', 'cost', 'model', 'responseId', 'firstTokenMs'],
  llmError: ['model', 'usage', 'cost'],
  retry: ['attempt', 'delayMs'],
  toolStart: ['toolCallId'],
  toolEnd: [],
  toolError: [],
  agentAction: ['tool'],
  agentFinish: [],
  retrieverStart: [],
  retrieverEnd: [],
  retrieverError: [],
  customEvent: ['eventName'],
};

const types = EVENT_TYPES.filter((type) => type !== 'llmNewToken');

describe.each(types.filter((type) => type !== 'text'))('%s', (type) => {
  const event = EVENT_SAMPLES[type] as WholeEvent;
  const stripped = withoutContent(event) as unknown as Readonly<Record<string, unknown>>;

  it('is still valid', () => {
    expect(validate(JSON.parse(JSON.stringify(stripped))), JSON.stringify(validate.errors)).toBe(true);
  });

  it('keeps what counts, and nothing else', () => {
    const kept = new Set([...FRAME, ...KEPT[type]]);
    for (const [field, value] of Object.entries(stripped)) {
      if (kept.has(field)) expect([field, value]).toEqual([field, event[field as keyof WholeEvent]]);
      else if (field === 'error')
        expect(value).toEqual({ name: 'ChainError', code: 'server_error', message: '' });
      else if (field === 'message') expect(value).toEqual({ role: 'assistant', content: '' });
      else expect([null, '', '[]', '{}'], field).toContain(value && JSON.stringify(value));
    }
  });
});

it('of a text nothing is left', () => {
  expect(withoutContent(EVENT_SAMPLES.text)).toBeNull();
});

it('of metadata template, conversation and turn are left, where they are no more than names and numbers', () => {
  const { chainStart } = EVENT_SAMPLES;
  const metadata = { template: 'letter.txt', conversation: 'c1', turn: 3, user: 'Ann' };
  expect(withoutContent({ ...chainStart, metadata })).toMatchObject({
    tags: [],
    metadata: { template: 'letter.txt', conversation: 'c1', turn: 3 },
  });
  const odd = { template: { text: 'Dear Ann' }, turn: ['x'] };
  expect((withoutContent({ ...chainStart, metadata: odd }) as typeof chainStart).metadata).toEqual({});
});
