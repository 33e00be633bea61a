import { AsyncLocalStorage, createHook } from 'node:async_hooks';
import type { CallbackHandler, EventType } from '../events.js';
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
}

/**
 * The context travels in two ways. A plain variable holds it while a synchronous handler is called: that costs
 * nothing. What outlives a synchronous call needs `AsyncLocalStorage`, which on Node 20 more than doubles the
 * price of every await in the process, so it stays off until a scope, a tool or an asynchronous handler needs it.
 */
const storage = new AsyncLocalStorage<CallContext | null>();
let synchronous: CallContext | null = null;
/** Whether the storage is in use for good. */
let pinned = false;

/** The context of the code that calls this; `null` where nothing is around it. */
export function currentContext(): CallContext | null {
  return synchronous ?? storage.getStore() ?? null;
}

/** Calls `fn` in a context that follows it through its awaits. */
export function runInContext<T>(context: CallContext | null, fn: () => T): T {
  if (context !== null) pinned = true;
  const outer = synchronous;
  synchronous = null;
  try {
    return pinned || probes > 0 ? storage.run(context, fn) : fn();
  } finally {
    synchronous = outer;
  }
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

/**
 * Whether what a method begins outlives its call: it returns a promise, or leaves promises or timers behind. Watched
 * at each call until one does; of a method that hears tokens only at its first, since that would cost more than the
 * token. Shared by all runs.
 */
interface Manner {
  lasting: boolean | undefined;
  readonly frequent: boolean;
}

const manners = new WeakMap<Method, Partial<Record<EventType, Manner>>>();

/** What is known of a handler's method; to be kept and passed to {@link callHandler}. An `onEvent` differs by type. */
export function mannerOf(method: Method, type: EventType): Manner {
  let byType = manners.get(method);
  if (byType === undefined) manners.set(method, (byType = {}));
  byType[type] ??= {
    lasting: method.constructor.name === 'AsyncFunction' ? true : undefined,
    frequent: type === 'llmNewToken',
  };
  return byType[type];
}

/**
 * Calls a handler's method so that runs which it starts, at once or later, are known as its own.
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
    if (manner.lasting) pinned = true;
    if (pinned) return storage.run(context, callMethod, handler, method, event);
    if (manner.lasting === undefined || !manner.frequent)
      return probe(manner, context, handler, method, event);
    const result = method.call(handler, event as never);
    if (isThenable(result)) manner.lasting = true;
    return result;
  } finally {
    synchronous = outer;
  }
}

export function isThenable(value: unknown): value is PromiseLike<unknown> {
  return (
    typeof value === 'object' && value !== null && typeof (value as PromiseLike<unknown>).then === 'function'
  );
}

let probes = 0;
let leftWork = false;
const watch = createHook({
  init(_id, type) {
    if (type === 'PROMISE' || type === 'Timeout' || type === 'Immediate') leftWork = true;
  },
});

/** A call that is watched: the storage is on for it, and stays on only if the method turns out to need it. */
function probe(
  manner: Manner,
  context: CallContext,
  handler: CallbackHandler,
  method: Method,
  event: object,
): unknown {
  const outer = leftWork;
  leftWork = false;
  if (probes++ === 0) watch.enable();
  try {
    const result = storage.run(context, callMethod, handler, method, event);
    manner.lasting = leftWork;
    return result;
  } finally {
    if (--probes === 0) watch.disable();
    if (manner.lasting || leftWork) pinned = true;
    leftWork ||= outer;
    if (probes === 0 && !pinned) storage.disable();
  }
}

function callMethod(handler: CallbackHandler, method: Method, event: object): unknown {
  return method.call(handler, event as never);
}
