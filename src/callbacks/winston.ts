/**
 * The parts of winston that a log file needs, each loaded when it is first called for: who writes no log shouldn't pay
 * for it. By `require`, because a log is opened at once and can't wait for `import()`: a bundler puts what is required
 * here into the bundle, and runs it at the first call.
 */

/** A record on its way, as winston hands it on: `[LEVEL]` says how severe it is, `[MESSAGE]` what is written. */
export interface LogInfo {
  level: string;
  message: unknown;
  [key: string | symbol]: unknown;
}

/** Fills in a record's `[MESSAGE]`. */
export interface LogFormat {
  transform(info: LogInfo, options?: unknown): LogInfo;
}

export interface TransportOptions {
  /** The least severe level that is written. */
  readonly level: string;
  readonly format: LogFormat;
  /** Must not throw. */
  readonly log: (info: LogInfo, next: () => void) => void;
  /** Called when the transport is taken from its logger. */
  readonly close: () => void;
}

export interface LogTransport extends TransportOptions {}

/** What is written of a record. The symbols that winston's parts know each other by are registered ones. */
export const MESSAGE = Symbol.for('message');
export const LEVEL = Symbol.for('level');

/** A stage of a winston logger that passes on what `template` makes of a record. */
export function printf(template: (info: LogInfo) => string): LogFormat {
  return (require('logform/printf.js') as (template: (info: LogInfo) => string) => LogFormat)(template);
}

export function createTransport(options: TransportOptions): LogTransport {
  return new (require('winston-transport') as new (options: TransportOptions) => LogTransport)(options);
}
