import type { Writable } from 'node:stream';
import type { Ora } from 'ora';

const PATIENCE_MS = 150;
const REFRESH_MS = 100;

/** Turns, with the time that has passed, once nothing has come for a while. */
export class Spinner {
  readonly #stream: Writable;
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #ora: Ora | undefined;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  start(): void {
    this.stop();
    this.#since = performance.now();
    const timer = setTimeout(() => this.#show(timer), PATIENCE_MS);
    this.#timer = timer.unref();
  }

  stop(): void {
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#ora?.stop();
    this.#ora = undefined;
  }

  /** Makes room for a line of something else; the spinner goes on below it. */
  clear(): void {
    this.#ora?.clear();
  }

  async #show(timer: NodeJS.Timeout): Promise<void> {
    const { default: ora } = await import('ora');
    if (this.#timer !== timer) return;
    // The cursor stays: hiding it would need a signal listener to bring it back.
    const spinner = ora({
      stream: this.#stream as NodeJS.WritableStream,
      text: this.#elapsed(),
      discardStdin: false,
      hideCursor: false,
    });
    this.#ora = spinner.start();
    this.#timer = setInterval(() => {
      spinner.text = this.#elapsed();
    }, REFRESH_MS).unref();
  }

  #elapsed(): string {
    return `${((performance.now() - this.#since) / 1000).toFixed(1)} s`;
  }
}
