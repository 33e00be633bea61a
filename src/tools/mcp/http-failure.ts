import { SseError } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPError } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import { ChainError } from '../../errors.js';
import { cleanLine, statusFailure } from '../../models/failure.js';

/** Whether a server may speak the older way over HTTP, as the protocol has it: this one it doesn't know. */
export function mayBeOlder(error: unknown): boolean {
  return error instanceof StreamableHTTPError && [400, 404, 405].includes(error.code ?? 0);
}

/**
 * What an error of the SDK's HTTP transports means.
 * @param failed why a request had no answer
 */
export function httpFailure(
  { host }: URL,
  error: unknown,
  secrets: readonly string[],
  failed: ChainError | undefined,
): ChainError {
  const { message } = error as Error;
  const said = message.replace(/^(Streamable HTTP|SSE) error: (Error POSTing to endpoint: )?/, '');
  const status = error instanceof StreamableHTTPError || error instanceof SseError ? error.code : undefined;
  if (status !== undefined && status >= 300)
    return statusFailure({ host, secrets }, status, parsed(said), { get: () => null });
  if (error instanceof SseError && failed !== undefined) return failed;
  return new ChainError('invalid_response', `${host} speaks no MCP: ${cleanLine(said)}`, { cause: error });
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
