import { ChainError } from '../errors.js';

/** The same error with another hint, where there is one. */
export function withHint(error: ChainError, hint: string | undefined): ChainError {
  return hint === undefined ? error : new ChainError(error.code, error.message, { cause: error.cause, hint });
}
