import { expect, test } from 'vitest';
import { ChainError } from '../../src/errors.js';
import { RequestFailure } from '../../src/models/failure.js';
import { withRetries } from '../../src/models/retry.js';

const passing = (message: string, retryAfterMs?: number) =>
  new RequestFailure('server_error', message, { retryable: true, retryAfterMs });
const lasting = (message: string) => new RequestFailure('bad_request', message);

/** An attempt is what it yields, and what it throws at its end, if anything. */
type Attempt = readonly [values: readonly string[], error?: unknown];

async function run(
  attempts: readonly Attempt[],
  options: { maxRetries?: number; signal?: AbortSignal; random?: () => number; adapt?: () => string } = {},
) {
  const log: unknown[] = [];
  let made = 0;
  const values = withRetries<string>(
    async function* () {
      const [yielded, error] = attempts[made++]!;
      yield* yielded;
      if (error !== undefined) throw error;
    },
    {
      maxRetries: 2,
      signal: undefined,
      random: () => 0,
      counts: (value) => value !== 'empty',
      onRetry: async (retry) => {
        await null;
        log.push(retry);
      },
      sleep: async (ms) => log.push(`sleep ${ms}`),
      ...options,
    },
  );
  try {
    for await (const value of values) log.push(value);
  } catch (error) {
    log.push(error);
  }
  return { log, made };
}

test('what passes is tried again, each time after twice as long a wait, and told before it', async () => {
  const { log, made } = await run([[[], passing('one')], [['empty'], passing('two')], [['a', 'b']]]);
  expect(log).toEqual([
    { attempt: 1, delayMs: 500, reason: 'one' },
    'sleep 500',
    'empty',
    { attempt: 2, delayMs: 1000, reason: 'two' },
    'sleep 1000',
    'a',
    'b',
  ]);
  expect(made).toBe(3);
});

test('waits grow to 8 s, less up to a quarter', async () => {
  const attempts: Attempt[] = Array.from({ length: 7 }, () => [[], passing('x')]);
  const { log } = await run(attempts, { maxRetries: 6, random: () => 1 });
  expect(log.filter((entry) => typeof entry === 'string')).toEqual([
    'sleep 375',
    'sleep 750',
    'sleep 1500',
    'sleep 3000',
    'sleep 6000',
    'sleep 6000',
  ]);
});

const last = passing('last');
test.each<[string, readonly Attempt[], Parameters<typeof run>[1], unknown, number]>([
  [
    'after the last retry',
    [
      [[], passing('x')],
      [[], passing('y')],
      [[], last],
    ],
    {},
    last,
    3,
  ],
  [
    'after the last retry, whatever wait the server asks for',
    [
      [[], passing('x', 1)],
      [[], passing('y', 1)],
      [[], passing('z', 1)],
    ],
    {},
    passing('z', 1),
    3,
  ],
  ['with no retries at all', [[[], last]], { maxRetries: 0 }, last, 1],
  ['what will not pass', [[[], lasting('no')]], {}, lasting('no'), 1],
  ['once text has come', [[['a'], last]], {}, last, 1],
  ['what is no failed request', [[[], new TypeError('bug')]], {}, new TypeError('bug'), 1],
  ['when more than 60 s are asked for', [[[], passing('busy', 60_001)]], {}, passing('busy', 60_001), 1],
  ['after an abort', [[[], last]], { signal: AbortSignal.abort() }, last, 1],
])('gives up %s', async (_, attempts, options, error, requests) => {
  const { log, made } = await run(attempts, options);
  expect(log.at(-1)).toEqual(error);
  expect(made).toBe(requests);
});

test('waits as long as the server asks for, up to 60 s, and not at all where it says so', async () => {
  const { log } = await run([[[], passing('a', 60_000)], [[], passing('b', 0)], [['done']]]);
  expect(log).toEqual([
    { attempt: 1, delayMs: 60_000, reason: 'a' },
    'sleep 60000',
    { attempt: 2, delayMs: 0, reason: 'b' },
    'done',
  ]);
});

test('an adapted request is told as a retry and counted as none', async () => {
  const reasons = ['without it'];
  const { log, made } = await run([[[], lasting('x')], [[], passing('y')], [['a']]], {
    maxRetries: 1,
    adapt: () => reasons.pop() as string,
  });
  expect(log).toEqual([
    { attempt: 1, delayMs: 0, reason: 'without it' },
    { attempt: 2, delayMs: 500, reason: 'y' },
    'sleep 500',
    'a',
  ]);
  expect(made).toBe(3);
});

test('an abort ends the wait at once', async () => {
  const controller = new AbortController();
  const values = withRetries(
    async function* () {
      yield await Promise.reject<string>(passing('busy', 50_000));
    },
    {
      maxRetries: 2,
      signal: controller.signal,
      counts: () => true,
      onRetry: () => void setImmediate(() => controller.abort()),
    },
  );
  await expect(values.next()).rejects.toEqual(new ChainError('aborted', 'the request was aborted'));
});
