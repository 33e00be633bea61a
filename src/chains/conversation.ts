import type { CallContext } from '../callbacks/context.js';
import type { Run, RunnableFields, RunOptions } from '../callbacks/run.js';
import { newRunId } from '../callbacks/run-id.js';
import { ConversationBufferMemory } from '../memory/buffer.js';
import type { Memory, MemoryState } from '../memory/memory.js';
import { messagesToText, type UsageSum } from '../messages.js';
import type { Model, ModelResult } from '../models/model.js';
import { type Prompt, requireValues } from '../prompts/prompt.js';
import { type Admission, Chain, type ChainInputs, type ChainResult } from './chain.js';
import {
  loadConversation,
  restoreMemory,
  type SavedConversation,
  saveConversation,
  type TurnRecord,
} from './conversation-file.js';
import { conversationPrompt, formatTurn, inputOf } from './conversation-prompt.js';
import { assertNone, faultOfModel, faultOfPrompt } from './faults.js';
import { textOf } from './text-of.js';
import { TurnOrder } from './turn-order.js';

export interface ConversationChainFields extends RunnableFields {
  readonly llm: Model;
  /** Default: {@link ConversationBufferMemory}, which keeps everything. */
  readonly memory?: Memory | undefined;
  /** With the variables `history` and `input`; others are given with each turn. */
  readonly prompt?: Prompt | undefined;
  /** The system prompt, in place of the default prompt's. Not together with `prompt`. */
  readonly system?: string | undefined;
}

export interface ConversationResult extends ChainResult {
  readonly outputs: { readonly response: string };
  readonly input: string;
  /** What the memory held when the turn began, as text. */
  readonly history: string;
  readonly response: string;
  /** From 1. */
  readonly turn: number;
  /** The model's whole answer. */
  readonly llm: ModelResult;
  /** What the memory spent for itself, which is part of `usage`; `null` where it asked no model. */
  readonly memoryUsage: UsageSum | null;
}

/**
 * A model that is shown what was said before. Turns that are asked for at once are taken one after the other, in the
 * order of the calls; a turn that fails or is aborted leaves the memory as it was.
 *
 * The runs of a turn carry `turn` and `conversation` in their metadata; those of a memory have the tag `memory` too.
 */
export class ConversationChain extends Chain<ConversationResult> {
  override readonly name = 'ConversationChain';
  /** The same after the conversation was saved and loaded. */
  id: string = newRunId();
  readonly memory: Memory;
  readonly prompt: Prompt;
  llm: Model;
  /** All turns that ended well, whatever the memory keeps of them. */
  turns: readonly TurnRecord[] = [];
  readonly #order = new TurnOrder();

  /** @throws ChainError `invalid_argument` where the model, the memory or the prompt is none */
  constructor(fields: ConversationChainFields) {
    super(fields);
    const { llm, memory = new ConversationBufferMemory(), prompt, system } = fields ?? {};
    const faults = [
      faultOfModel(llm),
      typeof memory?.after === 'function'
        ? undefined
        : 'memory must be a memory, such as new ConversationBufferMemory()',
      prompt === undefined ? undefined : faultOfPrompt(prompt),
      prompt !== undefined && system !== undefined
        ? 'it takes a prompt or a system prompt, not both'
        : undefined,
    ];
    assertNone(faults, 'ConversationChain');
    this.llm = llm!;
    this.memory = memory;
    this.prompt = prompt ?? conversationPrompt(memory, system);
  }

  /**
   * The text of the answer.
   * @param inputs as `invoke` takes them, or the input alone
   */
  async run(inputs: string | ChainInputs, options: RunOptions = {}): Promise<string> {
    const all = typeof inputs === 'object' && inputs !== null ? inputs : { input: inputs };
    return (await this.invoke(all, options)).response;
  }

  /**
   * Goes on with a conversation that was saved.
   * @param fields without a memory it gets one of the kind and with the prefixes that it had, which asks `llm`; a memory
   *   given here takes over what was kept
   * @throws ChainError `file_not_readable` for a file that is missing, damaged, or of a newer version
   */
  static async load(file: string, fields: ConversationChainFields): Promise<ConversationChain> {
    const saved = await loadConversation(file);
    const { llm, memory = restoreMemory(saved, file, { llm }) } = fields;
    const conversation = new ConversationChain({ ...fields, memory });
    conversation.restore(saved);
    return conversation;
  }

  /** Takes over turns, and what the memory kept of them. */
  restore({ id, turns, state }: Pick<SavedConversation, 'id' | 'turns' | 'state'>): void {
    this.id = id;
    this.turns = turns;
    this.memory.state = state;
  }

  /**
   * Saves it, in one step and with mode 0600.
   * @throws ChainError `file_not_writable`, naming the file and the reason
   */
  async save(file: string): Promise<void> {
    const { id, memory, turns } = this;
    const { kind, state, humanPrefix, aiPrefix, summaryPrefix } = memory;
    const prefixes = { humanPrefix, aiPrefix, summaryPrefix };
    await saveConversation(file, { schema: 1, id, memory: kind, prefixes, state, turns });
  }

  /**
   * The text as it comes. Once another turn waits for this one it goes on to its end by itself, as fast as the model
   * does: a stream that is read slowly, or not at all, holds nobody up.
   */
  override stream(
    inputs: ChainInputs = {},
    options: RunOptions = {},
  ): AsyncGenerator<string, ConversationResult, void> {
    const own = { ...options };
    return this.#order.follow(own, super.stream(inputs, own));
  }

  protected override admit(options: RunOptions, context: CallContext | null): Promise<Admission> {
    return this.#order.enter(options, context);
  }

  protected override async *execute(
    inputs: ChainInputs,
    run: Run,
    streaming: boolean,
  ): AsyncGenerator<string, Omit<Turned, 'usage' | 'runId'>, void> {
    requireValues(['input'], inputs);
    const { memory, llm } = this;
    const turn = this.turns.length + 1;
    const history = memory.buffer;
    const prompt = formatTurn(this.prompt, memory, inputs);
    const input = inputOf(inputs);
    // What a chat model is sent: a trace need not show it a second time.
    const text = llm.kind === 'chat' ? messagesToText(prompt.messages) : prompt.text;
    const heard = run.emit({ type: 'text', text, kind: 'prompt' });
    if (heard !== undefined) await heard;
    const options = { parent: run, metadata: { conversation: this.id, turn } };
    const answer = streaming ? yield* textOf(llm.stream(prompt, options)) : await llm.invoke(prompt, options);
    const response = answer.text;
    const { state, usage: memoryUsage } = await memory.after({ input, output: response }, options);
    return {
      outputs: { response },
      input,
      history,
      response,
      turn,
      llm: answer,
      memoryUsage,
      [STATE]: state,
    };
  }

  protected override commit({ input, response, llm, memoryUsage, [STATE]: state }: Turned): void {
    const { model, usage, cost } = llm;
    this.memory.state = state;
    this.turns = [...this.turns, { input, output: response, model, usage, cost, memoryUsage }];
  }
}

const STATE: unique symbol = Symbol('what the memory keeps after the turn');

/** A turn that is over, but for its memory. */
interface Turned extends ConversationResult {
  readonly [STATE]: MemoryState;
}
