import { unlessAborted } from '../callbacks/abort.js';
import type { CallContext } from '../callbacks/context.js';
import { type RunOptions, runsAround } from '../callbacks/run.js';
import { ChainError } from '../errors.js';
import type { Admission } from './chain.js';
import { readAhead } from './read-ahead.js';

/** Has the turns of one conversation taken one after the other, in the order in which they were asked for. */
export class TurnOrder {
  /** Settles when the last turn that was asked for is over. */
  #last: Promise<void> = Promise.resolve();
  /** Of the turn that goes on. */
  #runId: string | null = null;
  /** How many turns wait for it. */
  #waiting = 0;
  /** Has its stream go on, whoever reads it or doesn't. */
  #goOn: (() => void) | undefined;
  readonly #streams = new WeakMap<RunOptions, () => void>();

  /** A turn's stream which goes on by itself once another turn waits for it. `options` are those that it enters with. */
  follow<Y, R>(options: RunOptions, generator: AsyncGenerator<Y, R, void>): AsyncGenerator<Y, R, void> {
    const { stream, goOn } = readAhead(generator);
    this.#streams.set(options, goOn);
    return stream;
  }

  /**
   * Waits for the turns before.
   * @throws ChainError `invalid_argument` for a turn from inside of the one that goes on, which would wait for itself;
   *   `aborted` when a signal aborts while it waits
   */
  async enter(options: RunOptions, context: CallContext | null): Promise<Admission> {
    if (this.#runId !== null && runsAround(options, context).includes(this.#runId)) throw inside();
    const before = this.#last;
    let leave = (): void => {};
    const over = new Promise<void>((resolve) => {
      leave = resolve;
    });
    // A turn that gives up waiting holds nobody up, and lets nobody in too early.
    this.#last = before.then(() => over);
    this.#waiting += 1;
    this.#goOn?.();
    try {
      await waitFor(before, [options.signal, options.parent?.signal]);
    } catch (cause) {
      leave();
      throw new ChainError('aborted', 'the run was aborted', { cause });
    } finally {
      this.#waiting -= 1;
    }
    this.#goOn = this.#streams.get(options);
    if (this.#waiting > 0) this.#goOn?.();
    return {
      entered: ({ id }) => {
        this.#runId = id;
      },
      left: () => {
        this.#runId = null;
        this.#goOn = undefined;
        leave();
      },
    };
  }
}

async function waitFor(turn: Promise<void>, signals: readonly (AbortSignal | undefined)[]): Promise<void> {
  let waited = turn;
  for (const signal of signals) if (signal !== undefined) waited = unlessAborted(waited, signal);
  await waited;
}

function inside(): ChainError {
  return new ChainError(
    'invalid_argument',
    'a turn cannot be started from inside a turn of the same conversation',
    { hint: 'It would wait for itself. Start it when the turn has ended, or use another conversation.' },
  );
}
