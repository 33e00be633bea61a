/**
 * What went wrong, for programs: stable from version to version.
 *
 * `usage` family (exit 2): invalid_argument, invalid_template, missing_variable, unknown_variable, file_not_readable,
 * no_model, invalid_config, invalid_callback. `budget_exceeded` and `limit_reached`: exit 3. Every other: a run failed (exit 1).
 */
export type ChainErrorCode =
  | 'invalid_argument'
  | 'invalid_template'
  | 'missing_variable'
  | 'unknown_variable'
  | 'file_not_readable'
  | 'file_not_writable'
  | 'answer_not_saved'
  | 'invalid_config'
  | 'invalid_callback'
  | 'no_model'
  | 'budget_exceeded'
  | 'limit_reached'
  | 'invalid_tool_input'
  | 'tool_failed'
  | 'aborted'
  | 'timeout'
  | 'authentication'
  | 'permission_denied'
  | 'not_found'
  | 'bad_request'
  | 'rate_limited'
  | 'insufficient_quota'
  | 'overloaded'
  | 'server_error'
  | 'connection_failed'
  | 'invalid_response'
  | 'stream_cut'
  | 'not_recorded'
  | 'handler_failed'
  | 'internal';

/** Every error that this package throws on purpose. */
export class ChainError extends Error {
  override readonly name: string = 'ChainError';
  readonly code: ChainErrorCode;
  /** What would be right, where that is known: a sentence of its own, shown on a second line. */
  declare readonly hint?: string | undefined;

  constructor(
    code: ChainErrorCode,
    message: string,
    options: { readonly cause?: unknown; readonly hint?: string } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.code = code;
    if (options.hint !== undefined) this.hint = options.hint;
  }
}

/** An error as it stands in events and in `--json`. */
export interface ErrorRecord {
  readonly name: string;
  readonly code: string;
  readonly message: string;
  /** What would be right, where that is known. */
  readonly hint?: string | undefined;
}

/** The original error of an {@link ErrorRecord}, for handlers of the same process; never serialised. */
export interface ErrorRecordWithOriginal extends ErrorRecord {
  readonly original?: unknown;
}

/** Any thrown value as a frozen record; the value itself stays reachable as the non-enumerable `original`. */
export function toErrorRecord(error: unknown): ErrorRecordWithOriginal {
  const record =
    error instanceof Error
      ? { name: error.name, code: errorCode(error), message: error.message, ...hintOf(error) }
      : { name: 'Error', code: 'internal', message: describe(error) };
  return Object.freeze(Object.defineProperty(record, 'original', { value: error, enumerable: false }));
}

/** Any thrown value as an `Error`: itself where it is one. */
export function toError(error: unknown): Error {
  return error instanceof Error ? error : new ChainError('internal', describe(error), { cause: error });
}

function errorCode(error: Error): string {
  const code = (error as { code?: unknown }).code;
  if (typeof code === 'string') return code;
  return error.name === 'AbortError' ? 'aborted' : 'internal';
}

function hintOf(error: Error): { readonly hint?: string } {
  return error instanceof ChainError && error.hint !== undefined ? { hint: error.hint } : {};
}

function describe(value: unknown): string {
  try {
    return String(value);
  } catch {
    return 'a value that has no text was thrown';
  }
}

/**
 * What is said where the system doesn't let a file be read.
 * @param what the file, and what it is for
 * @param cause what Node threw
 */
export function fileNotReadable(what: string, cause: unknown): ChainError {
  const { code, message } = cause as NodeJS.ErrnoException;
  const reason = code === undefined ? message : (NOT_READABLE[code] ?? `cannot be read (${code})`);
  return new ChainError('file_not_readable', `${what}: ${reason}`, { cause });
}

const NOT_READABLE: Readonly<Record<string, string>> = {
  ENOENT: 'no such file',
  ENOTDIR: 'no such file',
  EISDIR: 'a folder, not a file',
  EACCES: 'no permission to read it',
  EPERM: 'no permission to read it',
  ESPIPE: 'it can be read only once, and this takes more; save it in a file',
};
