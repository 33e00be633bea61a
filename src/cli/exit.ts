import { ChainError, type ChainErrorCode, type ErrorRecord, toError, toErrorRecord } from '../errors.js';
import { cleanControls } from '../safety/clean.js';
import { toJsonLine, type VersionedDocument } from './json-line.js';

/** Exit codes by error code; every other error is a run that failed: 1. */
const EXIT_CODES: Partial<Record<ChainErrorCode, number>> = {
  invalid_argument: 2,
  invalid_template: 2,
  missing_variable: 2,
  unknown_variable: 2,
  file_not_readable: 2,
  file_not_writable: 2,
  invalid_config: 2,
  invalid_callback: 2,
  no_model: 2,
  budget_exceeded: 3,
  limit_reached: 3,
};

/** Ends a command that has said all there is to say with an exit code that tells how it found things: no failure. */
export class Verdict extends Error {
  readonly exitCode: number;

  constructor(exitCode: number) {
    super(`exit code ${exitCode}`);
    this.exitCode = exitCode;
  }
}

/** What the shell is told of an error. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof Verdict) return error.exitCode;
  return error instanceof ChainError ? (EXIT_CODES[error.code] ?? 1) : 1;
}

/** An error in one or two lines for a person; with `CHAIN_DEBUG=1` its stack and its causes besides. */
export function renderError(error: unknown, debug: boolean): string {
  const { message } = toErrorRecord(error);
  const hint = error instanceof ChainError ? error.hint : undefined;
  const lines = [`chain: ${message}`, ...(hint === undefined ? [] : [`       ${hint}`])];
  if (debug) lines.push(...stacks(error));
  return `${cleanControls(lines.join('\n'))}\n`;
}

/** The document that `--json` prints of a failure, with what had come of the answer. */
export function renderErrorJson(error: ErrorRecord, text: string, redact: (text: string) => string): string {
  return toJsonLine(toErrorDocument(error, text), redact);
}

export function toErrorDocument({ code, message }: ErrorRecord, text: string): VersionedDocument {
  return { schema: 1, error: { code, message }, text };
}

function stacks(error: unknown): string[] {
  const lines: string[] = [];
  for (let cause: unknown = error; cause !== undefined && lines.length < 8; cause = toError(cause).cause) {
    lines.push(toError(cause).stack ?? String(cause));
  }
  return lines;
}
