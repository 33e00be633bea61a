import { describe, expect, it, test } from 'vitest';
import { EventRedactor, type RedactionOptions } from '../../src/callbacks/event-redactor.js';
import { type ChainEvent, EVENT_TYPES } from '../../src/events.js';
import { createRedactor } from '../../src/safety/redactor.js';
import { EVENT_SAMPLES } from './event-samples.js';

const all: readonly ChainEvent[] = EVENT_TYPES.map((type) => EVENT_SAMPLES[type]);
const { llmNewToken, llmEnd, llmError, text, chainEnd, retry } = EVENT_SAMPLES;

const redact = createRedactor();

function passedOf(
  events: readonly ChainEvent[],
  options: RedactionOptions = { redact },
): readonly ChainEvent[] {
  const passed: ChainEvent[] = [];
  const redactor = new EventRedactor(options, (event) => void passed.push(event));
  for (const event of events) redactor.take(event);
  redactor.close();
  return passed;
}

function token(runId: string, index: number, said: string): ChainEvent {
  return { ...llmNewToken, runId, index, token: said };
}

/** `run index:token`, or the type of another event. */
function brief(event: ChainEvent): string {
  return event.type === 'llmNewToken' ? `${event.runId} ${event.index}:${event.token}` : event.type;
}

it('passes on what holds no secret as it came', () => {
  expect(passedOf(all)).toEqual(all);
  expect(passedOf([llmNewToken])[0]).toBe(llmNewToken);
});

it('without anything to mask passes on the very events', () => {
  const passed = passedOf(all, {});
  expect(passed.every((event, index) => event === all[index])).toBe(true);
});

it('changes no event that it was given', () => {
  const event = Object.freeze({ ...text, text: 'sk-abcdefgh' });
  expect(passedOf([event])).toEqual([{ ...text, text: '***' }]);
  expect(event.text).toBe('sk-abcdefgh');
});

describe('tokens', () => {
  it('of runs that go on side by side are texts of their own', () => {
    const events = [
      token('a', 0, 'sk-abc'),
      token('b', 0, 'def'),
      token('a', 1, 'def '),
      token('b', 1, 'ghi'),
    ];
    expect(passedOf(events).map(brief)).toEqual(['b 0:def', 'a 0:***', 'a 1: ', 'b 1:ghi']);
  });

  test.each([llmEnd, llmError])('come before the end of their run: $type', (end) => {
    const events = [token(end.runId, 0, 'sk-abc'), token(end.runId, 1, 'defgh'), end, chainEnd];
    expect(passedOf(events).map(brief)).toEqual([
      `${end.runId} 0:***`,
      `${end.runId} 1:`,
      end.type,
      'chainEnd',
    ]);
  });

  it('are held back by what happens in their run, and hold nothing up', () => {
    const events = [token(retry.runId, 0, 'sk-abc'), retry, token(retry.runId, 1, 'defgh ')];
    expect(passedOf(events).map(brief)).toEqual(['retry', `${retry.runId} 0:***`, `${retry.runId} 1: `]);
  });

  it('have the masked name of their run', () => {
    const named = { ...llmNewToken, name: 'sk-abcdefgh', token: 'hi' };
    expect(passedOf([named, named])).toEqual([
      { ...named, name: '***' },
      { ...named, name: '***' },
    ]);
  });

  it('come at last when it is closed', () => {
    expect(passedOf([token('a', 0, 'sk-abcdefgh'), token('b', 0, 'sk')]).map(brief)).toEqual([
      'a 0:***',
      'b 0:sk',
    ]);
  });

  it('of a run that has ended are begun anew', () => {
    const events = [token(llmEnd.runId, 0, 'sk-abc'), llmEnd, token(llmEnd.runId, 1, 'defgh')];
    expect(passedOf(events).map(brief)).toEqual([
      `${llmEnd.runId} 0:sk-abc`,
      'llmEnd',
      `${llmEnd.runId} 1:defgh`,
    ]);
  });
});

describe('a mask that throws', () => {
  const failing = (given: string) => {
    if (given.includes('bad')) throw new Error('no mask');
    return given;
  };

  it('lets the event not pass, and says so', () => {
    const passed: ChainEvent[] = [];
    const redactor = new EventRedactor({ redact: failing }, (event) => void passed.push(event));
    expect(() => redactor.take({ ...text, text: 'bad' })).toThrow('no mask');
    redactor.take(text);
    expect(passed).toEqual([text]);
  });

  it('does not keep other runs from being written when it is closed', () => {
    const passed: ChainEvent[] = [];
    const redactor = new EventRedactor({ redact: failing }, (event) => void passed.push(event));
    redactor.take(token('a', 0, 'bad'));
    redactor.take(token('b', 0, 'good'));
    expect(() => redactor.close()).toThrow('no mask');
    expect(passed.map(brief)).toEqual(['a 0:', 'b 0:good']);
  });
});

it('without content keeps neither tokens nor texts, and masks the rest', () => {
  const named = { ...llmEnd, model: 'sk-abcdefgh' };
  const passed = passedOf([llmNewToken, text, named], { redact, content: false });
  expect(passed).toEqual([
    { ...named, model: '***', text: '', message: { role: 'assistant', content: '' }, toolCalls: [] },
  ]);
});
