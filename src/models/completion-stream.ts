import { ChainError } from '../errors.js';
import type { ToolCall, Usage } from '../messages.js';
import { EventParser } from './event-stream.js';
import { cleanLine, RequestFailure, type Speaker, serverMessage, streamFailure } from './failure.js';
import type { ModelChunk } from './model.js';
import { ToolCallAssembler, type ToolCallFragment } from './tool-call-assembler.js';
import type { TransportResponse } from './transport.js';

/**
 * A provider's answer, chat or completion, stream or document, as it comes: an array for each read that brought
 * something. Ends only when the answer is whole.
 *
 * @throws ChainError `stream_cut` when it ended before it was whole, `invalid_response` when it isn't an answer at
 *   all, what the server says went wrong in the middle, and whatever the transport throws
 */
export async function* readCompletion(
  response: TransportResponse,
  speaker: Speaker,
): AsyncGenerator<readonly ModelChunk[], void, void> {
  const events = new EventParser();
  const answer = new CompletionReader(speaker);
  const failure = () => answer.failure ?? events.failure;
  try {
    for await (const bytes of response.body) {
      const chunks = answer.take(events.push(bytes));
      if (events.done) response.finish();
      if (chunks.length > 0) yield chunks;
      if (events.format === 'markup' || failure() !== undefined) break;
    }
    if (!events.done && failure() === undefined) {
      const chunks = answer.take(events.end());
      if (chunks.length > 0) yield chunks;
    }
  } catch (error) {
    // A connection that fails after the last word took nothing of the answer with it.
    const broken = error instanceof RequestFailure && BROKEN.has(error.code);
    if (!broken || !answer.finished) throw broken && answer.began ? cut(error, speaker) : error;
  }
  const failed = failure();
  if (failed !== undefined) throw failed;
  const whole = events.format === 'document' ? answer.answered : answer.finished || events.done;
  if (!answer.began || (!whole && events.format === 'document')) {
    throw notAnAnswer(response, speaker, events.format === 'document' ? answer.other : undefined);
  }
  if (!whole) throw cut(undefined, speaker);
  const { toolCalls } = answer;
  if (toolCalls.length > 0) yield [{ toolCalls }];
}

/** What the provider sends, in a stream and in one document: the parts of it that are read here. */
interface WireChunk {
  readonly id?: unknown;
  readonly model?: unknown;
  readonly choices?: readonly (WireChoice | null)[] | null;
  readonly usage?: WireUsage | null;
  readonly error?: unknown;
  /** `error` in one that is an error itself. */
  readonly object?: unknown;
  readonly type?: unknown;
}

interface WireChoice {
  readonly index?: number;
  /** A chat's, in a stream. */
  readonly delta?: WireMessage | null;
  /** A chat's, in one document. */
  readonly message?: WireMessage | null;
  /** A completion's. */
  readonly text?: unknown;
  readonly finish_reason?: unknown;
  readonly error?: unknown;
}

interface WireMessage {
  readonly content?: unknown;
  readonly refusal?: unknown;
  readonly tool_calls?: readonly ToolCallFragment[] | null;
}

interface WireUsage {
  readonly prompt_tokens?: unknown;
  readonly completion_tokens?: unknown;
  readonly total_tokens?: unknown;
  readonly prompt_tokens_details?: { readonly cached_tokens?: unknown } | null;
  readonly completion_tokens_details?: { readonly reasoning_tokens?: unknown } | null;
  /** DeepSeek's own name. */
  readonly prompt_cache_hit_tokens?: unknown;
}

/** Reads the provider's chunks, whatever of them is there. */
class CompletionReader {
  /** A chunk has come. */
  began = false;
  /** So has a part of the answer, if only an empty one. */
  answered = false;
  /** An error came in place of a chunk: nothing after it was read. */
  failure: RequestFailure | undefined;
  /** The provider has said why it stopped. */
  finished = false;
  /** What came first that is no chunk. */
  other: unknown;
  #named = false;
  /** Not passed on yet. */
  #name: ModelChunk | null = null;
  readonly #tools = new ToolCallAssembler();
  readonly #speaker: Speaker;

  constructor(speaker: Speaker) {
    this.#speaker = speaker;
  }

  get toolCalls(): readonly ToolCall[] {
    return this.#tools.calls();
  }

