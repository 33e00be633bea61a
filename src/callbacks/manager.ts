import { ChainError } from '../errors.js';
import type { CallbackHandler } from '../events.js';
import { eventMethods, notFunctions } from './event-methods.js';
import { FailureLog, type HandlerFailure, type OnHandlerError, reportToStderr } from './failures.js';

/** What `callbacks:` takes, on objects and on single requests. */
export type Callbacks = CallbackManager | readonly CallbackHandler[];

export interface CallbackManagerOptions {
  /** Told once for each handler and event type that fails; the process-wide default otherwise. */
  readonly onHandlerError?: OnHandlerError | undefined;
}

/** One handler as a run knows it: with the log that its failures go to. */
export interface Subscription {
  readonly handler: CallbackHandler;
  readonly failures: FailureLog;
}

/** A list of handlers that report their failures to one place. A plain array of handlers does where that isn't needed. */
export class CallbackManager {
  /** Where failures go that no manager's own option takes. Writes a line to stderr unless replaced. */
  static onHandlerError: OnHandlerError = reportToStderr;

  readonly #failures: FailureLog;
  #subscriptions: readonly Subscription[] = [];

  /**
   * @throws ChainError `invalid_callback` for what is no handler, or has its methods misspelled
   * @throws TypeError for a handler with both `background` and `raiseError`
   */
  constructor(handlers: readonly CallbackHandler[] = [], options: CallbackManagerOptions = {}) {
    if (!Array.isArray(handlers))
      throw invalid('a CallbackManager takes a list of handlers, such as [handler]');
    this.#failures = new FailureLog(
      options.onHandlerError ?? ((failure) => CallbackManager.onHandlerError(failure)),
    );
    for (const handler of handlers) this.add(handler);
  }

  get handlers(): readonly CallbackHandler[] {
    return this.#subscriptions.map((subscription) => subscription.handler);
  }

  /** What went wrong in its handlers so far, counted. */
  get failures(): readonly HandlerFailure[] {
    return this.#failures.all;
  }

  /** Runs that started before do not hear of it. */
  add(handler: CallbackHandler): void {
    assertHandler(handler);
    if (this.#subscriptions.some((subscription) => subscription.handler === handler)) return;
    this.#subscriptions = [...this.#subscriptions, { handler, failures: this.#failures }];
  }

  /** Runs that started before go on telling it. */
  remove(handler: CallbackHandler): void {
    this.#subscriptions = this.#subscriptions.filter((subscription) => subscription.handler !== handler);
  }

  /** The manager's handlers as a run wants them: a snapshot. */
  static subscribe(callbacks: Callbacks | undefined): readonly Subscription[] {
    if (callbacks === undefined) return NOBODY;
    if (callbacks instanceof CallbackManager) return callbacks.#subscriptions;
    if (!Array.isArray(callbacks)) {
      throw invalid('callbacks must be a list of handlers, such as [handler], or a CallbackManager');
    }
    if (callbacks.length === 0) return NOBODY;
    return callbacks.map((handler: CallbackHandler) => {
      assertHandler(handler);
      return { handler, failures: unmanaged };
    });
  }
}

const NOBODY: readonly Subscription[] = [];

/** Handlers given as plain arrays report here, once in a process. */
const unmanaged = new FailureLog((failure) => CallbackManager.onHandlerError(failure), { keep: false });

function assertHandler(handler: CallbackHandler): void {
  if (typeof handler !== 'object' || handler === null) {
    throw invalid(
      `a callback handler must be an object with methods such as onLLMEnd, not ${handler === null ? 'null' : `a ${typeof handler}`}`,
    );
  }
  if (handler.background && handler.raiseError) {
    throw new TypeError(
      'a callback handler cannot be both background and raiseError: nobody waits for its errors',
    );
  }
  const { handlerTimeoutMs = 1 } = handler;
  if (typeof handlerTimeoutMs !== 'number' || !(handlerTimeoutMs > 0)) {
    throw invalid("a callback handler's handlerTimeoutMs is a number of milliseconds above 0");
  }
  if (examined.has(handler)) return;
  const fault = faultOf(handler);
  if (fault !== null) throw invalid(fault, /method handle/.test(fault) ? OF_LANGCHAIN : undefined);
  examined.add(handler);
}

/** Handlers whose methods were looked at, and found to be in order. */
const examined = new WeakSet<CallbackHandler>();

/**
 * What is surely a mistake, in words. A handler without methods isn't: it may get them later. What can't be looked at is
 * left alone.
 */
function faultOf(handler: CallbackHandler): string | null {
  try {
    const { heard, mistyped } = eventMethods(handler);
    if (heard.length === 0 && mistyped.length > 0) {
      return `a callback handler has no event method ${mistyped.join(', ')}`;
    }
    const wrong = notFunctions(handler, heard);
    return wrong.length > 0 ? `in a callback handler these must be functions: ${wrong.join(', ')}` : null;
  } catch {
    return null;
  }
}

const OF_LANGCHAIN = 'A handler of LangChain.js becomes one by fromLangChain(handler).';

function invalid(message: string, hint?: string): ChainError {
  return new ChainError('invalid_callback', message, hint === undefined ? {} : { hint });
}
