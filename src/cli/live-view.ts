import type { Writable } from 'node:stream';
import { atExit } from '../callbacks/at-exit.js';
import { startsNoRuns } from '../callbacks/context.js';
import type { CallbackHandler, LLMEndEvent, LLMErrorEvent, LLMNewTokenEvent } from '../events.js';
import { cleanControls } from '../safety/clean.js';
import { Spinner } from './spinner.js';

/** After any of these there is nothing to wait for. */
const FREE_AGAIN = ['drain', 'error', 'close'] as const;

export interface LiveViewStreams {
  readonly stdout: Writable & { readonly isTTY?: boolean };
  /** Where a spinner may turn until the first text; `null` for none. */
  readonly spinner: Writable | null;
  /** A slow reader isn't waited for any more once it aborts. */
  readonly signal: AbortSignal;
  /** Leave out what a model says before it calls tools: a text is shown once it is known to be the answer. */
  readonly answersOnly?: boolean;
}

/** Shows the answer as it comes: on stdout, and nothing else there. */
export class LiveView implements CallbackHandler {
  readonly name = 'LiveView';
  /** Whoever reads the answer may take all the time in the world: `| less`. */
  readonly handlerTimeoutMs = Number.POSITIVE_INFINITY;
  readonly #stdout: Writable;
  readonly #signal: AbortSignal;
  readonly #terminal: boolean;
  readonly #spinner: Spinner | null;
  readonly answersOnly: boolean;
  #waiting = '';
  #atLineStart = true;
  #streamed = false;
  #full: Promise<void> | undefined;
  /** A handler may end the process: what has come is shown all the same. */
  #leaveExit: (() => void) | undefined;

  static {
    startsNoRuns(LiveView);
  }

  constructor({ stdout, spinner, signal, answersOnly = false }: LiveViewStreams) {
    this.answersOnly = answersOnly;
    this.#stdout = stdout;
    this.#signal = signal;
    this.#terminal = stdout.isTTY === true;
    this.#spinner = spinner === null ? null : new Spinner(spinner);
  }

  onChatModelStart(): void {
    this.onLLMStart();
  }

  onLLMStart(): void {
    this.#streamed = false;
    this.#spinner?.start();
  }

  /** A reader that is slow slows the model's stream down. */
  onLLMNewToken({ token }: LLMNewTokenEvent): void | Promise<void> {
    this.#streamed = true;
    if (!this.answersOnly) return this.add(token);
  }

  /** Texts of one network read are written together. A promise is to be awaited before there is more. */
  add(text: string): void | Promise<void> {
    if (this.#waiting === '') queueMicrotask(() => this.flush());
    this.#leaveExit ??= atExit(() => this.close());
    this.#waiting += text;
    return this.#full;
  }

  onLLMEnd({ text, toolCalls }: LLMEndEvent): void {
    const isNews = this.answersOnly ? toolCalls.length === 0 : !this.#streamed;
    if (isNews) this.#waiting += text;
    this.close();
  }

  onLLMError({ text }: LLMErrorEvent): void {
    if (this.answersOnly) this.#waiting += text;
    this.close();
  }

  /** Writes what has come. */
  flush(): void {
    if (this.#waiting === '') return;
    this.#spinner?.stop();
    const text = this.#terminal ? cleanControls(this.#waiting) : this.#waiting;
    this.#waiting = '';
    this.#atLineStart = text.endsWith('\n');
    if (!this.#stdout.write(text) && !this.#signal.aborted) this.#full ??= this.#free();
  }

  /** Settles when the stream takes more, or never will. */
  #free(): Promise<void> {
    return new Promise((resolve) => {
      const resume = () => {
        this.#full = undefined;
        for (const event of FREE_AGAIN) this.#stdout.off(event, resume);
        this.#signal.removeEventListener('abort', resume);
        resolve();
      };
      for (const event of FREE_AGAIN) this.#stdout.on(event, resume);
      this.#signal.addEventListener('abort', resume);
    });
  }

  /** Clears the way for a line of something else. */
  endLine(): void {
    this.#spinner?.clear();
    this.flush();
    if (this.#atLineStart) return;
    this.#stdout.write('\n');
    this.#atLineStart = true;
  }

  close(): void {
    this.#leaveExit?.();
    this.#leaveExit = undefined;
    this.#spinner?.stop();
    this.endLine();
  }
}
