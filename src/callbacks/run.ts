import { setMaxListeners } from 'node:events';
import { ChainError, type ErrorRecordWithOriginal, toErrorRecord } from '../errors.js';
import type {
  CallbackHandler,
  ChainEvent,
  EventBase,
  EventType,
  ServerAddress,
  StartEventBase,
  StartEventType,
} from '../events.js';
import type { Usage, UsageSum } from '../messages.js';
import { Budget } from '../tokens/budget.js';
import { addUsage } from '../tokens/usage.js';
import { graceful, unlessAborted } from './abort.js';
import { BackgroundQueue } from './background.js';
import { now } from './clock.js';
import { type CallContext, currentContext } from './context.js';
import { dispatch, type TreeState, targetsFor } from './dispatch.js';
import { CallbackManager, type Callbacks, type Subscription } from './manager.js';
import { toPlain } from './plain.js';
import { requestHeaders } from './request-headers.js';
import { newRunId } from './run-id.js';
import { StdoutCallbackHandler } from './stdout.js';

/** What one request may say about its run. */
export interface RunOptions {
  /** Hear this run and every child run. */
  readonly callbacks?: Callbacks | undefined;
  /** Ends the run with an error whose code is `aborted`. */
  readonly signal?: AbortSignal | undefined;
  /** Of this run and of every child run; `metadata` likewise. */
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** The run that this one is a step of. */
  readonly parent?: Lineage | undefined;
  /** Holds for the models of this run and of every child run. The same one may be given to many calls. */
  readonly budget?: Budget | undefined;
}

/** What an object that can be run was made with. */
export interface RunnableFields {
  /** Hear every run of this object, and not its children. */
  readonly callbacks?: Callbacks | undefined;
  /** A console trace of this object's runs and of their children. */
  readonly verbose?: boolean | undefined;
  readonly tags?: readonly string[] | undefined;
  readonly metadata?: Readonly<Record<string, unknown>> | undefined;
  /** Holds for all runs of this object together, and for their children. */
  readonly budget?: Budget | undefined;
}

/** What a run hands on to its children. */
export interface Lineage {
  readonly id: string;
  readonly request: readonly Subscription[];
  readonly scoped: readonly Subscription[];
  readonly muted: readonly CallbackHandler[];
  /** The console trace of this run and of what is under it; `null` where none was asked for. */
  readonly verbose: Subscription | null;
  readonly tree: TreeState;
  readonly signal: AbortSignal | undefined;
  /** The ids of this run and of all that it is inside of: above it, or of whose events a handler started it. */
  readonly within: readonly string[];
  /** All that hold for this run. */
  readonly budgets: readonly Budget[];
  /** Of the requests: an object's own stay with it. */
  readonly inherited: Origin;
  /** Adds what a model run spent to this run and to all above it. */
  countUsage(usage: Usage): void;
}

/** The ids of the runs that a request is made inside of. */
export function runsAround({ parent }: RunOptions, context: CallContext | null): readonly string[] {
  return joined(parent?.within ?? context?.parent?.within, context?.within);
}

