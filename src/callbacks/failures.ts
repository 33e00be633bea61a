import { toErrorRecord } from '../errors.js';
import type { CallbackHandler, EventType } from '../events.js';
import { cleanControls } from '../safety/clean.js';
import { maskSecrets } from '../safety/mask.js';
import { isThenable } from './context.js';

/** What a handler did wrong on one type of event. */
export interface HandlerFailure {
  readonly handler: CallbackHandler;
  readonly handlerName: string;
  readonly eventType: EventType;
  /** What it threw first. */
  readonly error: unknown;
  /** It ran past its `handlerTimeoutMs`, and hears nothing more of the run. */
  readonly timedOut: boolean;
  readonly runId: string;
  /** How often it failed on this type of event so far. */
  count: number;
}

/** Told of the first failure of each handler on each type of event. */
export type OnHandlerError = (failure: HandlerFailure) => void | Promise<void>;

/** Failures by handler and event type: every one is counted, the first of each is reported. */
export class FailureLog {
  readonly #byHandler = new WeakMap<CallbackHandler, Map<EventType, HandlerFailure>>();
  readonly #report: OnHandlerError;
  readonly #kept: HandlerFailure[] | null;

  /** With `keep: false` the log can live as long as the process: it holds on to no handler. */
  constructor(report: OnHandlerError, { keep = true } = {}) {
    this.#report = report;
    this.#kept = keep ? [] : null;
  }

  get all(): readonly HandlerFailure[] {
    return this.#kept ?? [];
  }

  /** Must not throw: a report that fails itself goes to stderr. */
  add(failure: Omit<HandlerFailure, 'handlerName' | 'count'>): void {
    let byType = this.#byHandler.get(failure.handler);
    if (byType === undefined) this.#byHandler.set(failure.handler, (byType = new Map()));
    const known = byType.get(failure.eventType);
    if (known !== undefined) {
      known.count += 1;
      return;
    }
    const first = { ...failure, handlerName: handlerName(failure.handler), count: 1 };
    byType.set(failure.eventType, first);
    this.#kept?.push(first);
    const reportFailed = (error: unknown) => {
      reportToStderr(first);
      reportToStderr({ ...first, handlerName: 'onHandlerError', error });
    };
    try {
      const reported = this.#report(first);
      if (isThenable(reported)) reported.then(undefined, reportFailed);
    } catch (error) {
      reportFailed(error);
    }
  }
}

/** The default of `CallbackManager.onHandlerError`: one line on stderr. */
export function reportToStderr(failure: HandlerFailure): void {
  process.stderr.write(`${renderFailure(failure)}\n`);
}

/** A failure as one line of text, fit for a terminal. */
export function renderFailure(failure: HandlerFailure): string {
  const { message } = toErrorRecord(failure.error);
  const text = `${inWords(failure.handlerName)} failed on ${failure.eventType}: ${message}`;
  return cleanControls(maskSecrets(text)).replace(/\s*\n\s*/g, ' ');
}

/** The handler's own `name`, else its class's. */
export function handlerName(handler: CallbackHandler): string {
  if (typeof handler.name === 'string' && handler.name !== '') return handler.name;
  const className = handler.constructor?.name;
  return className === undefined || className === 'Object' ? NAMELESS : className;
}

const NAMELESS = 'handler';

/** The subject of a sentence about a handler. */
export function inWords(handlerName: string): string {
  return handlerName === NAMELESS ? 'a callback handler without a name' : `callback handler ${handlerName}`;
}
