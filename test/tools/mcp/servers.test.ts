import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, vi } from 'vitest';
import type { McpServer } from '../../../src/tools/mcp/server-config.js';
import { type McpOptions, type McpServers, openMcpServers } from '../../../src/tools/mcp/servers.js';
import { afterTest } from '../../support/teardown.js';
import { openLifeline } from './lifeline.js';

const PROGRAM = fileURLToPath(new URL('server.mjs', import.meta.url));
const EDGES = { command: process.execPath, args: [PROGRAM] };

async function open(server: McpServer = EDGES, options: McpOptions = {}): Promise<McpServers> {
  const servers = await openMcpServers({ edges: server }, options);
  afterTest(() => servers.close());
  return servers;
}

function toolOf({ tools }: McpServers, name: string) {
  return tools.find((tool) => tool.name === `edges__${name}`)!;
}

describe('a server’s tools', () => {
  it('are listed to the last page', async () => {
    const { tools } = await open();
    expect(tools.map(({ name }) => name.replace('edges__', '')).join(' ')).toBe(
      'fails fails_silently refuses huge hangs hanging told talks starts dies',
    );
  });

  it('need approval, unless a server is trusted that says that one only reads', async () => {
    const needing = async (options: McpOptions) =>
      (await open(EDGES, options)).tools
        .filter(({ needsApproval }) => !needsApproval)
        .map(({ name }) => name);
    expect(await needing({})).toEqual([]);
    expect(await needing({ trusted: ['edges'] })).toEqual(['edges__told']);
  });

  it('are described by their title where they have nothing else', async () => {
    expect(toolOf(await open(), 'told').description).toBe('Tells what it was told');
  });

  it.each([
    ['fails', 'tool_failed', 'the disk is full'],
    ['fails_silently', 'tool_failed', 'the tool gave no reason'],
    ['refuses', 'invalid_tool_input', 'there is no such city'],
    ['dies', 'connection_failed', 'MCP server edges: it ended with exit code 7: out of memory'],
  ])('%s: a model is told', async (name, code, message) => {
    const servers = await open();
    const outcome = await toolOf(servers, name).call({ id: '1', name, arguments: '' });
    expect(outcome).toEqual({ error: expect.objectContaining({ code, message }) });
  });

  it('give data as JSON where they give no text, and much where there is much', async () => {
    const servers = await open();
    expect(await toolOf(servers, 'told').invoke({ rows: [1, 2] })).toBe('{"rows":[1,2]}');
    expect(String(await toolOf(servers, 'huge').invoke({}))).toHaveLength(5_000_000);
  });

  it('are not heard when they only talk', async () => {
    const stderr = vi.spyOn(process.stderr, 'write');
    const servers = await open();
    expect(await toolOf(servers, 'talks').invoke({})).toBe('done');
    expect(stderr).not.toHaveBeenCalled();
    stderr.mockRestore();
  });

  it('are cancelled with the run', async () => {
    const servers = await open();
    const state = async () => JSON.parse(String(await toolOf(servers, 'hanging').invoke({})));
    const controller = new AbortController();
    const call = toolOf(servers, 'hangs').invoke({}, { signal: controller.signal });
    call.catch(() => {});
    while ((await state()).started === 0);
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    expect(await state()).toEqual({ started: 1, cancelled: 1 });
  });

  it('have so much time', async () => {
    const servers = await open(EDGES, { timeoutMs: 50 });
    await expect(toolOf(servers, 'hangs').invoke({})).rejects.toMatchObject({
      code: 'timeout',
      message: 'the tool edges__hangs took longer than 50 ms',
    });
  });

  it('are gone when the server has ended or was closed', async () => {
    const servers = await open();
    await toolOf(servers, 'dies')
      .invoke({})
      .catch(() => {});
    await expect(toolOf(servers, 'told').invoke({})).rejects.toMatchObject({
      code: 'connection_failed',
      message: 'MCP server edges: it ended with exit code 7: out of memory',
    });
    const others = await open();
    await others.close();
    await expect(toolOf(others, 'told').invoke({})).rejects.toMatchObject({
      code: 'connection_failed',
      message: 'MCP server edges: it was closed',
    });
  });
});

