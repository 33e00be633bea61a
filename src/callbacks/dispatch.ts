import { ChainError, toError } from '../errors.js';
import type {
  CallbackHandler,
  ChainEvent,
  ChatModelStartEvent,
  EventType,
  LLMStartEvent,
} from '../events.js';
import { EVENT_TABLE } from '../events.js';
import { messagesToText } from '../messages.js';
import { BackgroundQueue } from './background.js';
import { type CallContext, callHandler, isThenable } from './context.js';
import { handlerName } from './failures.js';
import type { Subscription } from './manager.js';
import type { Lineage } from './run.js';

const DEFAULT_TIMEOUT_MS = 30_000;
/** A timer that is set to more goes off at once. */
const LONGEST_TIMEOUT_MS = 2 ** 31 - 1;

/** One method that is to be called for one type of event. */
interface Target {
  readonly subscription: Subscription;
  readonly method: (event: never) => unknown;
  /** For runs that the method starts. */
  readonly context: CallContext;
  /** A chat model's start, for a handler that only knows `onLLMStart`. */
  readonly asText: boolean;
}

/** What one tree of runs remembers of its handlers. */
export interface TreeState {
  /** Handlers that once ran past their time: they hear nothing more of this tree. */
  readonly late: Set<CallbackHandler>;
  readonly queues: Set<BackgroundQueue>;
}

/** The methods that hear one type of event, in order. */
export function targetsFor(
  type: EventType,
  subscriptions: readonly Subscription[],
  run: Pick<Lineage, 'scoped' | 'muted' | 'id' | 'within'>,
): readonly Target[] {
  const { method: methodName, ignore } = EVENT_TABLE[type];
  const targets: Target[] = [];
  const look = (subscription: Subscription) => {
    const { handler } = subscription;
    if (handler[ignore]) return;
    const own = {
      scoped: run.scoped,
      parent: null,
      muted: [...run.muted, handler],
      runId: run.id,
      within: run.within,
    };
    const add = (method: unknown, asText: boolean) => {
      if (typeof method !== 'function') return false;
      targets.push({ subscription, method: method as Target['method'], context: own, asText });
      return true;
    };
    const heard = add(handler[methodName], false);
    if (!heard && type === 'chatModelStart') add(handler.onLLMStart, true);
    add(handler.onEvent, false);
  };
  for (const subscription of subscriptions) {
    try {
      look(subscription);
    } catch (error) {
      // A getter of the handler's own.
      const { handler, failures } = subscription;
      failures.add({ handler, eventType: type, error, timedOut: false, runId: run.id });
    }
  }
  return targets;
}

/**
 * Gives one event to every target. Returns nothing when no handler has to be waited for, and a promise otherwise.
 * Throws, or rejects, only with the error of a `raiseError` handler, after every target has had the event.
 */
export function dispatch(
  targets: readonly Target[],
  event: ChainEvent,
  tree: TreeState,
): void | Promise<void> {
  let waiting: Promise<void>[] | undefined;
  const raised: unknown[] = [];
  for (const target of targets) {
    const { handler } = target.subscription;
    if (tree.late.size > 0 && tree.late.has(handler)) continue;
    const outcome = handler.background ? enqueue(target, event, tree) : deliver(target, event, tree, raised);
    if (outcome !== undefined) (waiting ??= []).push(outcome);
  }
  if (waiting !== undefined) return Promise.all(waiting).then(() => raiseFirst(raised));
  raiseFirst(raised);
}

function raiseFirst(raised: readonly unknown[]): void {
  if (raised.length > 0) throw toError(raised[0]);
}

function enqueue(target: Target, event: ChainEvent, tree: TreeState): Promise<void> | undefined {
  const { handler } = target.subscription;
  const queue = BackgroundQueue.of(handler);
  tree.queues.add(queue);
  const room = queue.push(() => {
    if (!tree.late.has(handler)) return deliver(target, event, tree, []);
  });
  if (room === undefined) return undefined;
  const starters = target.context.muted.filter((muted) => muted !== handler);
  return queue.waitedFor(room, BackgroundQueue.ofAll(starters));
}

function deliver(
  target: Target,
  event: ChainEvent,
  tree: TreeState,
  raised: unknown[],
): Promise<void> | undefined {
  const { handler } = target.subscription;
  try {
    const heard = target.asText ? asLLMStart(event as ChatModelStartEvent) : event;
    const result = callHandler(target.context, handler, target.method, heard);
    if (isThenable(result)) return settle(result, target, event, tree, raised);
  } catch (error) {
    fail(target, event, tree, raised, error);
  }
  return undefined;
}

/** Waits for a handler until its time is up; a rejection that comes later goes nowhere. Never rejects. */
async function settle(
  result: PromiseLike<unknown>,
  target: Target,
  event: ChainEvent,
  tree: TreeState,
  raised: unknown[],
): Promise<void> {
  const { handler } = target.subscription;
  const { handlerTimeoutMs: ms = DEFAULT_TIMEOUT_MS } = handler;
  let timer: NodeJS.Timeout | undefined;
  let timeout: ChainError | undefined;
  const timeUp = new Promise<never>((_resolve, reject) => {
    if (!(ms <= LONGEST_TIMEOUT_MS)) return;
    timer = setTimeout(() => {
      const message = `${handlerName(handler)} took longer than ${ms} ms and hears nothing more of this run`;
      timeout = new ChainError('handler_failed', message);
      reject(timeout);
    }, ms);
  });
  try {
    await Promise.race([result, timeUp]);
  } catch (error) {
    fail(target, event, tree, raised, error, timeout !== undefined && error === timeout);
  } finally {
    clearTimeout(timer);
  }
}

function fail(
  target: Target,
  event: ChainEvent,
  tree: TreeState,
  raised: unknown[],
  error: unknown,
  timedOut = false,
): void {
  const { handler, failures } = target.subscription;
  if (timedOut) tree.late.add(handler);
  if (handler.raiseError) raised.push(error);
  else failures.add({ handler, eventType: event.type, error, timedOut, runId: event.runId });
}

function asLLMStart(event: ChatModelStartEvent): LLMStartEvent {
  const { messages, tools: _, ...rest } = event;
  return Object.freeze({ ...rest, type: 'llmStart', prompt: messagesToText(messages) });
}
