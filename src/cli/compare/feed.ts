import { startsNoRuns } from '../../callbacks/context.js';
import type { CallbackHandler, LLMEndEvent, LLMNewTokenEvent } from '../../events.js';

/** Takes one run's answer, as it comes. A promise is to be awaited before there is more. */
export type TakeText = (text: string) => void | Promise<void>;

/** Passes on the text of one run, whether it comes in pieces or at once. */
export class Feed implements CallbackHandler {
  readonly name = 'Feed';
  /** Whoever reads an answer may take all the time in the world. */
  readonly handlerTimeoutMs = Number.POSITIVE_INFINITY;
  readonly #take: TakeText;
  #streamed = false;

  static {
    startsNoRuns(Feed);
  }

  constructor(take: TakeText) {
    this.#take = take;
  }

  onChatModelStart(): void {
    this.onLLMStart();
  }

  onLLMStart(): void {
    this.#streamed = false;
  }

  onLLMNewToken({ token }: LLMNewTokenEvent): void | Promise<void> {
    this.#streamed = true;
    return this.#take(token);
  }

  onLLMEnd({ text }: LLMEndEvent): void | Promise<void> {
    if (!this.#streamed) return this.#take(text);
  }
}
