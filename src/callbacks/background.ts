import type { CallbackHandler } from '../events.js';

const DEFAULT_QUEUE_SIZE = 1000;

/** The events of one background handler: delivered one at a time, in order, across all runs that it hears. */
export class BackgroundQueue {
  static readonly #queues = new WeakMap<CallbackHandler, BackgroundQueue>();

  /** The handler's one queue in this process. */
  static of(handler: CallbackHandler): BackgroundQueue {
    let queue = BackgroundQueue.#queues.get(handler);
    if (queue === undefined) {
      queue = new BackgroundQueue(handler.queueSize ?? DEFAULT_QUEUE_SIZE);
      BackgroundQueue.#queues.set(handler, queue);
    }
    return queue;
  }

  /** Those of the handlers that are in the background. */
  static ofAll(handlers: readonly CallbackHandler[]): readonly BackgroundQueue[] {
    return handlers.filter(({ background }) => background).map(BackgroundQueue.of);
  }

  readonly #capacity: number;
  /** Queues that runs wait for which this one's handler started. */
  readonly #awaited: BackgroundQueue[] = [];
  #length = 0;
  #tail: Promise<void> = Promise.resolve();
  #room: Promise<void> | null = null;
  #makeRoom: (() => void) | null = null;

  private constructor(capacity: number) {
    this.#capacity = Math.max(1, capacity);
  }

  /** Resolves once everything queued so far has been delivered. */
  get drained(): Promise<void> {
    return this.#tail;
  }

  /**
   * What a run is to wait for that waits for this queue.
   *
   * @param ready what it waits for: room, or that all is delivered
   * @param starters queues of the handlers that the run was started by. Where this queue waits for one of them already,
   *   as when two handlers hear each other's runs, nobody would ever go on: then there is nothing to wait for
   */
  waitedFor(ready: Promise<void>, starters: readonly BackgroundQueue[]): Promise<void> | undefined {
    if (starters.length === 0) return ready;
    if (starters.some((starter) => this.#waitsFor(starter))) return undefined;
    for (const starter of starters) starter.#awaited.push(this);
    return ready.then(() => {
      for (const starter of starters) starter.#awaited.splice(starter.#awaited.indexOf(this), 1);
    });
  }

  #waitsFor(other: BackgroundQueue): boolean {
    return this === other || this.#awaited.some((queue) => queue.#waitsFor(other));
  }

  /** Queues a delivery, which must not reject. A promise means that the queue is full: wait for it before going on. */
  push(deliver: () => void | Promise<void>): Promise<void> | undefined {
    this.#length += 1;
    this.#tail = this.#tail.then(deliver).finally(() => this.#left());
    if (this.#length <= this.#capacity) return undefined;
    this.#room ??= new Promise((resolve) => {
      this.#makeRoom = resolve;
    });
    return this.#room;
  }

  #left(): void {
    this.#length -= 1;
    if (this.#length > this.#capacity || this.#makeRoom === null) return;
    this.#makeRoom();
    this.#room = null;
    this.#makeRoom = null;
  }
}