/** What start events say of where a run comes from. */
export interface Origin {
  readonly tags: readonly string[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** An event but for what its run knows: name, ids and time. */
export type EventFields = { [T in EventType]: FieldsOf<Extract<ChainEvent, { type: T }>> }[EventType];
type FieldsOf<E> = Omit<E, keyof EventBase | keyof StartEventBase>;

/** One execution of a chain, a model, a tool: it knows who hears it, and tells them. */
export class Run implements Lineage {
  readonly id = newRunId();
  /** Of what is run. Settled once it has started. */
  name: string;
  readonly parent: Lineage | null;
  readonly request: readonly Subscription[];
  readonly scoped: readonly Subscription[];
  readonly muted: readonly CallbackHandler[];
  readonly verbose: Subscription | null;
  readonly tree: TreeState;
  readonly within: readonly string[];
  readonly budgets: readonly Budget[];
  readonly inherited: Origin;
  readonly #origin: Origin;
  readonly signal: AbortSignal | undefined;
  readonly #releaseSignal: () => void;
  #started = now();
  readonly #subscriptions: readonly Subscription[];
  readonly #targets: Partial<Record<EventType, ReturnType<typeof targetsFor>>> = {};
  #usage: UsageSum | null = null;

  /**
   * @param object what is run: its constructor's callbacks, `verbose`, tags and metadata
   * @param options what the request says
   * @param context where the request was made, captured when `invoke()` or `stream()` was called; `null` for nowhere
   */
  constructor(
    name: string,
    object: RunnableFields,
    options: RunOptions,
    context: CallContext | null = currentContext(),
  ) {
    const parent = options.parent ?? context?.parent ?? null;
    if (options.signal !== undefined && typeof options.signal.throwIfAborted !== 'function') {
      throw new ChainError('invalid_argument', 'signal must be an AbortSignal, such as controller.signal');
    }
    this.name = name;
    this.parent = parent;
    this.budgets = joined(joined(parent?.budgets, listOf(options.budget)), listOf(object.budget));
    [this.signal, this.#releaseSignal] = either(options.signal, parent?.signal);
    this.inherited = merged(parent?.inherited, options);
    this.#origin = merged(object, this.inherited);
    this.request = joined(parent?.request, CallbackManager.subscribe(options.callbacks));
    this.scoped = joined(parent?.scoped, context?.scoped);
    this.muted = joined(parent?.muted, context?.muted);
    this.within = [...runsAround(options, context), this.id];
    this.tree = parent?.tree ?? { late: new Set(), queues: new Set() };
    const listed = [...this.request, ...CallbackManager.subscribe(object.callbacks)];
    this.verbose = this.#trace(listed, object.verbose === true);
    this.#subscriptions = this.#audience(listed);
  }

  /** What the models under this run spent so far; `null` when none ran. */
  get usage(): UsageSum | null {
    return this.#usage;
  }

  /** Since its start event was made, or it was itself, in milliseconds, to the microsecond. */
  get durationMs(): number {
    return Math.round((now() - this.#started) * 1000) / 1000;
  }

  countUsage(usage: Usage): void {
    this.#usage = addUsage(this.#usage, usage);
    this.parent?.countUsage(usage);
  }

  /**
   * Tells everybody who hears this run. A promise is to be awaited before the run goes on.
   * Throws or rejects only with what a `raiseError` handler threw, and with the signal's reason when it aborts while a
   * handler is waited for.
   */
  emit(fields: EventFields): void | Promise<void> {
    const heard = this.#tell(fields);
    return heard === undefined || this.signal === undefined ? heard : unlessAborted(heard, this.signal);
  }

  #tell(fields: EventFields): void | Promise<void> {
    const { type } = fields;
    const starts = STARTS.has(type);
    if (starts) this.#started = now();
    const targets = (this.#targets[type] ??= targetsFor(type, this.#subscriptions, this));
    if (targets.length === 0) return;
    const event: Record<string, unknown> = {
      type,
      runId: this.id,
      parentRunId: this.parent?.id ?? null,
      name: this.name,
      time: Date.now(),
      ...(starts && this.#origin),
      ...(fields as object),
    };
    for (const field of LOOSE[type] ?? []) event[field] = toPlain(event[field]);
    if ('error' in event) event.error = ownErrorRecord(event.error);
    return dispatch(targets, Object.freeze(event) as unknown as ChainEvent, this.tree);
  }

  /** What handlers want the requests of this run to carry. To be asked once its start has been heard. */
  requestHeaders(server: () => ServerAddress | undefined): Readonly<Record<string, string>> | undefined {
    return requestHeaders(this.#subscriptions, this.id, server);
  }

  /**
   * The last event of the run. For a root it settles once all background handlers have had theirs.
   */
  async close(fields: EventFields): Promise<void> {
    try {
      const heard = this.#tell(fields);
      if (heard !== undefined)
        await (this.signal === undefined ? heard : graceful(heard, this.signal, GRACE_MS));
    } finally {
      this.#releaseSignal();
      if (this.parent === null && this.tree.queues.size > 0) {
        const starters = BackgroundQueue.ofAll(this.muted);
        for (const queue of this.tree.queues) await queue.waitedFor(queue.drained, starters);
      }
    }
  }

  /**
   * One handler a stream: a trace that goes to stdout already is the one for what is under this run too, and shows it at
   * its place.
   */
  #trace(listed: readonly Subscription[], asked: boolean): Subscription | null {
    const inherited = this.parent?.verbose ?? null;
    if (!asked && inherited === null) return null;
    return [...listed, ...this.scoped].find(tracesToStdout) ?? inherited ?? verboseSubscription();
  }

  /** Request, constructor, verbose, scoped; each instance once; none that started this run itself. */
  #audience(listed: readonly Subscription[]): readonly Subscription[] {
    const traced = [...listed, ...this.scoped].some(
      ({ handler }) => handler instanceof StdoutCallbackHandler,
    );
    const verbose = this.verbose === null || traced ? [] : [this.verbose];
    const all = [...listed, ...verbose, ...this.scoped];
    const seen = new Set<CallbackHandler>(this.muted);
    return all.filter(({ handler }) => !seen.has(handler) && seen.add(handler));
  }
}

/** How long handlers are waited for that hear how an aborted run ends. */
const GRACE_MS = 5000;

const STARTS: ReadonlySet<EventType> = new Set<StartEventType>([
  'chainStart',
  'llmStart',
  'chatModelStart',
  'toolStart',
  'retrieverStart',
]);

type GivenOrigin = Pick<RunnableFields, 'tags' | 'metadata'>;

/** Both one after the other; of metadata of one name the second's. */
function merged(first: GivenOrigin = {}, second: GivenOrigin = {}): Origin {
  return {
    tags: Object.freeze([...new Set(joined(first.tags, second.tags))]),
    metadata: Object.freeze({ ...toPlain(first.metadata), ...toPlain(second.metadata) }),
  };
}

/**
 * The fields that hold what other people's code passed in, or gets as a result: anything at all, and theirs to change
 * afterwards. Events get copies.
 */
const LOOSE: Partial<Record<EventType, readonly string[]>> = {
  chainStart: ['inputs'],
  chainEnd: ['outputs', 'usage'],
  chainError: ['usage'],
  llmStart: ['params'],
  chatModelStart: ['params', 'messages', 'tools'],
  llmEnd: ['message', 'toolCalls', 'usage'],
  llmError: ['usage'],
  toolStart: ['input'],
  toolEnd: ['output'],
  agentAction: ['input'],
  retrieverEnd: ['documents'],
  customEvent: ['data'],
};

/** The record of an error as it was given, as one that nobody can change. */
function ownErrorRecord(given: unknown): unknown {
  if (Object.isFrozen(given)) return given;
  if (given instanceof Error) return toErrorRecord(given);
  const { original } = given as ErrorRecordWithOriginal;
  return Object.freeze(
    Object.defineProperty({ ...toPlain(given as object) }, 'original', {
      value: original,
      enumerable: false,
    }),
  );
}

/**
 * A signal that aborts when either does, and what lets go of the two. `AbortSignal.any` would leave something behind
 * on signals that live long, for each run.
 */
function either(
  own: AbortSignal | undefined,
  inherited: AbortSignal | undefined,
): [signal: AbortSignal | undefined, release: () => void] {
  if (own === undefined || inherited === undefined || own === inherited) return [own ?? inherited, () => {}];
  const signals = [own, inherited];
  const controller = new AbortController();
  const follow = () => controller.abort(signals.find(({ aborted }) => aborted)?.reason);
  // Many runs at once are no leak.
  setMaxListeners(0, ...signals);
  for (const signal of signals) signal.addEventListener('abort', follow, { once: true });
  if (own.aborted || inherited.aborted) follow();
  return [
    controller.signal,
    () => {
      for (const signal of signals) signal.removeEventListener('abort', follow);
    },
  ];
}

function joined<T>(first: readonly T[] | undefined, second: readonly T[] | undefined): readonly T[] {
  if (first === undefined || first.length === 0) return second ?? [];
  if (second === undefined || second.length === 0 || first === second) return first;
  return [...new Set([...first, ...second])];
}

/** @throws ChainError `invalid_argument` for a budget that is none */
function listOf(budget: Budget | undefined): readonly Budget[] | undefined {
  if (budget === undefined) return undefined;
  if (budget instanceof Budget) return [budget];
  throw new ChainError(
    'invalid_argument',
    'budget must be a Budget, such as budget({ maxTotalTokens: 2000 })',
  );
}

function tracesToStdout({ handler }: Subscription): boolean {
  return handler instanceof StdoutCallbackHandler && handler.stream === process.stdout;
}

let shared: Subscription | undefined;

/** All `verbose` objects of a process write through this one handler. */
function verboseSubscription(): Subscription {
  shared ??= CallbackManager.subscribe([new StdoutCallbackHandler()])[0]!;
  return shared;
}