describe('no process is left', () => {
  it.each([
    ['a server', [PROGRAM]],
    ['a stubborn server', [PROGRAM, 'stubborn']],
  ])('of %s, nor of what it has started, when it is closed', async (_, args) => {
    const lifeline = await openLifeline();
    const env = { LIFELINE: `${lifeline.port}` };
    const servers = await open({ command: process.execPath, args, env });
    await toolOf(servers, 'starts').invoke({});
    await lifeline.started(2);
    await servers.close();
    await lifeline.over();
  });

  it.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)('when the program dies of %s', async (signal) => {
    const lifeline = await openLifeline();
    const parent = fileURLToPath(new URL('parent.mjs', import.meta.url));
    const child = spawn(process.execPath, [parent, PROGRAM, 'stubborn'], {
      env: { ...process.env, LIFELINE: `${lifeline.port}` },
      stdio: 'inherit',
    });
    await lifeline.started(2);
    child.kill(signal);
    expect(await once(child, 'exit')).toEqual([null, signal]);
    await lifeline.over();
  });

  it('of those that can be had, where one can’t', async () => {
    const lifeline = await openLifeline();
    const one = { ...EDGES, env: { LIFELINE: `${lifeline.port}` } };
    const opening = openMcpServers({
      one,
      other: node('process.exit(1)'),
      third: { command: 'no-such-command' },
    });
    await expect(opening).rejects.toMatchObject({
      code: 'connection_failed',
      message:
        "MCP server other: it ended with exit code 1; MCP server third: it can't be started: there is no command no-such-command",
    });
    await lifeline.over();
  });

  it('when the start is aborted', async () => {
    const lifeline = await openLifeline();
    const controller = new AbortController();
    const silent = node(`require('net').connect(${lifeline.port}, '127.0.0.1')`);
    const opening = openMcpServers({ silent }, { signal: controller.signal });
    opening.catch(() => {});
    await lifeline.started(1);
    controller.abort();
    await expect(opening).rejects.toMatchObject({
      code: 'aborted',
      message: 'MCP server silent: the start was aborted',
    });
    await lifeline.over();
  });
});

function node(code: string): McpServer {
  return { command: process.execPath, args: ['-e', code] };
}

describe('a command that is no server', () => {
  it.each<[string, McpServer, string, string]>([
    [
      'is not there',
      { command: 'no-such-command' },
      'connection_failed',
      "it can't be started: there is no command no-such-command",
    ],
    [
      'has no folder',
      { ...EDGES, cwd: '/no/such/folder' },
      'connection_failed',
      "it can't be started: there is no folder /no/such/folder",
    ],
    [
      'ends',
      node('console.error("\\nTOKEN is missing\\n    at main:1"); process.exit(3)'),
      'connection_failed',
      'it ended with exit code 3: TOKEN is missing',
    ],
    ['prints', node('console.log("hello")'), 'connection_failed', 'it ended with exit code 0: hello'],
    [
      'is killed',
      node('process.kill(process.pid, "SIGKILL")'),
      'connection_failed',
      'it was ended by SIGKILL',
    ],
    [
      'never ends its line',
      node("process.stdout.write('x'.repeat(34e6)); setInterval(() => {}, 1000)"),
      'connection_failed',
      'it was ended by SIGTERM: a message of it is longer than 33554432 characters',
    ],
    [
      'says what it hears',
      node('process.stdin.pipe(process.stdout)'),
      'invalid_response',
      'it speaks no MCP: Method not found',
    ],
  ])('%s', async (_, server, code, message) => {
    await expect(open(server)).rejects.toMatchObject({ code, message: `MCP server edges: ${message}` });
  });

  it('says nothing', async () => {
    await expect(open(node('setInterval(() => {}, 1000)'), { connectTimeoutMs: 50 })).rejects.toMatchObject({
      code: 'timeout',
      message: 'MCP server edges: no answer within 0.05 s',
    });
  });
});

