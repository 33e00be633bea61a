import type { Readable, Writable } from 'node:stream';
import { ChainError } from '../errors.js';

/** What a command may touch of its process. */
export interface Io {
  readonly stdin: Readable & { readonly isTTY?: boolean; setRawMode?(raw: boolean): unknown };
  readonly stdout: Writable & { readonly isTTY?: boolean; readonly columns?: number; readonly rows?: number };
  readonly stderr: Writable & { readonly isTTY?: boolean; readonly columns?: number };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Aborts on Ctrl-C and its like, and when nobody reads stdout any more. */
  readonly signal: AbortSignal;
  /**
   * Masks what goes to stderr and into documents: the environment's keys as soon as a command runs or can't, and what
   * else a command knows of once it does.
   */
  redact: (text: string) => string;
}

/** The reason for which {@link Io.signal} aborts. */
export class Interruption extends ChainError {
  readonly exitCode: number;

  constructor(message: string, exitCode: number, options: { readonly cause?: unknown } = {}) {
    super('aborted', message, options);
    this.exitCode = exitCode;
  }

  /** Whether it is news to the person at the keyboard. */
  get isFailure(): boolean {
    return this.exitCode === 1;
  }
}

/** All of standard input. Must not be called for a terminal. */
export async function readAll(stdin: Readable): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of stdin) parts.push(part as Buffer);
  return Buffer.concat(parts);
}
