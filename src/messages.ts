/** Who said a message. */
export type Role = 'system' | 'user' | 'assistant' | 'tool';

/** A call of a tool, as the model asked for it. `arguments` is the model's own JSON text, unchecked. */
export interface ToolCall {
  readonly id: string;
  readonly name: string;
  readonly arguments: string;
}

/** What a model is told of a tool. `parameters` is a JSON Schema. */
export interface ToolDefinition {
  readonly name: string;
  readonly description?: string;
  readonly parameters: Readonly<Record<string, unknown>>;
}

/** One message of a conversation. */
export interface Message {
  readonly role: Role;
  readonly content: string;
  /** The author's name, where the provider supports one. */
  readonly name?: string;
  /** Assistant messages only: the tools it asked to call. */
  readonly toolCalls?: readonly ToolCall[];
  /** Tool messages only: the call that this message answers. */
  readonly toolCallId?: string;
}

/** Where a count came from, best first; in a sum the worst one wins. */
export type UsageSource = 'reported' | 'estimated' | 'unknown';

/** Tokens of one model run. A number that isn't known is `null`, never zero. */
export interface Usage {
  /** Tokens of the prompt, cached ones included. */
  readonly inputTokens: number | null;
  /** Tokens of the answer, reasoning ones included. */
  readonly outputTokens: number | null;
  readonly totalTokens: number | null;
  /** Those of `inputTokens` that the provider read from its cache. */
  readonly cachedTokens: number | null;
  /** Those of `outputTokens` that the model spent on reasoning. */
  readonly reasoningTokens: number | null;
  readonly source: UsageSource;
}

/** The usage of several model runs. `source` is the worst of theirs. */
export interface UsageSum extends Usage {
  /** How many model runs went into the sum. */
  readonly runs: number;
  /** `totalTokens` by the label of the runs they came from. */
  readonly bySource: Readonly<Partial<Record<UsageSource, number>>>;
}

/** Why a model stopped: the provider's own word, usually `stop`, `length`, `tool_calls` or `content_filter`. */
export type FinishReason = string;

/** How a chat model must shape its answer. */
export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json_object' }
  | {
      readonly type: 'json_schema';
      readonly name?: string;
      readonly schema: Readonly<Record<string, unknown>>;
    };

/** What a request may say besides its prompt. Whatever is left out is left to the provider. */
export interface ModelParams {
  /** 0 to 2. */
  readonly temperature?: number;
  /** 0 to 1. */
  readonly topP?: number;
  /** The most tokens that the answer may have. */
  readonly maxTokens?: number;
  /** Texts at which the answer ends. */
  readonly stop?: readonly string[];
  readonly seed?: number;
  readonly responseFormat?: ResponseFormat;
  /** `minimal`, `low`, `medium`, `high` or what else the model knows. */
  readonly reasoningEffort?: string;
  /** Merged into the body of the request as it is. */
  readonly extraBody?: Readonly<Record<string, unknown>>;
}

const SPEAKERS: Readonly<Record<Role, string>> = {
  system: 'System',
  user: 'Human',
  assistant: 'AI',
  tool: 'Tool',
};

/** Messages as one text, a `Human: …` or `AI: …` line for each: what a completion model is given, and a log shows. */
export function messagesToText(
  messages: readonly Message[],
  speakers: Readonly<Partial<Record<Role, string>>> = SPEAKERS,
): string {
  return messages.map(({ role, content }) => `${speakers[role] ?? SPEAKERS[role]}: ${content}`).join('\n');
}
