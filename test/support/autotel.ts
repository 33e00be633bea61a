import { spawn } from 'node:child_process';
import { createServer } from 'node:net';
import { fileURLToPath } from 'node:url';

/** autotel-mcp: a receiver of OTLP that keeps what comes, and answers questions about it (MCP over HTTP). */
export interface Autotel {
  /** Where it takes OTLP. */
  readonly url: string;
  /** What a tool of it answers. */
  ask(tool: string, args?: Readonly<Record<string, unknown>>): Promise<unknown>;
  stop(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('../../node_modules/autotel-mcp/bin/autotel-mcp', import.meta.url));

export async function startAutotel(): Promise<Autotel> {
  const [port, collector] = await Promise.all([freePort(), freePort()]);
  const args = [PROGRAM, '--transport', 'http', '--port', `${port}`, '--collector-port', `${collector}`];
  const child = spawn(process.execPath, args, {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { PATH: process.env.PATH, SystemRoot: process.env.SystemRoot, AUTOTEL_OFFLINE_MODE: 'true' },
  });
  const exited = new Promise<void>((resolve) => child.on('exit', () => resolve()));
  let said = '';
  await new Promise<void>((resolve, reject) => {
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.includes('OTLP receiver on')) resolve();
    });
    exited.then(() => reject(new Error(`autotel-mcp ended:\n${said}`)));
  });
  return {
    url: `http://127.0.0.1:${collector}`,
    async ask(tool, given = {}) {
      const response = await fetch(`http://127.0.0.1:${port}/mcp`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
        body: JSON.stringify({
          jsonrpc: '2.0',
          id: 1,
          method: 'tools/call',
          params: { name: tool, arguments: given },
        }),
      });
      const text = await response.text();
      const { result } = JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? text);
      return JSON.parse(result.content[0].text).data;
    },
    async stop() {
      child.kill();
      await exited;
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
