import { didYouMean } from '../../nearest-name.js';
import { checkSchema, type JsonSchema, type SchemaProblem } from '../../prompts/json-schema.js';

/** A server that is a program of its own, and is spoken to over its standard input and output. */
export interface McpCommand {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  /** What it gets of the environment besides `PATH`, `HOME` and the like. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly cwd?: string | undefined;
}

/** A server that runs elsewhere. */
export interface McpAddress {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>> | undefined;
  /** The older way to speak over HTTP. Default: the newer, and where the server doesn't know it, the older. */
  readonly type?: 'sse' | undefined;
}

/** In all of its texts `${NAME}` and `${NAME:-default}` stand for variables of the environment. */
export type McpServer = McpCommand | McpAddress;

const TEXT = { type: 'string', minLength: 1 } as const;
const TEXTS = { type: 'object', additionalProperties: { type: 'string' } } as const;

/** Other clients know further keys: those are left to them. */
const SERVERS = {
  type: 'object',
  additionalProperties: {
    type: 'object',
    properties: {
      type: { type: 'string', enum: ['stdio', 'http', 'streamable-http', 'streamableHttp', 'sse'] },
      command: TEXT,
      args: { type: 'array', items: { type: 'string' } },
      env: TEXTS,
      cwd: TEXT,
      url: TEXT,
      headers: TEXTS,
      disabled: { type: 'boolean' },
    },
  },
} as const satisfies JsonSchema;

/**
 * Everything that is wrong with servers by their names.
 * @param path where they stand
 */
export function serverProblems(servers: unknown, path: readonly string[]): SchemaProblem[] {
  if (!isObject(servers)) return checkSchema(SERVERS, servers ?? null, path);
  const given = Object.entries(servers).map(([name, server]): [string, unknown] => [
    name,
    isObject(server) ? defined(server) : (server ?? null),
  ]);
  const further = given.flatMap(([name, server]) =>
    isObject(server) ? howToReach(server, [...path, name]) : [],
  );
  return [...checkSchema(SERVERS, Object.fromEntries(given), path), ...further];
}

/** Without those that are disabled, and without the keys of other clients. `servers` has no {@link serverProblems}. */
export function enabledServers(
  servers: Readonly<Record<string, unknown>>,
): Readonly<Record<string, McpServer>> {
  const entries = Object.entries(servers) as [string, Given][];
  return Object.fromEntries(
    entries.filter(([, { disabled }]) => disabled !== true).map(([name, server]) => [name, known(server)]),
  );
}

export function isHttpUrl(text: string): boolean {
  return /^https?:$/.test(URL.canParse(text) ? new URL(text).protocol : '');
}

type Given = McpCommand & Omit<McpAddress, 'type'> & { readonly type?: string; readonly disabled?: boolean };

function known({ type, command, args, env, cwd, url, headers }: Given): McpServer {
  if (command !== undefined) return defined({ command, args, env, cwd });
  return defined({ url, headers, type: type === 'sse' ? type : undefined });
}

function defined<T extends object>(fields: T): T {
  return Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined)) as T;
}

function howToReach(server: Readonly<Record<string, unknown>>, path: readonly string[]): SchemaProblem[] {
  const { command, url, disabled } = server;
  const label = path.join('.');
  if (disabled === true) return [];
  if (command !== undefined && url !== undefined)
    return [{ path, at: 'value', message: `"${label}" has both "command" and "url"` }];
  if (command === undefined && url === undefined) {
    const keys = Object.keys(server);
    const near = ['command', 'url'].map((name) => didYouMean(name, keys) && name).find(Boolean);
    const meant = near === undefined ? '' : ` (did you mean "${near}"?)`;
    return [{ path, at: 'value', message: `"${label}" has neither "command" nor "url"${meant}` }];
  }
  if (typeof url !== 'string' || url === '' || url.includes('${') || isHttpUrl(url)) return [];
  const message = `"${label}.url" must begin with http:// or https://`;
  return [{ path: [...path, 'url'], at: 'value', message }];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
