import { setTimeout as delay } from 'node:timers/promises';
import { ChainError } from '../errors.js';
import { LONGEST_WAIT_MS, RequestFailure } from './failure.js';

export interface RetryOptions<T> {
  /** How often a request that failed is made again. */
  readonly maxRetries: number;
  readonly signal: AbortSignal | undefined;
  /** Awaited before the wait. */
  onRetry(retry: { attempt: number; delayMs: number; reason: string }): void | Promise<void>;
  /** Whether this much of an answer rules out another attempt. */
  counts(value: T): boolean;
  /** Changes the request so that this failure won't come again, and says how; not one of the retries. */
  adapt?(failure: RequestFailure): string | undefined;
  /** Must reject when the signal aborts. For tests. */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<unknown>;
  /** 0 to 1. For tests. */
  readonly random?: () => number;
}

/**
 * What an attempt yields; another attempt's where one failed in a way that may pass, before anything that counts
 * had come.
 * @throws the last attempt's failure; ChainError `aborted` from within a wait
 */
export async function* withRetries<T>(
  attempt: () => AsyncIterable<T>,
  options: RetryOptions<T>,
): AsyncGenerator<T, void, void> {
  const { maxRetries, signal, sleep = wait, random = Math.random } = options;
  let retries = 0;
  for (let repetition = 1; ; repetition++) {
    let begun = false;
    try {
      for await (const value of attempt()) {
        begun ||= options.counts(value);
        yield value;
      }
      return;
    } catch (error) {
      if (begun || signal?.aborted || !(error instanceof RequestFailure)) throw error;
      const adapted = options.adapt?.(error);
      if (adapted === undefined && (!error.retryable || retries >= maxRetries)) throw error;
      const delayMs = adapted === undefined ? (error.retryAfterMs ?? backoff(retries, random)) : 0;
      if (delayMs > LONGEST_WAIT_MS) throw error;
      if (adapted === undefined) retries += 1;
      await options.onRetry({ attempt: repetition, delayMs, reason: adapted ?? error.message });
      if (delayMs > 0) await sleep(delayMs, signal);
    }
  }
}

const BASE_MS = 500;
const CAP_MS = 8000;

/** Twice as long each time, less up to a quarter, so that many clients don't come back at once. */
function backoff(retries: number, random: () => number): number {
  return Math.round(Math.min(BASE_MS * 2 ** retries, CAP_MS) * (1 - random() / 4));
}

async function wait(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await delay(ms, undefined, signal === undefined ? {} : { signal });
  } catch (cause) {
    throw new ChainError('aborted', 'the request was aborted', { cause });
  }
}
