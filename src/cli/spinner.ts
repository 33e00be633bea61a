import type { Writable } from 'node:stream';
import type { Ora } from 'ora';
import { now } from '../callbacks/clock.js';
import { wantsColor } from '../callbacks/color.js';

const PATIENCE_MS = 150;
const REFRESH_MS = 100;

/**
 * Whether a spinner can turn there: not on a terminal that can't go back in a line, nor on one that doesn't know how
 * wide it is, of which ora would clear lines without end.
 */
export function canSpin(
  stream: { readonly isTTY?: boolean; readonly columns?: number },
  env: Readonly<Record<string, string | undefined>>,
): boolean {
  return stream.isTTY === true && env.TERM !== 'dumb' && (stream.columns ?? 0) > 0;
}

/** Turns, with the time that has passed, once nothing has come for a while. */
export class Spinner {
  readonly #stream: Writable & { readonly isTTY?: boolean };
  #since = 0;
  #timer: NodeJS.Timeout | undefined;
  #ora: Ora | undefined;

  constructor(stream: Writable & { readonly isTTY?: boolean }) {
    this.#stream = stream;
  }

  start(): void {
    this.stop();
    this.#since = now();
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
      color: wantsColor(this.#stream) ? 'cyan' : false,
      discardStdin: false,
      hideCursor: false,
    });
    this.#ora = spinner.start();
    this.#timer = setInterval(() => {
      spinner.text = this.#elapsed();
    }, REFRESH_MS).unref();
  }

  #elapsed(): string {
    return `${((now() - this.#since) / 1000).toFixed(1)} s`;
  }
}
