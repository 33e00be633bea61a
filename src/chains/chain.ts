import type { CallContext } from '../callbacks/context.js';
import { bindContext, currentContext } from '../callbacks/context.js';
import { resultOf, runSteps } from '../callbacks/lifecycle.js';
import { CallbackManager } from '../callbacks/manager.js';
import { Run, type RunnableFields, type RunOptions } from '../callbacks/run.js';
import { ChainError, toErrorRecord } from '../errors.js';
import type { UsageSum } from '../messages.js';

/** What a chain is given: the values of its prompt's variables, and the like. */
export type ChainInputs = Readonly<Record<string, unknown>>;

/** What a chain gives back. */
export interface ChainResult {
  readonly outputs: Readonly<Record<string, unknown>>;
  /** Of all models that ran under it; `null` when none did. */
  readonly usage: UsageSum | null;
  readonly runId: string;
}

/** A run that may go on. */
export interface Admission {
  /** Before anybody hears of the run. */
  entered(run: Run): void;
  /** Once it is over, whichever way it ended. */
  left(): void;
}

/**
 * The contract of a chain, and all that chains have in common: runs and events.
 * A kind of chain says what it is called and what it does.
 */
export abstract class Chain<Result extends ChainResult = ChainResult> {
  readonly #object: RunnableFields;

  /** @throws ChainError `invalid_callback` for callbacks that are none */
  constructor(fields: RunnableFields = {}) {
    CallbackManager.subscribe(fields.callbacks);
    this.#object = fields;
  }

  /** The name of its runs. To be written out by every class: a bundler may rename classes. */
  abstract readonly name: string;

  /**
   * Does the work. What it runs gets `parent: run`, so that it becomes a child.
   * @param streaming whether somebody takes the yielded text; where nobody does, nothing needs to be yielded
   * @returns a promise from a chain that has no text to yield
   */
  protected abstract execute(
    inputs: ChainInputs,
    run: Run,
    streaming: boolean,
  ): AsyncGenerator<string, Omit<Result, 'usage' | 'runId'>, void> | Promise<Omit<Result, 'usage' | 'runId'>>;

  /**
   * Called before a run is made: to refuse it, by an error, or to have it wait.
   * @returns what is told of the run
   */
  protected admit(_options: RunOptions, _context: CallContext | null): Promise<Admission> | undefined {
    return undefined;
  }

  /** Called when a run has ended well and everybody has heard of it: nothing can fail it any more. */
  protected commit(_result: Result): void {}

  /** The outputs, with the usage. */
  async invoke(inputs: ChainInputs = {}, options: RunOptions = {}): Promise<Result> {
    return resultOf(this.#run(inputs, options, currentContext(), false));
  }

  /** The text as it comes. Nothing starts before the first `next()`; leaving the loop aborts the run. */
  stream(inputs: ChainInputs = {}, options: RunOptions = {}): AsyncGenerator<string, Result, void> {
    const context = currentContext();
    return bindContext(context, this.#run(inputs, options, context, true));
  }

  async *#run(
    inputs: ChainInputs,
    options: RunOptions,
    context: CallContext | null,
    streaming: boolean,
  ): AsyncGenerator<string, Result, void> {
    if (typeof inputs !== 'object' || inputs === null) {
      throw new ChainError('invalid_argument', 'a chain takes an object of inputs, such as { number: 2 }');
    }
    const admitted = this.admit(options, context);
    const admission = admitted === undefined ? undefined : await admitted;
    try {
      const run = new Run(this.name, this.#object, options, context);
      admission?.entered(run);
      const going = this.#runAdmitted(inputs, run, streaming);
      const result = yield* admission === undefined ? going : bindContext(insideOf(run, context), going);
      this.commit(result);
      return result;
    } finally {
      admission?.left();
    }
  }

  async *#runAdmitted(
    inputs: ChainInputs,
    run: Run,
    streaming: boolean,
  ): AsyncGenerator<string, Result, void> {
    const done = yield* runSteps(run, {
      start: () => ({ type: 'chainStart', inputs }),
      body: () => this.execute(inputs, run, streaming),
      end: ({ outputs }) => ({ type: 'chainEnd', outputs, usage: run.usage, durationMs: run.durationMs }),
      error: (error) => ({
        type: 'chainError',
        error: toErrorRecord(error),
        usage: run.usage,
        durationMs: run.durationMs,
      }),
    });
    return { ...done, usage: run.usage, runId: run.id } as Result;
  }
}

/** For what the code of a run does that names no parent: it is known to be inside of it, and no more. */
function insideOf({ within }: Run, context: CallContext | null): CallContext {
  return { scoped: [], parent: null, muted: [], ...context, within };
}
