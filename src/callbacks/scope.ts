import { ChainError } from '../errors.js';
import { currentContext, runInContext } from './context.js';
import { CallbackManager, type Callbacks } from './manager.js';

/**
 * Runs `fn` so that `callbacks` hear every run started inside it, however deep and however many at once.
 * Returns what `fn` returns, and throws what it throws. Scopes nest.
 */
export function withCallbacks<T>(callbacks: Callbacks, fn: () => T): T {
  assertFunction(fn);
  const outer = currentContext();
  const scoped = [...(outer?.scoped ?? []), ...CallbackManager.subscribe(callbacks)];
  return runInContext({ ...outer, scoped, parent: outer?.parent ?? null, muted: outer?.muted ?? [] }, fn);
}

/** @throws ChainError `invalid_argument` */
export function assertFunction(fn: unknown): void {
  if (typeof fn === 'function') return;
  throw new ChainError('invalid_argument', 'a scope takes the function that it is around');
}
