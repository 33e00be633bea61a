import type { Writable } from 'node:stream';
import type { CallbackHandler, LLMEndEvent, LLMNewTokenEvent } from '../events.js';
import { cleanControls } from '../safety/clean.js';
import { Spinner } from './spinner.js';

/** After any of these there is nothing to wait for. */
const FREE_AGAIN = ['drain', 'error', 'close'] as const;

/** Shows the answer as it comes: on stdout, and nothing else there. */
export class LiveView implements CallbackHandler {
  readonly name = 'LiveView';
  readonly #stdout: Writable;
  readonly #terminal: boolean;
  readonly #spinner: Spinner | null;
  #waiting = '';
  #atLineStart = true;
  #streamed = false;
  #full: Promise<void> | undefined;

  /** @param stderr where a spinner may turn until the first text; `null` for none */
  constructor(stdout: Writable & { readonly isTTY?: boolean }, stderr: Writable | null) {
    this.#stdout = stdout;
    this.#terminal = stdout.isTTY === true;
    this.#spinner = stderr === null ? null : new Spinner(stderr);
  }

  onChatModelStart(): void {
    this.onLLMStart();
  }

  onLLMStart(): void {
    this.#streamed = false;
    this.#spinner?.start();
  }

  /** Tokens of one network read are written together; a reader that is slow slows the model's stream down. */
  onLLMNewToken({ token }: LLMNewTokenEvent): void | Promise<void> {
    this.#streamed = true;
    if (this.#waiting === '') queueMicrotask(() => this.flush());
    this.#waiting += token;
    return this.#full;
  }

  onLLMEnd({ text }: LLMEndEvent): void {
    this.#spinner?.stop();
    if (!this.#streamed) this.#waiting += text;
    this.flush();
  }

  onLLMError(): void {
    this.#spinner?.stop();
    this.flush();
  }

  /** Writes what has come. */
  flush(): void {
    if (this.#waiting === '') return;
    this.#spinner?.stop();
    const text = this.#terminal ? cleanControls(this.#waiting) : this.#waiting;
    this.#waiting = '';
    this.#atLineStart = text.endsWith('\n');
    if (!this.#stdout.write(text) && this.#full === undefined) {
      this.#full = new Promise((resolve) => {
        const resume = () => {
          this.#full = undefined;
          for (const event of FREE_AGAIN) this.#stdout.off(event, resume);
          resolve();
        };
        for (const event of FREE_AGAIN) this.#stdout.on(event, resume);
      });
    }
  }

  /** Clears the way for a line of something else. */
  endLine(): void {
    this.#spinner?.stop();
    this.flush();
    if (this.#atLineStart) return;
    this.#stdout.write('\n');
    this.#atLineStart = true;
  }

  close(): void {
    this.endLine();
  }
}
