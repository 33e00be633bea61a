import { setTimeout as sleep } from 'node:timers/promises';
import { ChainError, type ChainErrorCode } from '../errors.js';
import type { FinishReason, ToolCall, Usage } from '../messages.js';
import { UNKNOWN_USAGE } from '../tokens/usage.js';
import { Model, type ModelChunk, type ModelFields, type ModelRequest } from './model.js';

/** What a scripted model was asked, as it got it. */
export type ScriptedCall = Omit<ModelRequest, 'onRetry'>;

/** One answer of a scripted model: a text, a failure, or all that can happen in one answer. */
export type ScriptedReply = string | Error | ScriptedAnswer;

export interface ScriptedAnswer {
  readonly text?: string;
  /** The text as it is streamed; default: by words, each with the space before it. Wins over `text`. */
  readonly chunks?: readonly string[];
  readonly toolCalls?: readonly ToolCall[];
  /** Reported; what isn't given is `null`, and the total the sum. Left out altogether: estimated. */
  readonly usage?: Partial<Usage>;
  /** Default: `tool_calls` with tool calls, `stop` otherwise. */
  readonly finishReason?: FinishReason;
  /** The model as it names itself. */
  readonly model?: string;
  readonly responseId?: string;
  /** Requests that failed before this one; nothing is waited for between them. */
  readonly retries?: readonly { readonly delayMs: number; readonly reason: string }[];
  /** Milliseconds before anything comes. */
  readonly delayMs?: number;
  /** Milliseconds between two chunks of text. */
  readonly chunkDelayMs?: number;
  /** Fails with this, or with a ChainError of this code. */
  readonly error?: Error | ChainErrorCode;
  /** How many chunks of text come before `error` or `hang`. Default: none before an error, all before a hang. */
  readonly failAfter?: number;
  /** Sends nothing more, and waits until it is aborted. */
  readonly hang?: boolean;
}

/** Makes the answer to one call; `index` counts the model's calls from 0. */
export type ScriptedReplyFunction = (
  call: ScriptedCall,
  index: number,
) => ScriptedReply | Promise<ScriptedReply>;

export interface ScriptedModelFields extends ModelFields {
  /** A queue: the first call gets the first. Or one function that answers every call. */
  readonly replies: readonly (ScriptedReply | ScriptedReplyFunction)[] | ScriptedReplyFunction;
  /** Default `chat`. */
  readonly kind?: 'chat' | 'completion';
  /** Default `scripted`. */
  readonly model?: string;
  /** Default `scripted`. */
  readonly provider?: string;
  /** The name of its runs; default `ScriptedModel`. */
  readonly name?: string;
}

/** A model for tests: answers what it was told to, and keeps what it was asked. */
export class ScriptedModel extends Model {
  override readonly name: string;
  override readonly model: string;
  override readonly provider: string;
  override readonly kind: 'chat' | 'completion';
  readonly #calls: ScriptedCall[] = [];
  readonly #replies: ScriptedModelFields['replies'];

  constructor(fields: ScriptedModelFields) {
    super(fields);
    this.name = fields.name ?? 'ScriptedModel';
    this.model = fields.model ?? 'scripted';
    this.provider = fields.provider ?? 'scripted';
    this.kind = fields.kind ?? 'chat';
    this.#replies = fields.replies;
  }

  /** What it was asked so far, in order. */
  get calls(): readonly ScriptedCall[] {
    return this.#calls;
  }

  protected override async *answer(request: ModelRequest): AsyncGenerator<readonly ModelChunk[], void, void> {
    const { onRetry, ...call } = request;
    const index = this.#calls.push(call) - 1;
    const { signal } = call;
    const reply = await this.#replyTo(call, index);
    if (reply instanceof Error) throw reply;
    const answer: ScriptedAnswer = typeof reply === 'string' ? { text: reply } : reply;

    for (const [at, retry] of (answer.retries ?? []).entries()) await onRetry({ attempt: at + 1, ...retry });
    if (answer.delayMs !== undefined) await sleep(answer.delayMs, undefined, { signal });
    signal?.throwIfAborted();

    const chunks = chunksOf(answer, request.streaming);
    const fails = answer.error !== undefined;
    for (const [at, text] of chunks.slice(0, answer.failAfter ?? (fails ? 0 : undefined)).entries()) {
      if (at > 0 && answer.chunkDelayMs !== undefined)
        await sleep(answer.chunkDelayMs, undefined, { signal });
      signal?.throwIfAborted();
      yield [{ text }];
    }
    if (answer.error !== undefined) throw errorOf(answer.error, index);
    if (answer.hang) await untilAborted(signal);
    yield [closingChunk(answer)];
  }

  async #replyTo(call: ScriptedCall, index: number): Promise<ScriptedReply> {
    const reply = typeof this.#replies === 'function' ? this.#replies : this.#replies[index];
    if (reply === undefined) throw exhausted(this.#replies.length, index);
    return typeof reply === 'function' ? reply(call, index) : reply;
  }
}

function chunksOf({ text = '', chunks }: ScriptedAnswer, streaming: boolean): readonly string[] {
  const all = (chunks ?? text.match(/\s*\S+|\s+/g) ?? []).filter((chunk) => chunk !== '');
  return streaming || all.length === 0 ? all : [all.join('')];
}

function closingChunk(answer: ScriptedAnswer): ModelChunk {
  const { toolCalls, usage, finishReason, model, responseId } = answer;
  return {
    finishReason: finishReason ?? (toolCalls === undefined ? 'stop' : 'tool_calls'),
    ...(toolCalls !== undefined && { toolCalls }),
    ...(usage !== undefined && { usage: reported(usage) }),
    ...(model !== undefined && { model }),
    ...(responseId !== undefined && { responseId }),
  };
}

function reported(usage: Partial<Usage>): Usage {
  const { inputTokens = null, outputTokens = null } = usage;
  const totalTokens = inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens;
  return { ...UNKNOWN_USAGE, totalTokens, source: 'reported', ...usage };
}

function errorOf(error: Error | ChainErrorCode, index: number): Error {
  return error instanceof Error ? error : new ChainError(error, `scripted failure of call ${index + 1}`);
}

function exhausted(replies: number, index: number): ChainError {
  const count = replies === 1 ? '1 reply' : `${replies} replies`;
  return new ChainError('invalid_argument', `ScriptedModel has ${count}, and this is call ${index + 1}`, {
    hint: 'Add a reply for each call, or pass a function that answers every call.',
  });
}

/** Rejects when the signal aborts; without a signal it stays pending for good. */
function untilAborted(signal: AbortSignal | undefined): Promise<never> {
  return new Promise((_, reject) => {
    const stop = () => reject(signal?.reason);
    if (signal?.aborted) stop();
    else signal?.addEventListener('abort', stop, { once: true });
  });
}
