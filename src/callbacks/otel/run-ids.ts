import { type IdGenerator, RandomIdGenerator } from '@opentelemetry/sdk-trace-base';

/**
 * Ids of spans that follow from the ids of runs: a run that is sent twice, as it happens and later from a file, is one
 * span, and a trace is found by the id of its root. Any other id than a UUID makes a random one.
 */
export class RunIds implements IdGenerator {
  readonly #random = new RandomIdGenerator();
  #hex: string | null = null;

  /** The next span is this run's. */
  follow(runId: string): void {
    const hex = runId.replaceAll('-', '').toLowerCase();
    this.#hex = /^[0-9a-f]{16}(?!0{16})[0-9a-f]{16}$/.test(hex) ? hex : null;
  }

  generateTraceId(): string {
    return this.#hex ?? this.#random.generateTraceId();
  }

  generateSpanId(): string {
    return this.#hex?.slice(16) ?? this.#random.generateSpanId();
  }
}
