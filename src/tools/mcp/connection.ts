import { Client } from '@modelcontextprotocol/sdk/client/index.js';
import { SSEClientTransport } from '@modelcontextprotocol/sdk/client/sse.js';
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js';
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js';
import {
  type CallToolResult,
  CallToolResultSchema,
  ErrorCode,
  ListToolsResultSchema,
  McpError,
  type Tool as McpTool,
} from '@modelcontextprotocol/sdk/types.js';
import { graceful, unlessAborted } from '../../callbacks/abort.js';
import { ChainError } from '../../errors.js';
import { cleanLine } from '../../models/failure.js';
import { maskSecrets } from '../../safety/mask.js';
import { CommandTransport } from './command-transport.js';
import { httpFailure, mayBeOlder } from './http-failure.js';
import { outputOf } from './output.js';
import { Requests } from './requests.js';
import { isHttpUrl, type McpAddress, type McpServer } from './server-config.js';
import type { ExpandedServer } from './variables.js';

declare const PROMPTCHAIN_VERSION: string;

/** One server, and what it offers. Its errors say which it is. */
export class McpConnection {
  readonly #name: string;
  readonly #server: McpServer;
  readonly #secrets: readonly string[];
  readonly #requests = new Requests();
  #client: Client | undefined;
  #transport: Transport | undefined;
  #tools: readonly McpTool[] = [];
  #closing: Promise<void> | undefined;

  private constructor(name: string, { server, secrets }: ExpandedServer) {
    this.#name = name;
    this.#server = server;
    this.#secrets = secrets;
  }

  /**
   * Connects, and asks for all tools.
   * @throws ChainError as the signal's reason is; `connection_failed`, `invalid_response` and what an HTTP status means.
   *   Nothing runs any more then.
   */
  static async open(name: string, server: ExpandedServer, signal: AbortSignal): Promise<McpConnection> {
    const connection = new McpConnection(name, server);
    try {
      await unlessAborted(connection.#open(), signal);
      return connection;
    } catch (error) {
      const failure = connection.#failure(error);
      await connection.close();
      throw failure;
    }
  }

  get tools(): readonly McpTool[] {
    return this.#tools;
  }

  /**
   * What a tool gave, as text.
   * @throws ChainError `tool_failed` with what the server says went wrong; `invalid_tool_input` where it doesn't like the
   *   arguments; as {@link open} does where it is no longer there
   */
  async call(name: string, input: unknown, signal: AbortSignal): Promise<string> {
    const params = { name, arguments: input as Record<string, unknown> };
    let result: CallToolResult;
    try {
      result = await this.#request((client) =>
        client.request({ method: 'tools/call', params }, CallToolResultSchema, { signal, timeout: NO_LIMIT }),
      );
    } catch (error) {
      if (error instanceof McpError && error.code !== ErrorCode.ConnectionClosed) throw toldBy(error);
      throw this.#failure(error);
    }
    const output = outputOf(result);
    if (result.isError) throw new ChainError('tool_failed', output || 'the tool gave no reason');
    return output;
  }

