import { ChainError } from '../../errors.js';
import type { McpServer } from './server-config.js';

export interface ExpandedServer {
  readonly server: McpServer;
  /** The values of all variables in it, which may be keys. */
  readonly secrets: readonly string[];
}

/**
 * Puts the variables of the environment into the servers that name them.
 * @throws ChainError `invalid_config` that names all that aren't set
 */
export function expandVariables(
  servers: Readonly<Record<string, McpServer>>,
  env: Readonly<Record<string, string | undefined>> = process.env,
): Readonly<Record<string, ExpandedServer>> {
  const wrong: string[] = [];
  const expanded = Object.entries(servers).map(([name, server]) => {
    const missing = new Set<string>();
    const secrets = new Set<string>();
    const expand = (value: unknown): unknown => {
      if (typeof value === 'string') return replaceIn(value, env, missing, secrets);
      if (Array.isArray(value)) return value.map(expand);
      if (typeof value !== 'object' || value === null) return value;
      return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, expand(entry)]));
    };
    const entry = [name, { server: expand(server) as McpServer, secrets: [...secrets] }] as const;
    if (missing.size > 0) wrong.push(`MCP server ${name} needs ${[...missing].join(', ')}`);
    return entry;
  });
  if (wrong.length === 0) return Object.fromEntries(expanded);
  throw new ChainError('invalid_config', `variables are not set: ${wrong.join('; ')}`);
}

/** As other clients write them: `${NAME}`, `${env:NAME}`, `${NAME:-default}`; and what VS Code asks for when it starts. */
const VARIABLE = /\$\{(?:env:)?([A-Za-z_]\w*)(?::-([^}]*))?\}|\$\{(input:[^}]*)\}/g;

function replaceIn(
  text: string,
  env: Readonly<Record<string, string | undefined>>,
  missing: Set<string>,
  secrets: Set<string>,
): string {
  return text.replace(VARIABLE, (whole, name: string | undefined, otherwise: string | undefined) => {
    const value = name === undefined ? undefined : env[name];
    if (value !== undefined && (value !== '' || otherwise === undefined)) {
      secrets.add(value);
      return value;
    }
    if (name !== undefined && otherwise !== undefined) return otherwise;
    missing.add(name ?? whole);
    return whole;
  });
}
