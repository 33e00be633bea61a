import { ChainError, toError } from '../errors.js';
import type { EventFields, Run } from './run.js';

/** What a run does, and how it is told. Start, end and error are made only when they are due. */
export interface RunSteps<Y, R> {
  start(): EventFields;
  /** A promise where there is nothing to show on the way. Leaving it early, by `break`, ends the run as aborted. */
  body(): AsyncGenerator<Y, R, void> | Promise<R>;
  end(result: R): EventFields | Promise<EventFields>;
  /** Must not throw. */
  error(error: Error): EventFields | Promise<EventFields>;
}

/**
 * Drives one run so that its start is followed by exactly one end or error, whichever way it is left.
 * Nothing happens before the first `next()`.
 */
export async function* runSteps<Y, R>(run: Run, steps: RunSteps<Y, R>): AsyncGenerator<Y, R, void> {
  const first = steps.start();
  let open = true;
  try {
    const started = run.emit(first);
    if (started !== undefined) await started;
    run.signal?.throwIfAborted();
    const body = steps.body();
    const result = 'next' in body ? yield* body : await body;
    run.signal?.throwIfAborted();
    const last = await steps.end(result);
    open = false;
    await run.close(last);
    return result;
  } catch (thrown) {
    if (!open) throw thrown;
    open = false;
    const error = run.signal?.aborted ? aborted(thrown) : toError(thrown);
    await closeWithError(run, steps, error);
    throw error;
  } finally {
    // Neither returned nor thrown: the consumer has left the stream.
    if (open) await closeWithError(run, steps, aborted(undefined));
  }
}

/** Runs a generator to its end for its result alone. */
export async function resultOf<R>(generator: AsyncGenerator<unknown, R, void>): Promise<R> {
  for (;;) {
    const step = await generator.next();
    if (step.done) return step.value;
  }
}

/** Where a `raiseError` handler raises on the error event, its error is what the caller sees, caused by the run's. */
async function closeWithError<Y, R>(run: Run, steps: RunSteps<Y, R>, error: Error): Promise<void> {
  const last = await steps.error(error);
  try {
    await run.close(last);
  } catch (raised) {
    if (mayCause(error, raised)) raised.cause = error;
    throw raised;
  }
}

/** Not where that would hide another cause, close a circle or touch a frozen error. */
function mayCause(error: Error, raised: unknown): raised is Error {
  if (!(raised instanceof Error) || !Object.isExtensible(raised)) return false;
  return raised.cause === undefined && raised !== error && raised !== error.cause;
}

function aborted(cause: unknown): ChainError {
  if (cause instanceof ChainError && cause.code === 'aborted') return cause;
  return new ChainError('aborted', 'the run was aborted', { cause });
}
