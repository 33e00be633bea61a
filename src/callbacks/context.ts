import { AsyncLocalStorage } from 'node:async_hooks';
import type { CallbackHandler } from '../events.js';
import type { Subscription } from './manager.js';
import type { Lineage } from './run.js';

/** Where a run is started from: what the code around the call adds to it. */
export interface CallContext {
  /** Handlers of the scopes around, outermost first. */
  readonly scoped: readonly Subscription[];
  /** The tool's run whose function this is, if any. */
  readonly parent: Lineage | null;
  /** Handlers inside whose own methods this is: they do not hear what is started here. */
  readonly muted: readonly CallbackHandler[];
  /** The run whose event a handler is hearing, or whose tool function this is. */
  readonly runId?: string | undefined;
  /** That run, and all that it is inside of. */
  readonly within?: readonly string[] | undefined;
}

/**
 * On Node 20 `AsyncLocalStorage` more than doubles the price of every await in the process, so it stays off until a
 * scope, a tool or a handler of the user's own is called. What such code starts may outlive the call in any way.
 */
const storage = new AsyncLocalStorage<CallContext | null>();
/** Whether the storage is in use for good. */
let pinned = false;

/** The context of the code that calls this; `null` where nothing is around it. */
export function currentContext(): CallContext | null {
  return storage.getStore() ?? null;
}

/** Calls `fn` in a context that follows it through its awaits. */
export function runInContext<T>(context: CallContext | null, fn: () => T): T {
  if (context !== null) pinned = true;
  return pinned ? storage.run(context, fn) : fn();
}

/** A generator whose code always sees the context it was made in, whoever asks it for its next value. */
export function bindContext<Y, R>(
  context: CallContext | null,
  generator: AsyncGenerator<Y, R, void>,
): AsyncGenerator<Y, R, void> {
  const bound: AsyncGenerator<Y, R, void> = {
    next: () => runInContext(context, () => generator.next()),
    return: (value) => runInContext(context, () => generator.return(value)),
    throw: (error) => runInContext(context, () => generator.throw(error)),
    [Symbol.asyncIterator]: () => bound,
    [Symbol.asyncDispose]: async () => {
      await bound.return(undefined as R);
    },
  };
  return bound;
}

type Method = (event: never) => unknown;

/** Methods of this package's own handlers. */
const inert = new WeakSet<Method>();

/**
 * Says of a handler class's own methods that they start no runs and call nobody else's code: they need no context,
 * and hearing a token costs a plain call.
 */
export function startsNoRuns(handlerClass: { readonly prototype: object }): void {
  for (const { value } of Object.values(Object.getOwnPropertyDescriptors(handlerClass.prototype))) {
    if (typeof value === 'function') inert.add(value);
  }
}

/**
 * Calls a handler's method so that runs which it starts, at once or later, are known as its own.
 * Throws what the method throws.
 */
export function callHandler(
  context: CallContext,
  handler: CallbackHandler,
  method: Method,
  event: object,
): unknown {
  if (inert.has(method)) return method.call(handler, event as never);
  pinned = true;
  return storage.run(context, callMethod, handler, method, event);
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  );
}

function callMethod(handler: CallbackHandler, method: Method, event: object): unknown {
  return method.call(handler, event as never);
}
