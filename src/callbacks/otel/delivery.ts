import type { Signal } from './environment.js';

/** What became of what was to be sent, told to a person once. */
export class Delivery {
  readonly #warn: (text: string) => void;
  /** By where it was to go and why it didn't: the signals. */
  readonly #failures = new Map<string, Set<Signal>>();
  /** Measurements that {@link Delivery.refused} was told of. */
  #refused: readonly [host: string, reason: string] | null = null;
  /** Where traces have. */
  #tracesArrivedAt: string | null = null;
  #closing = false;
  #told = false;
  /** Spans that have ended and not come to an exporter yet. */
  #waiting = 0;

  constructor(warn: (text: string) => void) {
    this.#warn = warn;
  }

  spanEnded(): void {
    this.#waiting += 1;
  }

  spansHandedOver(count: number): void {
    this.#waiting -= count;
  }

  arrived(signal: Signal, host: string): void {
    if (signal === 'traces') this.#tracesArrivedAt = host;
  }

  /**
   * Measurements that nothing is there for, at an address that was made from that of the receiver: it takes traces alone,
   * and that is no failure while they arrive.
   */
  refused(host: string, reason: string): void {
    this.#refused = [host, reason];
  }

  /** @param reason in words that may follow a colon */
  failed(signal: Signal, host: string, reason: string): void {
    this.#note(signal, host, reason);
    // At the end everything fails at once, and makes one line.
    if (!this.#closing) this.#tell();
  }

  /** From now on failures wait for {@link close}. */
  beginClose(): void {
    this.#closing = true;
  }

  close(): void {
    if (this.#refused !== null && this.#refused[0] !== this.#tracesArrivedAt)
      this.#note('metrics', ...this.#refused);
    this.#tell();
    if (this.#told || this.#waiting <= 0) return;
    this.#told = true;
    this.#warn(`${this.#waiting} spans were not delivered: they came faster than they could be sent`);
  }

  #note(signal: Signal, host: string, reason: string): void {
    const key = `could not be delivered to ${host}: ${reason}`;
    this.#failures.set(key, (this.#failures.get(key) ?? new Set()).add(signal));
  }

  #tell(): void {
    const [first] = this.#failures;
    if (this.#told || first === undefined) return;
    this.#told = true;
    const [what, signals] = first;
    this.#warn(`${[...signals].sort().reverse().join(' and ')} ${what}`);
  }
}
