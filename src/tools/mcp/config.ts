import { ChainError } from '../../errors.js';
import type { YamlKind } from '../../prompts/checked-yaml.js';
import type { SchemaProblem } from '../../prompts/json-schema.js';
import { enabledServers, type McpServer, serverProblems } from './server-config.js';

/**
 * The servers of a file as MCP clients have it: `{ "mcpServers": { "NAME": { … } } }`, or `servers`, as VS Code calls
 * them. Those that are `disabled` are left out, and so are keys that other clients know.
 * @param file its name, for errors
 * @throws ChainError `invalid_config`, naming file and line of everything in it that is wrong
 */
export async function parseMcpConfig(
  text: string,
  file: string,
): Promise<Readonly<Record<string, McpServer>>> {
  const { parseCheckedYaml } = await import('../../prompts/checked-yaml.js');
  try {
    const { mcpServers = {}, servers = {} } = parseCheckedYaml(withoutComments(text), file, FILE)
      .data as Lists;
    return { ...enabledServers(servers), ...enabledServers(mcpServers) };
  } catch (cause) {
    if (!(cause instanceof ChainError)) throw cause;
    const { message, hint } = cause;
    throw new ChainError('invalid_config', message, { cause, ...(hint !== undefined && { hint }) });
  }
}

type Lists = Readonly<Partial<Record<'mcpServers' | 'servers', Readonly<Record<string, unknown>>>>>;

/** VS Code writes some: all else stays where it is. */
function withoutComments(json: string): string {
  if (!/^\s*(\{|\/[/*])/.test(json)) return json;
  return json.replace(/"(?:\\.|[^"\\])*"|\/\/[^\n]*|\/\*.*?\*\//gs, (part) =>
    part.startsWith('"') ? part : part.replace(/[^\n]/g, ' '),
  );
}

/** JSON is YAML, of which every mistake's place is known. */
const FILE: YamlKind = {
  name: 'configuration of MCP servers',
  schema: { type: 'object' },
  check: fileProblems,
  hint: ({ path }) =>
    path.length === 0 ? 'Write { "mcpServers": { "NAME": { "command": "…", "args": [] } } }.' : undefined,
};

function fileProblems(data: unknown): readonly SchemaProblem[] {
  const lists = ['mcpServers', 'servers'].filter((key) => Object.hasOwn(Object(data), key));
  if (lists.length === 0) return [{ path: [], at: 'value', message: '"mcpServers" is missing' }];
  return lists.flatMap((key) => serverProblems((data as Lists)[key as keyof Lists], [key]));
}