  /** The process of a command has ended when this returns. */
  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    const transport = this.#transport;
    if (transport instanceof StreamableHTTPClientTransport) {
      const over = transport.terminateSession().catch(() => {});
      await graceful(over, AbortSignal.abort(), GOODBYE_MS);
    }
    await transport?.close().catch(() => {});
  }

  async #open(): Promise<void> {
    if ('command' in this.#server) await this.#connect(new CommandTransport(this.#server));
    else await this.#connectTo(this.#server);
    await this.#list();
  }

  async #connectTo({ url: address, headers = {}, type }: McpAddress): Promise<void> {
    if (!isHttpUrl(address)) throw new ChainError('invalid_config', `its URL is none of http: ${address}`);
    const url = new URL(address);
    const options = { requestInit: { headers }, fetch: this.#requests.fetch };
    if (type === 'sse') return this.#connect(new SSEClientTransport(url, options));
    try {
      await this.#connect(new StreamableHTTPClientTransport(url, options));
    } catch (error) {
      if (!mayBeOlder(error)) throw error;
      await this.#transport?.close();
      // Where it doesn't speak the older way either, what it said to the newer is of more use.
      await this.#connect(new SSEClientTransport(url, options)).catch(() => Promise.reject(error));
    }
  }

  async #connect(transport: object): Promise<void> {
    if (this.#closing !== undefined) throw closed();
    this.#transport = transport as Transport;
    this.#client = new Client({ name: 'promptchain', version: PROMPTCHAIN_VERSION });
    await this.#client.connect(this.#transport, { timeout: NO_LIMIT });
  }

  async #list(): Promise<void> {
    if (this.#client?.getServerCapabilities()?.tools === undefined) return;
    const tools: McpTool[] = [];
    const seen = new Set<string>();
    for (let cursor: string | undefined; ; ) {
      const params = cursor === undefined ? {} : { cursor };
      const page = await this.#request((client) =>
        client.request({ method: 'tools/list', params }, ListToolsResultSchema, { timeout: NO_LIMIT }),
      );
      tools.push(...page.tools);
      cursor = page.nextCursor;
      if (cursor === undefined) break;
      if (seen.has(cursor))
        throw new ChainError('invalid_response', 'its list of tools goes round in circles');
      seen.add(cursor);
    }
    this.#tools = tools;
  }

  async #request<T>(ask: (client: Client) => Promise<T>): Promise<T> {
    if (this.#closing !== undefined) throw closed();
    return ask(this.#client!);
  }

  #failure(error: unknown): ChainError {
    const { code, message, hint } = this.#reason(error);
    const said = maskSecrets(message, this.#secrets);
    return new ChainError(code, `MCP server ${this.#name}: ${said}`, {
      cause: error,
      ...(hint !== undefined && { hint }),
    });
  }

  #reason(error: unknown): Pick<ChainError, 'code' | 'message' | 'hint'> {
    if (this.#closing !== undefined) return closed();
    const transport = this.#transport;
    if (transport instanceof CommandTransport) {
      const { ended, lastWords, noise } = transport;
      const written = lastWords || noise || '';
      const told = written && `: ${written}`;
      if (ended !== undefined) return new ChainError('connection_failed', `${ended}${told}`);
      if (error instanceof ChainError && error.code === 'timeout') {
        if (noise !== undefined) return new ChainError('invalid_response', `it speaks no MCP: ${noise}`);
        return new ChainError('timeout', `${error.message}${told}`);
      }
    }
    if (error instanceof ChainError) return error;
    if ('url' in this.#server && !(error instanceof McpError || isUnshaped(error)))
      return httpFailure(new URL(this.#server.url), error, this.#secrets, this.#requests.failure);
    return new ChainError('invalid_response', `it speaks no MCP: ${cleanLine(wordsOf(error))}`);
  }
}

/** The longest that a timer can wait: how long things take is limited elsewhere. */
const NO_LIMIT = 2 ** 31 - 1;
/** For the end of a session, which a server may like to know of. */
const GOODBYE_MS = 1000;

function closed(): ChainError {
  return new ChainError('connection_failed', 'it was closed');
}

function toldBy(error: McpError): ChainError {
  const code = error.code === ErrorCode.InvalidParams ? 'invalid_tool_input' : 'tool_failed';
  return new ChainError(code, wordsOf(error), { cause: error });
}

function wordsOf(error: unknown): string {
  if (isUnshaped(error))
    return error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`).join('; ');
  return (error as Error).message.replace(/^(MCP error -?\d+: )+/, '');
}

/** Whether a message isn't what the protocol says, which zod tells in its own way. */
function isUnshaped(error: unknown): error is { readonly issues: readonly Issue[] } {
  return Array.isArray((error as { readonly issues?: unknown }).issues);
}

interface Issue {
  readonly path: readonly PropertyKey[];
  readonly message: string;
}
