import type { CallbackManager } from '../../callbacks/manager.js';
import { ConversationChain } from '../../chains/conversation.js';
import type { DiscardedTurn, SavedConversation, TurnRecord } from '../../chains/conversation-file.js';
import { ChainError } from '../../errors.js';
import { asksModel, createMemory } from '../../memory/create.js';
import type { MemoryState } from '../../memory/memory.js';
import type { Prompt } from '../../prompts/prompt.js';
import type { Budget } from '../../tokens/budget.js';
import type { OpenedModel } from '../open-model.js';
import { stateAfter } from './replay.js';
import type { ReplyView } from './reply-view.js';
import { Spending } from './spending.js';
import type { TurnOutcome } from './turn-outcome.js';

export interface ChatFields {
  readonly model: OpenedModel;
  /** `window:2` and the like. */
  readonly memory: string;
  readonly prompt: Prompt | undefined;
  /** In place of the default prompt's. Not together with `prompt`. */
  readonly system: string | undefined;
  readonly callbacks: CallbackManager;
  /** One of `callbacks`. */
  readonly view: ReplyView;
  readonly budget: Budget | undefined;
  readonly metadata: Readonly<Record<string, unknown>>;
  /** What to go on with. Its memory is of the kind that is asked for. */
  readonly saved: SavedConversation | null;
}

/** How many turns of a memory that asks a model can be taken back after a conversation was saved and loaded. */
const EARLIER_STATES = 10;

/** A conversation that a person holds: its turns can be taken back and asked again, and all that they took is counted. */
export class Chat {
  readonly spending: Spending;
  readonly #fields: ChatFields;
  #conversation: ConversationChain;
  #model: OpenedModel;
  #discarded: readonly DiscardedTurn[];
  /** Before each of the last turns, oldest first: where states can't be made again without asking a model. */
  #earlier: readonly MemoryState[];
  /** What was asked last and is none of the conversation's: it failed, or was taken back. */
  #unanswered: string | null = null;

