import { assertFunction, withCallbacks } from './scope.js';
import { TokenCounter } from './token-counter.js';

/**
 * Counts every model run started inside `fn`, however deep and however many at once. Returns what `fn` returns, and
 * throws what it throws; the counter stays readable afterwards.
 */
export function withTokenCounter<T>(fn: (counter: TokenCounter) => T): T {
  assertFunction(fn);
  const counter = new TokenCounter();
  return withCallbacks([counter], () => fn(counter));
}
