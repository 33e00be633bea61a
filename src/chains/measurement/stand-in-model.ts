import type { Message, Usage } from '../../messages.js';
import { Model, type ModelChunk, type ModelRequest } from '../../models/model.js';
import { countMessages } from '../../tokens/chat-framing.js';
import type { Tokenizer } from '../../tokens/tokenizer.js';
import { estimatedUsage } from '../../tokens/usage.js';

export interface StandInFields {
  /** The name of its runs. */
  readonly name: string;
  /** Whose name, kind and prices it has. */
  readonly llm: Model;
  /** That of `llm`. */
  readonly tokenizer: Tokenizer;
  readonly reply: (messages: readonly Message[], signal: AbortSignal | undefined) => string | Promise<string>;
}

/** Stands in for a model that isn't asked: its tokens and its cost are what the model's would be for such a reply. */
export class StandInModel extends Model {
  override readonly name: string;
  override readonly model: string;
  override readonly provider: string;
  override readonly kind: 'chat' | 'completion';
  readonly #fields: StandInFields;

  constructor(fields: StandInFields) {
    super({ streaming: false });
    const { name, llm } = fields;
    this.name = name;
    this.model = llm.model;
    this.provider = llm.provider;
    this.kind = llm.kind;
    this.#fields = fields;
  }

  protected override async *answer(request: ModelRequest): AsyncGenerator<readonly ModelChunk[], void, void> {
    const { reply, tokenizer } = this.#fields;
    const { messages, prompt, tools, signal } = request;
    const text = await reply(messages, signal);
    const input = this.kind === 'chat' ? countMessages(tokenizer, messages, tools) : tokenizer.count(prompt);
    const usage = estimatedUsage(input, tokenizer.count(text));
    yield [...(text === '' ? [] : [{ text }]), { finishReason: 'stop', usage }];
  }

  override cost(model: string, usage: Usage): Promise<number | null> {
    return this.#fields.llm.cost(model, usage);
  }
}
