import { SseError } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ChainError } from '../../errors.js';
import { cleanLine, connectionFailure, statusFailure } from '../../models/failure.js';

/** Whether a server may speak the older way over HTTP, as the protocol has it: this one it doesn't know. */
export function mayBeOlder(error: unknown): boolean {
  return error instanceof StreamableHTTPError && [400, 404, 405].includes(error.code ?? 0);
}

/** What an error of the SDK's HTTP transports means. */
export function httpFailure(url: URL, error: unknown, secrets: readonly string[]): ChainError {
  const { host } = url;
  const { message, cause } = error as Error;
  const said = message.replace(/^(Streamable HTTP|SSE) error: (Error POSTing to endpoint: )?/, '');
  const status = error instanceof StreamableHTTPError || error instanceof SseError ? error.code : undefined;
  if (status !== undefined && status >= 300)
    return statusFailure({ host, secrets }, status, parsed(said), { get: () => null });
  if (error instanceof TypeError && cause !== undefined) return connectionFailure(host, cause);
  // Of what went wrong below, there is only the text.
  if (error instanceof SseError && status === undefined)
    return connectionFailure(host, { code: /\bE[A-Z]{4,}\b/.exec(said)?.[0], message: said });
  return new ChainError('invalid_response', `${host} speaks no MCP: ${cleanLine(said)}`, { cause: error });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
