import type { ChainErrorCode } from '../../src/errors.js';
import type { FinishReason, ToolCall, Usage } from '../../src/messages.js';
import type { Reply } from '../models/loopback.js';
import type { FaultServer } from './fault-server.js';

/** What a server has to answer with. */
export interface Answered {
  /** Its name in tests and in docs/reliability.md, and, in small letters with hyphens, its path on the server. */
  readonly fault: string;
  /** The n-th call gets the n-th; the last one is given again and again. */
  readonly replies: readonly Reply[];
}

/** What a server does wrong, and what the program promises for it: a row of the catalogue. */
export interface FaultCase extends Answered {
  readonly flags?: readonly string[];
  readonly env?: (server: FaultServer) => Readonly<Record<string, string>>;
  /** Where the server is. Default: its `http`. */
  readonly at?: (server: FaultServer) => string;
  /** Ctrl-C is pressed once the log has an event of this type. */
  readonly interrupt?: string;

  /** How often an answer was asked for. */
  readonly calls: number;
  /** All that is told on stderr, of a server at `HOST` and `PORT`; a second line is a hint. None: it succeeds. */
  readonly error?: string;
  /** Of the error in the log. */
  readonly code?: ChainErrorCode;
  /** Default: 0, or 1 where there is an error. */
  readonly exit?: number;
  /** All that is on stdout, but for the newline at its end, and the text of the run in the log. Default: none. */
  readonly answer?: string;
  /** More of what the log says of it, in its `llmEnd` or `llmError`. */
  readonly logged?: {
    readonly finishReason?: FinishReason;
    readonly usage?: Partial<Usage>;
    readonly toolCalls?: readonly ToolCall[];
  };
  /** The milliseconds before each further call, where the server says them. */
  readonly waits?: readonly number[];
}

export function pathOf({ fault }: Pick<Answered, 'fault'>): string {
  return fault.toLowerCase().replace(/[^a-z0-9]+/g, '-');
}

/** Of each command. */
export function exitOf({ exit, error }: FaultCase): number {
  return exit ?? (error === undefined ? 0 : 1);
}
