import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { Run } from '../../src/callbacks/run.js';
import type { TokenCounter } from '../../src/callbacks/token-counter.js';
import { withTokenCounter } from '../../src/callbacks/with-token-counter.js';
import type { EventOf } from '../../src/events.js';
import { answer } from './synthetic-events.js';

/** What a model does, as far as a counter can see. */
async function ask(): Promise<string> {
  const run = new Run('OpenAI', {}, {});
  await sleep(1);
  const { text, ...rest } = answer('3', { cost: 0.5 });
  const end: Omit<EventOf<'llmEnd'>, 'runId' | 'parentRunId' | 'name' | 'time'> = {
    type: 'llmEnd',
    text,
    ...rest,
  };
  await run.close(end);
  return text;
}

it('counts what runs inside, side by side, and stays readable after its scope', async () => {
  let kept: TokenCounter | undefined;
  const answers = await withTokenCounter(async (counter) => {
    kept = counter;
    return Promise.all([ask(), ask(), ask()]);
  });
  await ask();
  expect(answers).toEqual(['3', '3', '3']);
  expect(kept).toMatchObject({ totalTokens: 51, successfulRequests: 3, cost: 1.5 });
});

it('each scope counts for itself, and so do those around it', async () => {
  const counts = await withTokenCounter(async (outer) => {
    await ask();
    const inner = await withTokenCounter(async (counter) => {
      await ask();
      return counter;
    });
    return [outer.totalTokens, inner.totalTokens];
  });
  expect(counts).toEqual([34, 17]);
});

it('throws what the function throws, and keeps the count', async () => {
  let kept: TokenCounter | undefined;
  const failing = withTokenCounter(async (counter) => {
    kept = counter;
    await ask();
    throw new Error('no more flowers');
  });
  await expect(failing).rejects.toThrow('no more flowers');
  expect(kept?.totalTokens).toBe(17);
});

it('takes a function that is not asynchronous', () => {
  expect(withTokenCounter((counter) => counter.totalTokens)).toBe(0);
});
