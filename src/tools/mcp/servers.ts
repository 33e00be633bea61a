import type { RunnableFields } from '../../callbacks/run.js';
import { ChainError } from '../../errors.js';
import { type Tool, tool } from '../tool.js';
import type { McpConnection } from './connection.js';
import { enabledServers, type McpServer, serverProblems } from './server-config.js';
import { toolNames } from './tool-names.js';
import { type ExpandedServer, expandVariables } from './variables.js';

export interface McpOptions extends RunnableFields {
  /**
   * The servers whose word is taken that a tool only reads: such tools need no approval. Default: none. What a server says
   * of its tools may be wrong, and one that only reads can still pass on what it is asked.
   */
  readonly trusted?: readonly string[] | undefined;
  /** Until a server has named its tools, in milliseconds. Default 30,000. */
  readonly connectTimeoutMs?: number | undefined;
  /** Of one call of a tool, in milliseconds; `Infinity` for no limit. Default 60,000. */
  readonly timeoutMs?: number | undefined;
  /** Stops the start of the servers. */
  readonly signal?: AbortSignal | undefined;
}

/** Servers that run, to be closed when nothing calls them any more: what keeps them running keeps this process, too. */
export interface McpServers {
  /** Of all servers, each named `server__tool`. */
  readonly tools: readonly Tool[];
  /** Ends the processes of servers that are commands, for certain, and takes leave of the others. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Starts MCP servers, or connects to them, and gives their tools.
 * @param servers by their names
 * @throws ChainError `invalid_argument` for what is no server, `invalid_config` where variables are missing,
 *   `connection_failed`, `timeout`, `invalid_response`, `authentication` and others, naming every server that isn't to be
 *   had; none runs any more then
 */
export async function openMcpServers(
  servers: Readonly<Record<string, McpServer>>,
  options: McpOptions = {},
): Promise<McpServers> {
  const problems = serverProblems(servers, []);
  if (problems.length > 0)
    throw new ChainError('invalid_argument', problems.map(({ message }) => message).join('; '));
  const expanded = Object.entries(expandVariables(enabledServers(servers)));
  const opened = await openAll(expanded, options);
  const close = async () => {
    await Promise.all(opened.map(([, connection]) => connection.close()));
  };
  return { tools: toolsOf(opened, options), close, [Symbol.asyncDispose]: close };
}

type Opened = readonly [name: string, connection: McpConnection];

async function openAll(
  servers: readonly (readonly [string, ExpandedServer])[],
  options: McpOptions,
): Promise<readonly Opened[]> {
  if (servers.length === 0) return [];
  const { McpConnection } = await import('./connection.js');
  const outcomes = await Promise.allSettled(
    servers.map(async ([name, server]) => {
      const connect = (signal: AbortSignal) => McpConnection.open(name, server, signal);
      return [name, await inTime(connect, options)] as const;
    }),
  );
  const failures = outcomes.flatMap((outcome) => (outcome.status === 'rejected' ? [outcome.reason] : []));
  const opened = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : []));
  if (failures.length === 0) return opened;
  await Promise.all(opened.map(([, connection]) => connection.close()));
  if (failures.length === 1) throw failures[0];
  const messages = failures.map(({ message }) => message);
  throw new ChainError(failures[0].code, messages.join('; '), { cause: new AggregateError(failures) });
}

async function inTime<T>(
  connect: (signal: AbortSignal) => Promise<T>,
  { connectTimeoutMs: ms = CONNECT_MS, signal }: McpOptions,
): Promise<T> {
  const controller = new AbortController();
  const stop = () =>
    controller.abort(new ChainError('aborted', 'the start was aborted', { cause: signal?.reason }));
  const late = () => controller.abort(new ChainError('timeout', `no answer within ${ms / 1000} s`));
  if (signal?.aborted) stop();
  signal?.addEventListener('abort', stop, { once: true });
  const timer = setTimeout(late, ms);
  try {
    return await connect(controller.signal);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', stop);
  }
}

const CONNECT_MS = 30_000;

function toolsOf(opened: readonly Opened[], options: McpOptions): readonly Tool[] {
  const { trusted = [], connectTimeoutMs: _, signal: __, ...fields } = options;
  const listed = opened.flatMap(([server, connection]) =>
    connection.tools.map((listing) => ({ server, connection, tool: listing.name, listing })),
  );
  const names = toolNames(listed);
  return listed.map(({ server, connection, listing }, index) =>
    tool({
      ...fields,
      name: names[index]!,
      description: listing.description ?? listing.title ?? '',
      schema: listing.inputSchema,
      needsApproval: !(trusted.includes(server) && listing.annotations?.readOnlyHint === true),
      run: (input, { signal }) => connection.call(listing.name, input, signal),
    }),
  );
}