  take(values: readonly unknown[]): readonly ModelChunk[] {
    const chunks: ModelChunk[] = [];
    for (const value of values) {
      if (this.failure !== undefined) break;
      if (typeof value === 'object' && value !== null) this.#take(value as WireChunk, chunks);
    }
    return this.#withName(chunks);
  }

  #take(chunk: WireChunk, chunks: ModelChunk[]): void {
    const isError = chunk.object === 'error' || chunk.type === 'error';
    if (chunk.error || isError) {
      this.failure = streamFailure(this.#speaker, chunk.error || chunk);
      return;
    }
    const { choices, usage } = chunk;
    if (choices === undefined && !usage) {
      this.other ??= chunk;
      return;
    }
    this.began = true;
    if (!this.#named) this.#findName(chunk);
    if (choices) for (const choice of choices) if (choice && !choice.index) this.#choose(choice, chunks);
    if (usage) {
      const reported = toUsage(usage);
      if (reported !== undefined) chunks.push({ usage: reported });
    }
  }

  #choose(choice: WireChoice, chunks: ModelChunk[]): void {
    this.answered = true;
    const message = choice.delta ?? choice.message;
    const text = message ? textOf(message.content) || textOf(message.refusal) : textOf(choice.text);
    if (text !== '') chunks.push({ text });
    if (message?.tool_calls) this.#tools.add(message.tool_calls);
    const reason = choice.finish_reason;
    if (choice.error || reason === 'error') {
      this.failure = streamFailure(this.#speaker, choice.error || undefined);
      return;
    }
    if (typeof reason === 'string' && reason !== '') {
      this.finished = true;
      chunks.push({ finishReason: reason });
    }
  }

  /** Some servers leave the model's name empty in the first chunk. */
  #findName({ model, id }: WireChunk): void {
    if (typeof model !== 'string' || model === '') return;
    this.#named = true;
    this.#name = { model, ...(typeof id === 'string' && id !== '' && { responseId: id }) };
  }

  /** The model's name and the answer's go with what came first, so that whoever leaves after a chunk has had some. */
  #withName(chunks: readonly ModelChunk[]): readonly ModelChunk[] {
    const name = this.#name;
    if (name === null) return chunks;
    this.#name = null;
    return [{ ...name, ...chunks[0] }, ...chunks.slice(1)];
  }
}

const BROKEN: ReadonlySet<string> = new Set(['connection_failed', 'timeout']);

/** Text, or the parts of a list that are text: thoughts, and what else may come, aren't the answer. */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) return '';
  return content
    .map((part) => (part?.type === 'text' && typeof part.text === 'string' ? part.text : ''))
    .join('');
}

function toUsage(usage: WireUsage): Usage | undefined {
  const inputTokens = toCount(usage.prompt_tokens);
  const outputTokens = toCount(usage.completion_tokens);
  // Some servers send zeros for what they didn't count.
  if (!inputTokens && !outputTokens) return undefined;
  const sum = inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens;
  return {
    inputTokens,
    outputTokens,
    totalTokens: toCount(usage.total_tokens) ?? sum,
    cachedTokens:
      toCount(usage.prompt_tokens_details?.cached_tokens) ?? toCount(usage.prompt_cache_hit_tokens),
    reasoningTokens: toCount(usage.completion_tokens_details?.reasoning_tokens),
    source: 'reported',
  };
}

function toCount(value: unknown): number | null {
  return typeof value === 'number' && value >= 0 ? value : null;
}

function cut(cause: ChainError | undefined, { host }: Speaker): ChainError {
  if (cause?.code === 'timeout') return cause;
  return new RequestFailure('stream_cut', `${host} broke off before the answer was whole`, {
    cause,
    retryable: true,
  });
}

/** @param other what the answer is instead */
function notAnAnswer(
  { status, headers }: TransportResponse,
  { host, secrets }: Speaker,
  other: unknown,
): ChainError {
  const type = cleanLine(headers.get('content-type') ?? '', 80) || 'no content type';
  const said = other === undefined ? '' : `: ${serverMessage(other, secrets)}`;
  return new ChainError(
    'invalid_response',
    `${host} answered ${status} with no completion in it (${type})${said}`,
    { hint: 'Is the base URL right? It is what stands before /chat/completions, often ending in /v1.' },
  );
}
