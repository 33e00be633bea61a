import { ChainError, type ErrorRecordWithOriginal } from '../../errors.js';
import type { CallbackHandler, ChainEvent, EventOf, EventType } from '../../events.js';
import { messagesToText } from '../../messages.js';
import { handlerName } from '../failures.js';
import { callerOf } from './caller.js';
import type { CoreClasses } from './core.js';
import type { LangChainHandler, LangChainMethod } from './handler.js';
import {
  extraParams,
  modelMetadata,
  serialized,
  theirChunk,
  theirMessages,
  theirResult,
  theirToolOutput,
} from './their-objects.js';

/** The same handler always gives the same one, so that it hears an event once however often it is attached. */
const known = new WeakMap<LangChainHandler, CallbackHandler>();

/**
 * Makes a callback handler of LangChain.js one of this package: its methods are called as LangChain.js calls them, with
 * messages and results of `@langchain/core`, as the file that calls this would import it, which is loaded by the first
 * event; with plain objects of the same shape where it isn't installed.
 *
 * The handler's own `ignoreLLM`, `ignoreChain`, `ignoreAgent` (tools too), `ignoreRetriever`, `ignoreCustomEvent`,
 * `raiseError` and `awaitHandlers` hold. A request that is made again is a custom event called `retry`.
 * @throws ChainError `invalid_argument` for what has none of LangChain.js's methods
 */
export function fromLangChain(handler: LangChainHandler): CallbackHandler {
  if (!isLangChainHandler(handler)) {
    const hint = 'A handler with methods such as onLLMEnd is used as it is.';
    const message = 'fromLangChain takes a handler of LangChain.js, with methods such as handleLLMEnd';
    throw new ChainError('invalid_argument', message, { hint });
  }
  let ours = known.get(handler);
  if (ours === undefined) known.set(handler, (ours = new FromLangChain(handler, callerOf(fromLangChain))));
  return ours;
}

function isLangChainHandler(handler: unknown): handler is LangChainHandler {
  if (typeof handler !== 'object' || handler === null) return false;
  return Object.keys(METHODS).some(
    (name) => typeof (handler as Readonly<Record<string, unknown>>)[name] === 'function',
  );
}

type IgnoreSwitch = Extract<keyof LangChainHandler, `ignore${string}`>;

/** What turns each of their methods off. */
const METHODS: Readonly<Record<LangChainMethod, IgnoreSwitch | null>> = {
  handleLLMStart: 'ignoreLLM',
  handleChatModelStart: 'ignoreLLM',
  handleLLMNewToken: 'ignoreLLM',
  handleLLMEnd: 'ignoreLLM',
  handleLLMError: 'ignoreLLM',
  handleChainStart: 'ignoreChain',
  handleChainEnd: 'ignoreChain',
  handleChainError: 'ignoreChain',
  handleToolStart: 'ignoreAgent',
  handleToolEnd: 'ignoreAgent',
  handleToolError: 'ignoreAgent',
  handleAgentAction: 'ignoreAgent',
  handleAgentEnd: 'ignoreAgent',
  handleRetrieverStart: 'ignoreRetriever',
  handleRetrieverEnd: 'ignoreRetriever',
  handleRetrieverError: 'ignoreRetriever',
  handleText: null,
  handleCustomEvent: 'ignoreCustomEvent',
};

/**
 * Handlers that take an agent's action for a run of its own, by the id of the agent's: they would never tell how that one
 * ended. They hear of its tools as runs.
 */
const MISTAKE_ACTIONS: ReadonlySet<string | undefined> = new Set([
  'LangfuseCallbackHandler',
  'PosthogCallbackHandler',
]);

/** What their methods are told of a run besides its ids. */
interface OpenRun {
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
  /** Only of a chain. */
  readonly inputs: Readonly<Record<string, unknown>> | undefined;
  /** Only of a tool. */
  readonly toolCallId: string | null;
  /** Whether it is a chat model's. */
  readonly chat: boolean;
}

