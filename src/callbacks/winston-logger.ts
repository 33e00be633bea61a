import type { LogFormat, LogInfo, LogTransport } from './winston.js';

/** What a winston logger is used for. */
export interface WinstonLogger {
  write(info: LogInfo): boolean;
  add(transport: LogTransport): unknown;
  remove(transport: LogTransport): unknown;
  setMaxListeners(count: number): unknown;
}

interface WinstonOptions {
  readonly levels: Readonly<Record<string, number>>;
  readonly level: string;
  readonly format: LogFormat;
}

/**
 * A logger of winston, which is loaded by the first call: that takes 20 ms. In a file of its own, so that a bundle
 * keeps it out of what the file handler loads.
 */
export function createWinston(options: WinstonOptions): WinstonLogger {
  return (require('winston') as { createLogger(options: WinstonOptions): WinstonLogger }).createLogger(
    options,
  );
}
