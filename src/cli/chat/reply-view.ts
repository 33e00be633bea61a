import { startsNoRuns } from '../../callbacks/context.js';
import { MEMORY_TAG } from '../../callbacks/token-counter.js';
import { TokenTotals } from '../../callbacks/token-totals.js';
import type {
  CallbackHandler,
  ChainEvent,
  ChatModelStartEvent,
  LLMEndEvent,
  LLMErrorEvent,
  LLMNewTokenEvent,
  LLMStartEvent,
} from '../../events.js';
import type { LiveView } from '../live-view.js';

/**
 * Shows the replies of a conversation as they come, and remembers how the last one ended. Of what a memory asks its
 * model only the time passes on the screen.
 */
export class ReplyView implements CallbackHandler {
  readonly name = 'ReplyView';
  readonly handlerTimeoutMs = Number.POSITIVE_INFINITY;
  /** Since the turn began. */
  reply: LLMEndEvent | LLMErrorEvent | null = null;
  /** What the memory spent for itself since the turn began. */
  memory = new TokenTotals();
  readonly #live: LiveView | null;
  /** Runs of a memory that go on. */
  readonly #memoryRuns = new Set<string>();

  static {
    startsNoRuns(ReplyView);
  }

  /** @param live `null` to show nothing */
  constructor(live: LiveView | null) {
    this.#live = live;
  }

  beginTurn(): void {
    this.reply = null;
    this.memory = new TokenTotals();
  }

  onChatModelStart(event: ChatModelStartEvent): void {
    this.onLLMStart(event);
  }

  onLLMStart({ runId, tags }: ChatModelStartEvent | LLMStartEvent): void {
    if (tags.includes(MEMORY_TAG)) this.#memoryRuns.add(runId);
    this.#live?.onLLMStart();
  }

  onLLMNewToken(event: LLMNewTokenEvent): void | Promise<void> {
    if (!this.#memoryRuns.has(event.runId)) return this.#live?.onLLMNewToken(event);
  }

  onLLMEnd(event: LLMEndEvent): void {
    if (this.#isMemory(event)) return;
    this.reply = event;
    this.#live?.onLLMEnd(event);
  }

  onLLMError(event: LLMErrorEvent): void {
    if (this.#isMemory(event)) return;
    this.reply = event;
    this.#live?.onLLMError(event);
  }

  /** Whether the answer that ended so is on the screen. */
  shows(event: ChainEvent): boolean {
    return event === this.reply;
  }

  /** Clears the way for a line of something else. */
  endLine(): void {
    this.#live?.endLine();
  }

  close(): void {
    this.#live?.close();
  }

  #isMemory(event: LLMEndEvent | LLMErrorEvent): boolean {
    if (!this.#memoryRuns.delete(event.runId)) return false;
    this.memory.add(event);
    this.#live?.close();
    return true;
  }
}
