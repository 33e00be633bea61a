import { ChainError } from '../errors.js';
import type { ServerAddress } from '../events.js';
import type { Subscription } from './manager.js';

/**
 * What handlers want the requests of a model's run to carry; `undefined` for nothing. Of two handlers that name the same
 * header the first one counts. One that fails, or gives what is no header, is reported, and its headers are left out.
 * @param server says where they go, if that is known; asked only where a handler wants to know
 */
export function requestHeaders(
  subscriptions: readonly Subscription[],
  runId: string,
  server: () => ServerAddress | undefined,
): Readonly<Record<string, string>> | undefined {
  let headers: Record<string, string> | undefined;
  for (const { handler, failures } of subscriptions) {
    if (handler.requestHeaders === undefined) continue;
    try {
      const own = handler.requestHeaders(runId, server());
      if (own === undefined) continue;
      const entries = Object.entries(own).map(([name, value]) => [name.toLowerCase(), value] as const);
      for (const [name, value] of entries) assertHeader(name, value);
      headers = { ...Object.fromEntries(entries), ...headers };
    } catch (error) {
      failures.add({ handler, eventType: 'chatModelStart', error, timedOut: false, runId });
    }
  }
  return headers;
}

/** By RFC 9110; Node would refuse to send what isn't one, and the run would fail of it. */
function assertHeader(name: string, value: unknown): void {
  const valid = typeof value === 'string' && !/[^\t\x20-\x7e\x80-\xff]/.test(value);
  if (valid && /^[!#$%&'*+.^_`|~0-9a-z-]+$/.test(name)) return;
  const why = `requestHeaders gave a header that can't be sent: ${JSON.stringify(name)}`;
  throw new ChainError('invalid_callback', why);
}
