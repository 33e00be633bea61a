import type { Run } from '../callbacks/run.js';
import type { FinishReason, Message, ToolCall, Usage } from '../messages.js';
import type { ModelChunk, Spent } from './model.js';

const MOST_PIECES = 1024;

/** What has come of an answer so far. */
export class Answer {
  #text = '';
  /** What has come since, in pieces: strings that are put together one by one keep every piece. */
  #pieces: string[] = [];
  toolCalls: readonly ToolCall[] = [];
  finishReason: FinishReason | null = null;
  usage: Usage | null = null;
  model: string | null = null;
  responseId: string | null = null;
  firstTokenMs: number | null = null;
  spent: Spent | null = null;
  /** Whether anything came at all. */
  began = false;

  take(chunk: ModelChunk, run: Run): void {
    this.began = true;
    if (chunk.text !== undefined) {
      this.firstTokenMs ??= run.durationMs;
      if (this.#pieces.push(chunk.text) === MOST_PIECES) this.#settle();
    }
    if (chunk.toolCalls !== undefined) this.toolCalls = [...this.toolCalls, ...chunk.toolCalls];
    if (chunk.finishReason !== undefined) this.finishReason = chunk.finishReason;
    if (chunk.usage !== undefined) this.usage = chunk.usage;
    if (chunk.model !== undefined) this.model = chunk.model;
    if (chunk.responseId !== undefined) this.responseId = chunk.responseId;
    if (chunk.spent !== undefined) this.spent = chunk.spent;
  }

  get text(): string {
    if (this.#pieces.length > 0) this.#settle();
    return this.#text;
  }

  #settle(): void {
    this.#text += this.#pieces.join('');
    this.#pieces = [];
  }

  get message(): Message {
    const { text: content, toolCalls } = this;
    return { role: 'assistant', content, ...(toolCalls.length > 0 && { toolCalls }) };
  }
}
