import { expect, test } from 'vitest';
import { RecordingHandler } from '../../src/callbacks/recording.js';
import type { LLMEndEvent } from '../../src/events.js';
import type { Clock } from '../../src/trace/pace.js';
import type { RecordedAnswer } from '../../src/trace/recorded-answer.js';
import { RecordedModel } from '../../src/trace/recorded-model.js';

const END = {
  type: 'llmEnd',
  text: 'one two',
  finishReason: 'stop',
  toolCalls: [],
  usage: {
    inputTokens: 1,
    outputTokens: 2,
    totalTokens: 3,
    cachedTokens: null,
    reasoningTokens: null,
    source: 'reported',
  },
  cost: 0.5,
  model: 'm-1-2026',
  responseId: 'r',
  durationMs: 900,
} as unknown as LLMEndEvent;

const ANSWER: RecordedAnswer = {
  request: { kind: 'chat', model: 'm-1', params: {}, messages: [], tools: [] },
  steps: [
    { afterMs: 100, retry: { attempt: 1, delayMs: 200, reason: 'busy' } },
    { afterMs: 400, token: 'one ' },
    { afterMs: 700, token: 'two' },
  ],
  end: END,
};

const recording = { name: 'M', model: 'm-1', provider: 'p', kind: 'chat' } as const;

/** Time passes only while somebody waits. */
function testClock(log: unknown[]): Clock {
  let now = 5000;
  return {
    now: () => now,
    sleep: async (ms) => {
      now += ms;
      log.push(`after ${now - 5000}`);
    },
  };
}

function listener(log: unknown[]) {
  return {
    onRetry: ({ reason }: { reason: string }) => log.push(reason),
    onLLMNewToken: ({ token }: { token: string }) => log.push(token),
    onLLMEnd: () => log.push('end'),
  };
}

test('recorded timing: each thing comes when it came', async () => {
  const log: unknown[] = [];
  const load = async () => ANSWER;
  const llm = new RecordedModel({ recording, load, timing: 'recorded', clock: testClock(log) });
  await llm.invoke('x', { callbacks: [listener(log)] });
  expect(log).toEqual(['after 100', 'busy', 'after 400', 'one ', 'after 700', 'two', 'after 900', 'end']);
});

test('recorded timing: who is late catches up', async () => {
  const log: unknown[] = [];
  const clock = testClock(log);
  const load = async () => {
    await clock.sleep(650, undefined); // Its file was slow.
    return ANSWER;
  };
  const llm = new RecordedModel({ recording, load, timing: 'recorded', clock });
  await llm.invoke('x', { callbacks: [listener(log)] });
  expect(log).toEqual(['after 650', 'busy', 'one ', 'after 700', 'two', 'after 900', 'end']);
});

test('at once: nothing is waited for', async () => {
  const log: unknown[] = [];
  const clock: Clock = { now: () => 0, sleep: () => Promise.reject(new Error('waited')) };
  const llm = new RecordedModel({ recording, load: async () => ANSWER, clock });
  await llm.invoke('x', { callbacks: [listener(log)] });
  expect(log).toEqual(['busy', 'one ', 'two', 'end']);
});

test('usage and cost are taken as they are, and the name goes with what comes first', async () => {
  const llm = new RecordedModel({ recording, load: async () => ANSWER });
  const chunks: unknown[] = [];
  const stream = llm.stream('x');
  for (let step = await stream.next(); ; step = await stream.next()) {
    if (step.done) {
      expect(step.value).toMatchObject({ cost: 0.5, usage: END.usage, model: 'm-1-2026', responseId: 'r' });
      break;
    }
    chunks.push(step.value);
  }
  expect(chunks).toEqual([
    { text: 'one ', model: 'm-1-2026', responseId: 'r' },
    { text: 'two' },
    { finishReason: 'stop', usage: END.usage, spent: { usage: END.usage, cost: 0.5 } },
  ]);
});

test('a long answer can be stopped on its way', async () => {
  const controller = new AbortController();
  const steps = Array.from({ length: 1000 }, (_, index) => ({ afterMs: 0, token: `${index} ` }));
  const llm = new RecordedModel({ recording, load: async () => ({ ...ANSWER, steps }) });
  const heard = new RecordingHandler();
  setImmediate(() => controller.abort());
  await expect(llm.invoke('x', { callbacks: [heard], signal: controller.signal })).rejects.toMatchObject({
    code: 'aborted',
  });
  expect(heard.of('llmNewToken').length).toBeLessThan(1000);
});
