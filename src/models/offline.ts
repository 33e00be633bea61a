import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { ChainError } from '../errors.js';
import type { FinishReason, Message, ModelParams } from '../messages.js';
import { loadTokenizer } from '../tokens/tokenizer.js';
import { Model, type ModelChunk, type ModelFields, type ModelRequest } from './model.js';
import { answerArithmetic } from './offline/arithmetic.js';
import { readConversation } from './offline/conversation.js';
import type { ConversationSource } from './offline/from-conversation.js';

/** Where an offline answer came from. */
export type OfflineSource = 'scripted' | 'arithmetic' | ConversationSource;

interface Found {
  readonly source: OfflineSource;
  readonly text: string;
}

export interface OfflineModelFields extends ModelFields {
  /** Answers this, whatever is asked: the template author's own `offline:` reply. */
  readonly reply?: string | undefined;
  /** Nobody named it: it answers only with its reply and arithmetic, and fails otherwise. Default false. */
  readonly implicit?: boolean | undefined;
  /** Milliseconds between two pieces of an answer. Default 0. */
  readonly delayMs?: number | undefined;
}

/**
 * Answers without a key and without a network, always the same to the same prompt. It isn't a language model and
 * doesn't pass for one: its answers come from `offline (scripted)`, `offline (arithmetic)` and so on, by
 * {@link OfflineSource}.
 */
export class OfflineModel extends Model {
  override readonly name = 'OfflineModel';
  override readonly model = 'offline';
  override readonly provider = 'offline';
  override readonly kind = 'chat';
  readonly #reply: string | undefined;
  readonly #implicit: boolean;
  readonly #delayMs: number;

  constructor(fields: OfflineModelFields = {}) {
    super(fields);
    this.#reply = fields.reply;
    this.#implicit = fields.implicit ?? false;
    this.#delayMs = fields.delayMs ?? 0;
  }

  /** Whether it has an answer: always, but for an implicit one. */
  canAnswer(messages: readonly Message[]): boolean {
    return !this.#implicit || this.#findUnasked(messages) !== undefined;
  }

  override assertCanAnswer(messages: readonly Message[]): void {
    if (!this.canAnswer(messages)) throw noModel();
  }

  protected override async *answer(request: ModelRequest): AsyncGenerator<readonly ModelChunk[], void, void> {
    const { params, signal, streaming } = request;
    const found = this.#findUnasked(request.messages) ?? (await this.#findAsked(request.messages));
    if (found === undefined) throw noModel();
    const { pieces, finishReason } = await limit(found.text, params);
    const chunks = streaming ? pieces : pieces.length > 0 ? [pieces.join('')] : [];
    const batchSize = this.#delayMs > 0 ? 1 : BATCH_SIZE;

    yield [{ model: `offline (${found.source})` }];
    for (let index = 0; index < chunks.length; index += batchSize) {
      // Without a pause nobody could abort it: neither timers nor signals run between two promises.
      if (index > 0) await (this.#delayMs > 0 ? sleep(this.#delayMs, undefined, { signal }) : nextTurn());
      signal?.throwIfAborted();
      yield chunks.slice(index, index + batchSize).map((text) => ({ text }));
    }
    yield [{ finishReason }];
  }

  /** `null`: there is no price, and nothing is charged. */
  override async cost(): Promise<null> {
    return null;
  }

  /** What it answers even where nobody named it. */
  #findUnasked(messages: readonly Message[]): Found | undefined {
    if (this.#reply !== undefined) return { source: 'scripted', text: this.#reply };
    const text = answerArithmetic(readConversation(messages).last);
    return text === undefined ? undefined : { source: 'arithmetic', text };
  }

  async #findAsked(messages: readonly Message[]): Promise<Found | undefined> {
    if (this.#implicit) return undefined;
    const { answerFromConversation } = await import('./offline/from-conversation.js');
    return answerFromConversation(readConversation(messages));
  }
}

/** How many pieces come at once. */
const BATCH_SIZE = 8;

function noModel(): ChainError {
  return new ChainError(
    'no_model',
    "no model is set up; without one only arithmetic and a template's own offline reply are answered",
    {
      hint:
        'Set OPENAI_API_KEY, or name a model: --model ollama:llama3.2, or --model offline, ' +
        'which only quotes what was said.',
    },
  );
}

/** An answer as the parameters have it end: before the first stop text, and after so many tokens. */
async function limit(
  whole: string,
  { stop = [], maxTokens }: ModelParams,
): Promise<{ pieces: readonly string[]; finishReason: FinishReason }> {
  const ends = stop.filter((text) => text !== '').map((text) => whole.indexOf(text));
  const end = Math.min(whole.length, ...ends.filter((at) => at >= 0));
  const { splitPieces } = await import('./offline/pieces.js');
  const pieces = splitPieces(whole.slice(0, end));
  if (maxTokens === undefined) return { pieces, finishReason: 'stop' };
  const { count } = await loadTokenizer('offline');
  let tokens = 0;
  const tooMany = pieces.findIndex((piece) => (tokens += count(piece)) > maxTokens);
  if (tooMany === -1) return { pieces, finishReason: 'stop' };
  return { pieces: pieces.slice(0, tooMany), finishReason: 'length' };
}