class FromLangChain implements CallbackHandler {
  readonly #handler: LangChainHandler;
  /** The file that made it. */
  readonly #from: string | undefined;
  readonly #runs = new Map<string, OpenRun>();
  #classes: CoreClasses | null = null;
  #loading: Promise<void> | null = null;

  constructor(handler: LangChainHandler, from: string | undefined) {
    this.#handler = handler;
    this.#from = from;
  }

  get name(): string {
    return handlerName(this.#handler);
  }

  get raiseError(): boolean {
    return this.#handler.raiseError === true;
  }

  get background(): boolean {
    return this.#handler.awaitHandlers === false && !this.raiseError;
  }

  onEvent(event: ChainEvent): unknown {
    if (this.#classes !== null) return this.#hear(event, this.#classes);
    this.#loading ??= import('./core.js')
      .then(({ loadCore }) => loadCore(this.#handler, this.#from))
      .then((classes) => {
        this.#classes = classes;
      });
    return this.#loading.then(() => this.#hear(event, this.#classes!));
  }

  /** Waits until LangSmith's client, if the handler has one, has sent what it holds back. */
  async close(): Promise<void> {
    const { client } = this.#handler as { client?: { awaitPendingTraceBatches?(): unknown } };
    await client?.awaitPendingTraceBatches?.();
  }

  #hear(event: ChainEvent, classes: CoreClasses): unknown {
    if ('metadata' in event) {
      const { tags, metadata, type } = event;
      this.#runs.set(event.runId, {
        tags,
        metadata,
        inputs: type === 'chainStart' ? event.inputs : undefined,
        toolCallId: type === 'toolStart' ? event.toolCallId : null,
        chat: type === 'chatModelStart',
      });
    }
    const run = this.#runs.get(event.runId) ?? UNHEARD;
    if ('durationMs' in event) this.#runs.delete(event.runId);
    const call = (method: LangChainMethod, given: () => readonly unknown[]) => {
      const ignore = METHODS[method];
      if (ignore !== null && this.#handler[ignore]) return undefined;
      return this.#handler[method]?.(...given());
    };
    const tell = TELL[event.type] as Teller<EventType>;
    return tell({ event, run, classes, call, handler: this.#handler });
  }
}

const UNHEARD: OpenRun = { tags: [], metadata: {}, inputs: undefined, toolCallId: null, chat: true };

interface Telling<T extends EventType> {
  readonly event: EventOf<T>;
  readonly run: OpenRun;
  readonly classes: CoreClasses;
  /** Calls a method, if the handler has it and doesn't ignore it. */
  call(method: LangChainMethod, given: () => readonly unknown[]): unknown;
  readonly handler: LangChainHandler;
}

type Teller<T extends EventType> = (telling: Telling<T>) => unknown;

/**
 * What LangChain.js's managers give each method, in their order. That of `handleChainStart` is another than in its
 * declared type.
 */
const TELL: { readonly [T in EventType]: Teller<T> } = {
  chainStart: ({ event, run, call }) =>
    call('handleChainStart', () => [
      serialized('chains', event.name),
      structuredClone(event.inputs),
      ...ids(event),
      ...origin(run),
      'chain',
      event.name,
    ]),
  chainEnd: ({ event, run, call }) =>
    call('handleChainEnd', () => [structuredClone(event.outputs), ...ids(event), tags(run), inputs(run)]),
  chainError: ({ event, run, call }) =>
    call('handleChainError', () => [original(event.error), ...ids(event), tags(run), inputs(run)]),

  llmStart: ({ event, call }) => call('handleLLMStart', () => modelStart(event, [event.prompt])),
  chatModelStart: ({ event, call, classes, handler }) =>
    handler.handleChatModelStart === undefined
      ? call('handleLLMStart', () => modelStart(event, [messagesToText(event.messages)]))
      : call('handleChatModelStart', () => modelStart(event, [theirMessages(classes, event.messages)])),
  llmNewToken: ({ event, run, call, classes }) =>
    call('handleLLMNewToken', () => [
      event.token,
      { prompt: 0, completion: 0 },
      ...ids(event),
      tags(run),
      { chunk: theirChunk(classes, event, run.chat) },
    ]),
  llmEnd: ({ event, run, call, classes }) =>
    call('handleLLMEnd', () => [theirResult(classes, event, run.chat), ...ids(event), tags(run)]),
  llmError: ({ event, run, call }) =>
    call('handleLLMError', () => [original(event.error), ...ids(event), tags(run)]),
  retry: ({ event, run, call }) =>
    call('handleCustomEvent', () => {
      const { attempt, delayMs, reason } = event;
      return ['retry', { attempt, delayMs, reason }, event.runId, ...origin(run)];
    }),

  toolStart: ({ event, run, call, handler }) =>
    call('handleToolStart', () => {
      const { input, name, toolCallId } = event;
      const tool = serialized('tools', name);
      const rest = [...ids(event), ...origin(run), name, toolCallId ?? undefined];
      // Tracers are told of the input by this method as it is, and otherwise as a text.
      const tracer = handler as { _createRunForToolStart?(...given: unknown[]): unknown };
      if (typeof input === 'object' && input !== null)
        tracer._createRunForToolStart?.(tool, structuredClone(input), ...rest);
      return [tool, typeof input === 'string' ? input : (JSON.stringify(input) ?? ''), ...rest];
    }),
  toolEnd: ({ event, run, call, classes }) =>
    call('handleToolEnd', () => [theirToolOutput(classes, event, run.toolCallId), ...ids(event), tags(run)]),
  toolError: ({ event, run, call }) =>
    call('handleToolError', () => [original(event.error), ...ids(event), tags(run)]),
  agentAction: ({ event, run, call, handler }) =>
    !MISTAKE_ACTIONS.has(handler.name) &&
    call('handleAgentAction', () => {
      const { tool, input, log } = event;
      return [{ tool, toolInput: structuredClone(input), log }, ...ids(event), tags(run)];
    }),
  agentFinish: ({ event, run, call, handler }) =>
    !MISTAKE_ACTIONS.has(handler.name) &&
    call('handleAgentEnd', () => {
      const { output, log } = event;
      return [{ returnValues: { output }, log }, ...ids(event), tags(run)];
    }),

  retrieverStart: ({ event, run, call }) =>
    call('handleRetrieverStart', () => [
      serialized('retrievers', event.name),
      event.query,
      ...ids(event),
      ...origin(run),
      event.name,
    ]),
  retrieverEnd: ({ event, run, call }) =>
    call('handleRetrieverEnd', () => [
      event.documents.map(({ pageContent, metadata = {} }) => ({
        pageContent,
        metadata: structuredClone(metadata),
      })),
      ...ids(event),
      tags(run),
    ]),
  retrieverError: ({ event, run, call }) =>
    call('handleRetrieverError', () => [original(event.error), ...ids(event), tags(run)]),

  text: ({ event, run, call }) => call('handleText', () => [event.text, ...ids(event), tags(run)]),
  customEvent: ({ event, run, call }) =>
    call('handleCustomEvent', () => [
      event.eventName,
      structuredClone(event.data),
      event.runId,
      ...origin(run),
    ]),
};

function modelStart(
  event: EventOf<'llmStart' | 'chatModelStart'>,
  prompts: readonly unknown[],
): readonly unknown[] {
  return [
    serialized('models', event.name),
    prompts,
    ...ids(event),
    extraParams(event),
    [...event.tags],
    modelMetadata(event),
    event.name,
  ];
}

function ids({ runId, parentRunId }: ChainEvent): readonly unknown[] {
  return [runId, parentRunId ?? undefined];
}

/** Copies: a handler may do with them what it likes. */
function tags(run: OpenRun): readonly string[] {
  return [...run.tags];
}

function origin(run: OpenRun): readonly unknown[] {
  return [tags(run), structuredClone(run.metadata)];
}

function inputs(run: OpenRun): object | undefined {
  return run.inputs === undefined ? undefined : { inputs: structuredClone(run.inputs) };
}

/** The thrown error itself. Events that were read back have only what it said. */
function original({ original: thrown, name, code, message }: ErrorRecordWithOriginal): unknown {
  return thrown ?? Object.assign(new Error(message), { name, code });
}
