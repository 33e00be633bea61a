import type { ToolCall } from '../../src/messages.js';
import { exitOf, type FaultCase, pathOf } from './fault-case.js';
import type { FaultServer } from './fault-server.js';

/** What another client has to know of a case, and what of its outcome doesn't depend on our words. All of it is JSON. */
export interface ClientCase {
  readonly fault: string;
  /** `<origin>/<path>/<any name>/v1` is the base URL. */
  readonly origin: string;
  readonly path: string;
  /** How often a client may ask again; none: as often as it does by itself. */
  readonly retries?: number;
  readonly env: Readonly<Record<string, string>>;
  /** Whether it keeps a client so busy that nothing else should wait for it. */
  readonly large: boolean;
  /** Whether the command itself is interrupted, which says nothing of other clients. */
  readonly interrupted: boolean;

  readonly calls: number;
  readonly fails: boolean;
  /** All of the text that comes. */
  readonly text: string;
  readonly toolCalls: readonly ToolCall[];
}

export function forClients(one: FaultCase, server: FaultServer): ClientCase {
  const { fault, at, flags = [], env, interrupt, calls, answer = '', logged } = one;
  const retries = flags.indexOf('--retries');
  return {
    fault,
    origin: at?.(server) ?? server.http,
    path: pathOf(one),
    ...(retries >= 0 && { retries: Number(flags[retries + 1]) }),
    env: env?.(server) ?? {},
    large: 'sends' in one && String(one.sends).length > 1e6,
    interrupted: interrupt !== undefined,
    calls,
    fails: exitOf(one) !== 0,
    text: answer,
    toolCalls: logged?.toolCalls ?? [],
  };
}
