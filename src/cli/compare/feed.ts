import { startsNoRuns } from '../../callbacks/context.js';
import type { CallbackHandler, LLMEndEvent, LLMErrorEvent, LLMNewTokenEvent } from '../../events.js';

/** Takes one run's answer, as it comes. A promise is to be awaited before there is more. */
export type TakeText = (text: string) => void | Promise<void>;

/** Passes on the text of one run, whether it comes in pieces or at once. */
export class Feed implements CallbackHandler {
  readonly name = 'Feed';
  /** Whoever reads an answer may take all the time in the world. */
  readonly handlerTimeoutMs = Number.POSITIVE_INFINITY;
  readonly #take: TakeText;
  readonly #answersOnly: boolean;
  #streamed = false;

  static {
    startsNoRuns(Feed);
  }

  /** @param answersOnly leave out what a model says before it calls tools */
  constructor(take: TakeText, answersOnly = false) {
    this.#take = take;
    this.#answersOnly = answersOnly;
  }

  onChatModelStart(): void {
    this.onLLMStart();
  }

  onLLMStart(): void {
    this.#streamed = false;
  }

  onLLMNewToken({ token }: LLMNewTokenEvent): void | Promise<void> {
    this.#streamed = true;
    if (!this.#answersOnly) return this.#take(token);
  }

  onLLMEnd({ text, toolCalls }: LLMEndEvent): void | Promise<void> {
    const isNews = this.#answersOnly ? toolCalls.length === 0 : !this.#streamed;
    if (isNews) return this.#take(text);
  }

  onLLMError({ text }: LLMErrorEvent): void | Promise<void> {
    if (this.#answersOnly) return this.#take(text);
  }
}
