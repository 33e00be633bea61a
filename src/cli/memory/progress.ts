import type { Writable } from 'node:stream';
import type { Ora } from 'ora';
import { wantsColor } from '../../callbacks/color.js';
import { startsNoRuns } from '../../callbacks/context.js';
import type { CallbackHandler, ChainStartEvent } from '../../events.js';

const PATIENCE_MS = 300;

/** Says on a terminal which turn it is, once the measuring takes a while. */
export class Progress implements CallbackHandler {
  readonly name = 'Progress';
  readonly #stream: Writable & { readonly isTTY?: boolean };
  readonly #timer: NodeJS.Timeout;
  #text = '';
  #ora: Ora | undefined;
  #closed = false;

  static {
    startsNoRuns(Progress);
  }

  constructor(stream: Writable & { readonly isTTY?: boolean }) {
    this.#stream = stream;
    this.#timer = setTimeout(() => void this.#show(), PATIENCE_MS).unref();
  }

  onChainStart({ metadata: { mechanism, turn, turns } }: ChainStartEvent): void {
    if (mechanism === undefined) return;
    this.#text = `${mechanism}: turn ${turn} of ${turns}`;
    if (this.#ora !== undefined) this.#ora.text = this.#text;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#ora?.stop();
  }

  async #show(): Promise<void> {
    const { default: ora } = await import('ora');
    if (this.#closed) return;
    // The cursor stays: hiding it would need a signal listener to bring it back.
    this.#ora = ora({
      stream: this.#stream as NodeJS.WritableStream,
      text: this.#text,
      color: wantsColor(this.#stream) ? 'cyan' : false,
      discardStdin: false,
      hideCursor: false,
    }).start();
  }
}