  constructor(fields: ChatFields) {
    const { saved, model } = fields;
    this.#fields = fields;
    this.#model = model;
    this.#conversation = this.#converse(model);
    if (saved !== null) this.#conversation.restore(saved);
    this.#discarded = saved?.discarded ?? [];
    this.#earlier = saved?.earlier ?? [];
    this.spending = new Spending([...this.turns, ...this.#discarded]);
  }

  get conversation(): ConversationChain {
    return this.#conversation;
  }

  /** What answers, and by which name it was asked for. */
  get model(): OpenedModel {
    return this.#model;
  }

  get turns(): readonly TurnRecord[] {
    return this.#conversation.turns;
  }

  /** What {@link retry} would ask; `null` for nothing. */
  get lastAsked(): string | null {
    return this.#unanswered ?? this.turns.at(-1)?.input ?? null;
  }

  /** Turns that were paid for, and are none of the conversation's. */
  get discarded(): readonly DiscardedTurn[] {
    return this.#discarded;
  }

  /** One more turn. Doesn't throw: an error is part of what it gives, and the conversation is as it was before. */
  async ask(input: string, signal: AbortSignal): Promise<TurnOutcome> {
    const { callbacks, budget, view } = this.#fields;
    const conversation = this.#conversation;
    const turn = this.turns.length + 1;
    const before = conversation.memory.state;
    view.beginTurn();
    try {
      await conversation.invoke({ input }, { callbacks, signal, budget });
    } catch (error) {
      this.#unanswered = input;
      return this.#lost(turn, error, signal.aborted ? 'cancelled' : 'failed');
    }
    const last = this.turns.at(-1)!;
    const record = last.memoryUsage === null ? last : { ...last, memoryCost: view.memory.cost };
    conversation.turns = [...this.turns.slice(0, -1), record];
    this.spending.add(record);
    this.#unanswered = null;
    if (asksModel(conversation.memory.kind)) this.#earlier = [...this.#earlier, before];
    const finishReason = view.reply?.type === 'llmEnd' ? view.reply.finishReason : null;
    return { turn, text: record.output, spent: record, finishReason };
  }

  /**
   * Asks what was asked last: what failed or was taken back, or the last turn over again, in its place. A turn is
   * replaced only by one that ends well.
   * @throws ChainError `invalid_argument` where there is nothing, or the last turn can't be taken back
   */
  async retry(signal: AbortSignal): Promise<TurnOutcome> {
    if (this.#unanswered !== null) return this.ask(this.#unanswered, signal);
    const replaced = await this.#takeBack('there is nothing to ask again');
    const outcome = await this.ask(replaced.record.input, signal);
    if (outcome.error === undefined) this.#discard('undone', outcome.turn, replaced.record);
    else {
      replaced.putBack();
      this.#unanswered = null;
    }
    return outcome;
  }

  /**
   * Takes the last turn back, and what the memory made of it.
   * @throws ChainError `invalid_argument` where there is none, or it can't be taken back
   */
  async undo(): Promise<TurnRecord> {
    const { record } = await this.#takeBack('there is no turn to take back');
    this.#discard('undone', this.turns.length + 1, record);
    this.#unanswered = record.input;
    return record;
  }

  /** Begins another conversation with the same model and memory. */
  reset(): void {
    for (const [index, record] of this.turns.entries()) this.#discard('reset', index + 1, record);
    this.#conversation = this.#converse(this.#model);
    this.#earlier = [];
    this.#unanswered = null;
  }

  /** Has another model answer, and write the memory's summaries, from the next turn on. */
  changeModel(model: OpenedModel): void {
    const { id, turns, memory } = this.#conversation;
    this.#model = model;
    this.#conversation = this.#converse(model);
    this.#conversation.restore({ id, turns, state: memory.state });
  }

  /** @param system what the conversation was told to begin with, where a file has to keep it */
  toSaved(system: string | undefined): SavedConversation {
    const { id, turns, memory } = this.#conversation;
    const earlier = this.#earlier.slice(-EARLIER_STATES);
    return {
      schema: 1,
      id,
      memory: memory.kind,
      model: this.#model.choice.name,
      ...(system !== undefined && { system }),
      state: memory.state,
      turns,
      ...(this.#discarded.length > 0 && { discarded: this.#discarded }),
      ...(earlier.length > 0 && { earlier }),
    };
  }

  #converse({ llm }: OpenedModel): ConversationChain {
    const { memory, prompt, system, metadata } = this.#fields;
    return new ConversationChain({ llm, memory: createMemory(memory, { llm }), prompt, system, metadata });
  }

  async #takeBack(none: string): Promise<{ readonly record: TurnRecord; putBack(): void }> {
    const conversation = this.#conversation;
    const { turns, memory } = conversation;
    const { state } = memory;
    const earlier = this.#earlier;
    const record = turns.at(-1);
    if (record === undefined) throw new ChainError('invalid_argument', none);
    const before = asksModel(memory.kind)
      ? earlier.at(-1)
      : await stateAfter(turns.slice(0, -1), memory.kind, conversation.llm);
    if (before === undefined) {
      throw new ChainError(
        'invalid_argument',
        `turn ${turns.length} can't be taken back: what the memory kept before it is gone`,
        { hint: 'It is part of a summary by now. /reset begins anew.' },
      );
    }
    conversation.turns = turns.slice(0, -1);
    memory.state = before;
    this.#earlier = earlier.slice(0, -1);
    return {
      record,
      putBack: () => {
        conversation.turns = turns;
        memory.state = state;
        this.#earlier = earlier;
      },
    };
  }

  #lost(turn: number, error: unknown, reason: 'cancelled' | 'failed'): TurnOutcome {
    const { reply, memory } = this.#fields.view;
    const text = reply?.text ?? '';
    if (reply === null || reply.usage === null) return { turn, text, spent: null, finishReason: null, error };
    const { model, usage, cost } = reply;
    const memoryUsage = memory.usage;
    const spent = {
      model,
      usage,
      cost,
      memoryUsage,
      ...(memoryUsage !== null && { memoryCost: memory.cost }),
    };
    this.#discarded = [...this.#discarded, { turn, reason, ...spent }];
    this.spending.add(spent);
    return { turn, text, spent, finishReason: null, error };
  }

  /** It was counted when it ended. */
  #discard(reason: 'undone' | 'reset', turn: number, { input: _, output: __, ...spent }: TurnRecord): void {
    this.#discarded = [...this.#discarded, { turn, reason, ...spent }];
  }
}
