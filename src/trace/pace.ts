import { setTimeout as delay } from 'node:timers/promises';

/** What tells the time, in milliseconds, and waits. */
export interface Clock {
  now(): number;
  /** Must reject when the signal aborts. */
  sleep(ms: number, signal: AbortSignal | undefined): Promise<unknown>;
}

const CLOCK: Clock = {
  now: () => performance.now(),
  sleep: (ms, signal) => delay(ms, undefined, signal === undefined ? {} : { signal }),
};

/** Holds something back until its time has come, counted from when the pace was made: being late once adds up to nothing. */
export class Pace {
  readonly #clock: Clock;
  readonly #started: number;

  constructor(clock: Clock = CLOCK) {
    this.#clock = clock;
    this.#started = clock.now();
  }

  async until(afterMs: number, signal: AbortSignal | undefined): Promise<void> {
    const left = this.#started + afterMs - this.#clock.now();
    if (left > 0) await this.#clock.sleep(left, signal);
  }
}
