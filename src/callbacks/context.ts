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
}

/**
 * The context travels in two ways. A plain variable holds it while a synchronous handler is called: that costs
 * nothing. What outlives a synchronous call needs `AsyncLocalStorage`, which on Node 20 more than doubles the
 * price of every await in the process, so it stays off until a scope, a tool or an asynchronous handler needs it.
 */
const storage = new AsyncLocalStorage<CallContext | undefined>();
let synchronous: CallContext | undefined;
let pinned = false;
let probes = 0;

/** The context of the code that calls this. */
export function currentContext(): CallContext | undefined {
  return synchronous ?? storage.getStore();
}

/** Calls `fn` in a context that follows it through its awaits. */
export function runInContext<T>(context: CallContext | undefined, fn: () => T): T {
  if (context === undefined && !pinned) return fn();
  pinned = true;
  const outer = synchronous;
  synchronous = undefined;
  try {
    return storage.run(context, fn);
  } finally {
    synchronous = outer;
  }
}

/** A generator whose code always sees the context it was made in, whoever asks it for its next value. */
export function bindContext<Y, R>(
  context: CallContext | undefined,
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

/** Whether a method returns promises, learned from its first call. Shared by all runs. */
interface Manner {
  asynchronous: boolean | undefined;
}

const manners = new WeakMap<Method, Manner>();

/** What is known of a handler's method; to be kept and passed to {@link callHandler}. */
export function mannerOf(method: Method): Manner {
  let manner = manners.get(method);
  if (manner === undefined) {
    manner = { asynchronous: method.constructor.name === 'AsyncFunction' ? true : undefined };
    manners.set(method, manner);
  }
  return manner;
}

/**
 * Calls a handler's method so that runs which it starts, at once or after an await, are known as its own.
 * Throws what the method throws.
 */
export function callHandler(
  manner: Manner,
  context: CallContext,
  handler: CallbackHandler,
  method: Method,
  event: object,
): unknown {
  const outer = synchronous;
  synchronous = context;
  try {
    if (manner.asynchronous === false) {
      const result = method.call(handler, event as never);
      if (isThenable(result)) manner.asynchronous = true;
      return result;
    }
    if (manner.asynchronous) {
      pinned = true;
      return storage.run(context, callMethod, handler, method, event);
    }
    probes += 1;
    try {
      const result = storage.run(context, callMethod, handler, method, event);
      manner.asynchronous = isThenable(result);
      if (manner.asynchronous) pinned = true;
      return result;
    } finally {
      probes -= 1;
      if (probes === 0 && !pinned) storage.disable();
    }
  } finally {
    synchronous = outer;
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  );
}

function callMethod(handler: CallbackHandler, method: Method, event: object): unknown {
  return method.call(handler, event as never);
}
