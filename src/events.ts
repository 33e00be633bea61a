import type { ErrorRecordWithOriginal } from './errors.js';
import type {
  FinishReason,
  Message,
  ModelParams,
  ToolCall,
  ToolDefinition,
  Usage,
  UsageSum,
} from './messages.js';

/** What every event has. An event is plain data: it survives `JSON.stringify`, and no handler may change it. */
export interface EventBase {
  readonly runId: string;
  /** The run that this run is a step of; `null` at the root. */
  readonly parentRunId: string | null;
  /** The name of what runs: `LLMChain`, `ChatOpenAI`, a tool's name. */
  readonly name: string;
  /** Milliseconds since the epoch. */
  readonly time: number;
}

/** What the event that opens a run has besides. */
export interface StartEventBase extends EventBase {
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** What the event that closes a run has besides. */
export interface EndEventBase extends EventBase {
  /** Since the run's start event was made, in milliseconds. */
  readonly durationMs: number;
}

export interface ErrorEventBase extends EndEventBase {
  /** The thrown error itself is its non-enumerable property `original`. */
  readonly error: ErrorRecordWithOriginal;
}

export interface ChainStartEvent extends StartEventBase {
  readonly type: 'chainStart';
  readonly inputs: Readonly<Record<string, unknown>>;
}

export interface ChainEndEvent extends EndEventBase {
  readonly type: 'chainEnd';
  readonly outputs: Readonly<Record<string, unknown>>;
  /** The sum of its children's; `null` when no model ran. */
  readonly usage: UsageSum | null;
}

export interface ChainErrorEvent extends ErrorEventBase {
  readonly type: 'chainError';
  readonly usage: UsageSum | null;
}

interface ModelStartBase extends StartEventBase {
  /** The model that was asked for. */
  readonly model: string;
  readonly provider: string;
  readonly params: ModelParams;
}

/** A completion model starts. */
export interface LLMStartEvent extends ModelStartBase {
  readonly type: 'llmStart';
  readonly prompt: string;
}

/** A chat model starts. A handler without `onChatModelStart` hears it as `onLLMStart`, the messages as text. */
export interface ChatModelStartEvent extends ModelStartBase {
  readonly type: 'chatModelStart';
  readonly messages: readonly Message[];
  readonly tools: readonly ToolDefinition[];
}

export interface LLMNewTokenEvent extends EventBase {
  readonly type: 'llmNewToken';
  /** The text that came in one chunk: often a token, sometimes several or part of one. */
  readonly token: string;
  /** Its place among the chunks of this run, from 0. */
  readonly index: number;
}

export interface LLMEndEvent extends EndEventBase {
  readonly type: 'llmEnd';
  readonly text: string;
  readonly message: Message;
  readonly toolCalls: readonly ToolCall[];
  readonly finishReason: FinishReason | null;
  readonly usage: Usage;
  /** In US dollars; `null` where no price is known. */
  readonly cost: number | null;
  /** The model as it named itself in its answer. */
  readonly model: string;
  readonly responseId: string | null;
  /** From the start to the first text, in milliseconds; `null` when none came. */
  readonly firstTokenMs: number | null;
}

export interface LLMErrorEvent extends ErrorEventBase {
  readonly type: 'llmError';
  /** As it named itself if it came to that, else as it was asked for. */
  readonly model: string;
  /** What had come. */
  readonly text: string;
  /** `null` when nothing was answered, so nothing was spent. */
  readonly usage: Usage | null;
  /** In US dollars; `null` where it isn't known or nothing was spent. */
  readonly cost: number | null;
}

/** A request failed and will be made again. */
export interface RetryEvent extends EventBase {
  readonly type: 'retry';
  /** 1 for the first repetition. */
  readonly attempt: number;
  readonly delayMs: number;
  readonly reason: string;
}

export interface ToolStartEvent extends StartEventBase {
  readonly type: 'toolStart';
  readonly input: unknown;
  readonly toolCallId: string | null;
}

export interface ToolEndEvent extends EndEventBase {
  readonly type: 'toolEnd';
  readonly output: unknown;
}

export interface ToolErrorEvent extends ErrorEventBase {
  readonly type: 'toolError';
}

export interface AgentActionEvent extends EventBase {
  readonly type: 'agentAction';
  readonly tool: string;
  readonly input: unknown;
  readonly log: string;
}

export interface AgentFinishEvent extends EventBase {
  readonly type: 'agentFinish';
  readonly output: string;
  readonly log: string;
}

export interface RetrieverStartEvent extends StartEventBase {
  readonly type: 'retrieverStart';
  readonly query: string;
}

/** A piece of text that a retriever found. */
export interface Document {
  readonly pageContent: string;
  readonly metadata?: Readonly<Record<string, unknown>>;
}

export interface RetrieverEndEvent extends EndEventBase {
  readonly type: 'retrieverEnd';
  readonly documents: readonly Document[];
}

export interface RetrieverErrorEvent extends ErrorEventBase {
  readonly type: 'retrieverError';
}

export interface TextEvent extends EventBase {
  readonly type: 'text';
  readonly text: string;
  /** `prompt`: the prompt after formatting. */
  readonly kind: string;
}

/** Whatever a program wants its own handlers to hear. */
export interface CustomEvent extends EventBase {
  readonly type: 'customEvent';
  readonly eventName: string;
  readonly data: unknown;
}

export type ChainEvent =
  | ChainStartEvent
  | ChainEndEvent
  | ChainErrorEvent
  | LLMStartEvent
  | ChatModelStartEvent
  | LLMNewTokenEvent
  | LLMEndEvent
  | LLMErrorEvent
  | RetryEvent
  | ToolStartEvent
  | ToolEndEvent
  | ToolErrorEvent
  | AgentActionEvent
  | AgentFinishEvent
  | RetrieverStartEvent
  | RetrieverEndEvent
  | RetrieverErrorEvent
  | TextEvent
  | CustomEvent;

export type EventType = ChainEvent['type'];
export type EventOf<T extends EventType> = Extract<ChainEvent, { readonly type: T }>;

/** The events that open a run. */
export type StartEventType = 'chainStart' | 'llmStart' | 'chatModelStart' | 'toolStart' | 'retrieverStart';

/**
 * The method that hears each type of event, and the switch that turns its group off.
 * The one place that lists them; every other list is derived from it.
 */
export const EVENT_TABLE = {
  chainStart: { method: 'onChainStart', ignore: 'ignoreChain' },
  chainEnd: { method: 'onChainEnd', ignore: 'ignoreChain' },
  chainError: { method: 'onChainError', ignore: 'ignoreChain' },
  llmStart: { method: 'onLLMStart', ignore: 'ignoreLLM' },
  chatModelStart: { method: 'onChatModelStart', ignore: 'ignoreLLM' },
  llmNewToken: { method: 'onLLMNewToken', ignore: 'ignoreLLM' },
  llmEnd: { method: 'onLLMEnd', ignore: 'ignoreLLM' },
  llmError: { method: 'onLLMError', ignore: 'ignoreLLM' },
  retry: { method: 'onRetry', ignore: 'ignoreRetry' },
  toolStart: { method: 'onToolStart', ignore: 'ignoreTool' },
  toolEnd: { method: 'onToolEnd', ignore: 'ignoreTool' },
  toolError: { method: 'onToolError', ignore: 'ignoreTool' },
  agentAction: { method: 'onAgentAction', ignore: 'ignoreAgent' },
  agentFinish: { method: 'onAgentFinish', ignore: 'ignoreAgent' },
  retrieverStart: { method: 'onRetrieverStart', ignore: 'ignoreRetriever' },
  retrieverEnd: { method: 'onRetrieverEnd', ignore: 'ignoreRetriever' },
  retrieverError: { method: 'onRetrieverError', ignore: 'ignoreRetriever' },
  text: { method: 'onText', ignore: 'ignoreText' },
  customEvent: { method: 'onCustomEvent', ignore: 'ignoreCustomEvent' },
} as const satisfies Record<
  EventType,
  { readonly method: `on${string}`; readonly ignore: `ignore${string}` }
>;

/** What an event's fields mean when it is kept. A reader finds it in the line that opens a root run. */
export const SCHEMA_VERSION = 1;

export const EVENT_TYPES = Object.keys(EVENT_TABLE) as readonly EventType[];

/** Written out, not derived: members of a mapped type are properties, which a subclass could not define as methods. */
interface EventMethods {
  onChainStart?(event: EventOf<'chainStart'>): unknown;
  onChainEnd?(event: EventOf<'chainEnd'>): unknown;
  onChainError?(event: EventOf<'chainError'>): unknown;
  onLLMStart?(event: EventOf<'llmStart'>): unknown;
  onChatModelStart?(event: EventOf<'chatModelStart'>): unknown;
  onLLMNewToken?(event: EventOf<'llmNewToken'>): unknown;
  onLLMEnd?(event: EventOf<'llmEnd'>): unknown;
  onLLMError?(event: EventOf<'llmError'>): unknown;
  onRetry?(event: EventOf<'retry'>): unknown;
  onToolStart?(event: EventOf<'toolStart'>): unknown;
  onToolEnd?(event: EventOf<'toolEnd'>): unknown;
  onToolError?(event: EventOf<'toolError'>): unknown;
  onAgentAction?(event: EventOf<'agentAction'>): unknown;
  onAgentFinish?(event: EventOf<'agentFinish'>): unknown;
  onRetrieverStart?(event: EventOf<'retrieverStart'>): unknown;
  onRetrieverEnd?(event: EventOf<'retrieverEnd'>): unknown;
  onRetrieverError?(event: EventOf<'retrieverError'>): unknown;
  onText?(event: EventOf<'text'>): unknown;
  onCustomEvent?(event: EventOf<'customEvent'>): unknown;
}

type IgnoreSwitches = {
  readonly [T in EventType as (typeof EVENT_TABLE)[T]['ignore']]?: boolean;
};

/** How a handler wants to be called. */
export interface HandlerOptions extends IgnoreSwitches {
  /** What it is called in reports; its class's name otherwise. */
  readonly name?: string;
  /** Not waited for: its events come one at a time, in order, from a bounded queue. */
  readonly background?: boolean;
  /** How many events a background handler's queue holds before the run waits for it. Default 1,000. */
  readonly queueSize?: number;
  /** How long one event may take it, in milliseconds. Default 30,000; `Infinity` for no limit. */
  readonly handlerTimeoutMs?: number;
  /** Its errors fail the run. Not together with `background`. */
  readonly raiseError?: boolean;
}

/** Where requests go. */
export interface ServerAddress {
  /** A name, or an IP address without brackets. */
  readonly address: string;
  readonly port: number;
}

/**
 * Listens to runs: a method for each event it cares for, each taking the one event object.
 * A method that returns a promise is waited for before the run goes on; one that doesn't costs no promise. Whatever
 * else it returns is left.
 * `onEvent` receives every event, after the method of its own type.
 */
export interface CallbackHandler extends HandlerOptions, EventMethods {
  onEvent?(event: ChainEvent): unknown;
  /**
   * Headers that the requests of a model's run carry besides, such as `traceparent`. Asked once a run, after its start has
   * been heard, and before its first request; `undefined` for none. A model's own headers win over them.
   * @param server where they go, if that is known
   */
  requestHeaders?(runId: string, server?: ServerAddress): Readonly<Record<string, string>> | undefined;
  /** Lets go of files and the like. Called by who made the handler, never by a run. */
  close?(): void | Promise<void>;
}

/** A base for handlers written as classes. It has no methods of its own, so a subclass hears what it defines. */
export const BaseCallbackHandler: new () => CallbackHandler = class BaseCallbackHandler {};
export type BaseCallbackHandler = CallbackHandler;

/** The same class: a handler is asynchronous by returning a promise. For people who look for this name. */
export const AsyncCallbackHandler = BaseCallbackHandler;
export type AsyncCallbackHandler = BaseCallbackHandler;