describe('an address that is no server', () => {
  const ELSE = '{"jsonrpc":"2.0","id":0,"result":{}}';

  async function listen(answer: RequestListener): Promise<string> {
    const server = createServer(answer).listen(0, '127.0.0.1');
    await once(server, 'listening');
    afterTest(() => server.close());
    return `127.0.0.1:${(server.address() as AddressInfo).port}`;
  }

  it.each<[string, RequestListener, string, string]>([
    [
      'wants a key',
      ({ headers }, response) => response.writeHead(401).end(`no user ${headers.authorization}`),
      'authentication',
      'HOST answered 401: no user Bearer ***',
    ],
    [
      'is a page',
      (_, response) => response.setHeader('content-type', 'text/html').end('<p>'),
      'invalid_response',
      'HOST speaks no MCP: Unexpected content type: text/html',
    ],
    [
      'is nothing',
      (_, response) => response.writeHead(404).end('nothing here'),
      'not_found',
      'HOST answered 404: nothing here',
    ],
    [
      'fails',
      (_, response) => response.writeHead(500).end('{"error":{"message":"no memory"}}'),
      'server_error',
      'HOST answered 500: no memory',
    ],
    [
      'is no JSON',
      (_, response) => response.setHeader('content-type', 'application/json').end('{'),
      'invalid_response',
      'HOST speaks no MCP: ',
    ],
    [
      'answers something else',
      (request, response) => {
        request.resume().on('end', () => response.setHeader('content-type', 'application/json').end(ELSE));
      },
      'invalid_response',
      'it speaks no MCP: protocolVersion: Invalid input: expected string, received undefined; ',
    ],
    [
      'is elsewhere',
      (_, response) => response.writeHead(307, { location: 'https://example.org/mcp' }).end(),
      'invalid_response',
      'HOST answered 307 and redirects to https://example.org/mcp',
    ],
    ['hangs up', ({ socket }) => socket.destroy(), 'connection_failed', 'no answer from HOST (ECONNRESET)'],
  ])('%s', async (_, answer, code, message) => {
    vi.stubEnv('THEIR_TOKEN', 'tell-nobody-7d1f');
    const host = await listen(answer);
    const headers = { authorization: `Bearer \${THEIR_TOKEN}` };
    const failure = await open({ url: `http://${host}/mcp`, headers }).catch((error) => error);
    vi.unstubAllEnvs();
    expect(failure.code).toBe(code);
    expect(failure.message.replace(host, 'HOST')).toContain(`MCP server edges: ${message}`);
  });

  it('is asked through the proxy that the environment names', async () => {
    const asked: (string | undefined)[] = [];
    const proxy = await listen(({ url }, response) => {
      asked.push(url);
      response.writeHead(403).end('not from here');
    });
    vi.stubEnv('http_proxy', `http://${proxy}`);
    vi.stubEnv('no_proxy', '');
    const failure = await open({ url: 'http://server.invalid/mcp' }).catch((error) => error);
    vi.unstubAllEnvs();
    expect(asked).toEqual(['http://server.invalid/mcp']);
    expect(failure).toMatchObject({
      code: 'permission_denied',
      message: 'MCP server edges: server.invalid answered 403: not from here',
    });
  });

  it('is not there', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    for (const type of [undefined, 'sse'] as const) {
      await expect(open({ url: `http://127.0.0.1:${port}/`, type })).rejects.toMatchObject({
        code: 'connection_failed',
        message: `MCP server edges: nothing listens at 127.0.0.1:${port} (ECONNREFUSED)`,
      });
    }
  });
});

it('names all that is wrong before anything starts', async () => {
  const servers = { a: { comand: 'x' }, b: { url: 'ftp://x' } } as unknown as Record<string, McpServer>;
  await expect(openMcpServers(servers)).rejects.toMatchObject({
    code: 'invalid_argument',
    message:
      '"a" has neither "command" nor "url" (did you mean "command"?); "b.url" must begin with http:// or https://',
  });
  const missing = {
    a: {
      command: `\${NO_SUCH_A}`,
      args: [`\${NO_SUCH_A}`, `\${env:NO_SUCH_B}`],
      env: { KEY: `\${input:key}` },
    },
    b: { url: `https://\${NO_SUCH_HOST}/`, headers: { a: `\${NO_SUCH_C:-}` } },
  };
  await expect(openMcpServers(missing)).rejects.toMatchObject({
    code: 'invalid_config',
    message: `variables are not set: MCP server a needs NO_SUCH_A, NO_SUCH_B, \${input:key}; MCP server b needs NO_SUCH_HOST`,
  });
});

it('has no tools without servers', async () => {
  const servers = await openMcpServers({});
  expect(servers.tools).toEqual([]);
  await servers[Symbol.asyncDispose]();
});
