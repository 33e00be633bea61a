import { ChainError, type ChainErrorCode, type ErrorRecord } from '../errors.js';

/** An error that was recorded, as it was; what caused it isn't known any more. */
export class RecordedError extends ChainError {
  override readonly name: string;

  constructor({ name, code, message, hint }: ErrorRecord) {
    const said = hint ?? (code === 'aborted' ? 'It was stopped there when it was recorded.' : undefined);
    super(code as ChainErrorCode, message, said === undefined ? {} : { hint: said });
    this.name = name;
  }
}
