import { expect, it } from 'vitest';
import { parseMcpConfig } from '../../../src/tools/mcp/config.js';
import { mcpServerOf } from '../../../src/tools/mcp/server-of.js';
import { toolNames } from '../../../src/tools/mcp/tool-names.js';

it('is read as other clients write it', async () => {
  const text = `// for the team
{
\t"inputs": [],
\t"mcpServers": {
\t\t"files": { "command": "npx", "args": ["-y", "files", "// no comment"], "autoApprove": ["read"], "timeout": 60 },
\t\t"off": { "command": "npx", "disabled": true },
\t\t"web": { "type": "http", "url": "https://example.org/mcp", "headers": { "Authorization": "Bearer \${TOKEN}" } },
\t\t"old": { "type": "sse", "url": "https://example.org/sse", "disabled": false }, /* and
\t\tthat is all */
\t}
}`;
  expect(await parseMcpConfig(text, 'mcp.json')).toEqual({
    files: { command: 'npx', args: ['-y', 'files', '// no comment'] },
    web: { url: 'https://example.org/mcp', headers: { Authorization: `Bearer \${TOKEN}` } },
    old: { type: 'sse', url: 'https://example.org/sse' },
  });
  const servers = '{ "servers": { "files": { "type": "stdio", "command": "files", "env": { "A": "1" } } } }';
  expect(await parseMcpConfig(servers, 'mcp.json')).toEqual({ files: { command: 'files', env: { A: '1' } } });
});

it.each([
  ['', '1:1: "mcpServers" is missing'],
  ['[]', '1:1: configuration of MCP servers must be keys and values'],
  ['{ "mcpServers": [] }', '1:17: "mcpServers" must be keys and values, not []'],
  [
    `{
  "mcpServers": {
    "a": { "comand": "npx", "args": "-y" },
    "b": { "url": "ftp://example.org", "headers": { "X": 1 } },
    "c": { "command": "npx", "url": "https://example.org" },
    "d": { "type": "websocket", "url": "https://example.org" },
    "e": {}
  }
}`,
    '3:10: "mcpServers.a" has neither "command" nor "url" (did you mean "command"?); ' +
      'line 3, column 37: "mcpServers.a.args" must be a list, not "-y"; ' +
      'line 4, column 19: "mcpServers.b.url" must begin with http:// or https://; ' +
      'line 4, column 58: "mcpServers.b.headers.X" must be text, not 1; ' +
      'line 5, column 10: "mcpServers.c" has both "command" and "url"; ' +
      'line 6, column 20: "mcpServers.d.type" must be "stdio", "http", "streamable-http", "streamableHttp" or "sse", not "websocket"; ' +
      'line 7, column 10: "mcpServers.e" has neither "command" nor "url"',
  ],
])('names all that is wrong with %s', async (text, message) => {
  await expect(parseMcpConfig(text, 'mcp.json')).rejects.toMatchObject({
    code: 'invalid_config',
    message: `mcp.json:${message}`,
  });
});

it.each([
  [' https://example.org/mcp ', { url: 'https://example.org/mcp' }],
  ['npx -y files "my notes" it\\ too', { command: 'npx', args: ['-y', 'files', 'my notes', 'it too'] }],
  [
    'TOKEN=$TOKEN LEVEL=2 node *.js',
    { command: 'node', args: ['*.js'], env: { TOKEN: `\${TOKEN}`, LEVEL: '2' } },
  ],
  ['node ~/server.js ~you', { command: 'node', args: [`\${HOME}/server.js`, '~you'] }],
])('%s is a server', async (text, server) => {
  expect(await mcpServerOf(text)).toEqual(server);
});

it.each([
  ['', 'there is no command'],
  ['A=1', 'there is no command'],
  ['files | cat', 'no shell runs it: | needs quotes'],
  ['files "my notes', 'a quote is not closed'],
  ['wss://example.org', 'only http:// and https:// are spoken'],
])('%j is no server', async (text, why) => {
  await expect(mcpServerOf(text)).rejects.toMatchObject({
    code: 'invalid_argument',
    message: `not an MCP server: ${text} (${why})`,
    hint: 'Give its URL, or a command with its arguments.',
  });
});

it('gives every tool a name that models can call', () => {
  const long = 'x'.repeat(70);
  const tools = [
    { server: 'a b', tool: 'read.file' },
    { server: 'a', tool: 'b__read_file' },
    { server: 'a_b', tool: 'read_file' },
    { server: 's', tool: `${long}1` },
    { server: 's', tool: `${long}2` },
  ];
  expect(toolNames(tools)).toEqual([
    'a_b__read_file',
    'a__b__read_file',
    'a_b__read_file_2',
    `s__${'x'.repeat(61)}`,
    `s__${'x'.repeat(59)}_2`,
  ]);
});
