import { startsNoRuns } from '../../callbacks/context.js';
import { MEMORY_TAG } from '../../callbacks/token-counter.js';
import { TokenTotals } from '../../callbacks/token-totals.js';
import type {
  CallbackHandler,
  ChatModelStartEvent,
  LLMEndEvent,
  LLMErrorEvent,
  LLMStartEvent,
} from '../../events.js';

/** Hears one turn of a conversation: what the model was sent, what its reply took, and what the memory did. */
export class TurnMeter implements CallbackHandler {
  readonly name = 'TurnMeter';
  readonly reply = new TokenTotals();
  readonly memory = new TokenTotals();
  /** The prompt of the reply: the content of its messages, or its text. */
  sent: readonly string[] = [];
  readonly #ofMemory = new Set<string>();

  static {
    startsNoRuns(TurnMeter);
  }

  onLLMStart({ runId, tags, prompt }: LLMStartEvent): void {
    if (tags.includes(MEMORY_TAG)) this.#ofMemory.add(runId);
    else this.sent = [prompt];
  }

  onChatModelStart({ runId, tags, messages }: ChatModelStartEvent): void {
    if (tags.includes(MEMORY_TAG)) this.#ofMemory.add(runId);
    else this.sent = messages.map(({ content }) => content);
  }

  onLLMEnd(event: LLMEndEvent): void {
    this.#count(event);
  }

  onLLMError(event: LLMErrorEvent): void {
    this.#count(event);
  }

  #count(event: LLMEndEvent | LLMErrorEvent): void {
    (this.#ofMemory.has(event.runId) ? this.memory : this.reply).add(event);
  }
}
