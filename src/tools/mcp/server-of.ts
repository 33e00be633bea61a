import { ChainError } from '../../errors.js';
import { isHttpUrl, type McpServer } from './server-config.js';

/**
 * A server in short: the URL of one, or a command with its arguments, as a shell would understand it, though none runs:
 * `npx -y @modelcontextprotocol/server-filesystem "my notes"`, `TOKEN=$TOKEN node server.js`.
 * @throws ChainError `invalid_argument` for what only a shell could do
 */
export async function mcpServerOf(text: string): Promise<McpServer> {
  const line = text.trim();
  if (isHttpUrl(line)) return { url: line };
  if (/^[a-z][a-z+.-]+:\/\//i.test(line)) throw notOne(line, 'only http:// and https:// are spoken');
  const { splitCommand } = await import('./command-line.js');
  const { words, wrong } = splitCommand(line);
  if (wrong !== undefined) throw notOne(line, wrong);
  const first = words.findIndex((word) => !ASSIGNMENT.test(word));
  const command = words[first];
  if (command === undefined) throw notOne(line, 'there is no command');
  const assigned = words.slice(0, first).map((word) => ASSIGNMENT.exec(word)!.slice(1, 3));
  return {
    command,
    args: words.slice(first + 1),
    ...(assigned.length > 0 && { env: Object.fromEntries(assigned) }),
  };
}

const ASSIGNMENT = /^([A-Za-z_]\w*)=(.*)$/s;

function notOne(text: string, why: string): ChainError {
  return new ChainError('invalid_argument', `not an MCP server: ${text} (${why})`, {
    hint: 'Give its URL, or a command with its arguments.',
  });
}
