// A server with what can go wrong. It connects to the port in LIFELINE, and so does what it starts: whoever listens there
// knows when they have ended. With `stubborn` as its argument it ends neither with its input nor by SIGTERM.
import { spawn } from 'node:child_process';
import { connect } from 'node:net';
import { Server } from '@modelcontextprotocol/sdk/server/index.js';
import { StdioServerTransport } from '@modelcontextprotocol/sdk/server/stdio.js';
import {
  CallToolRequestSchema,
  ErrorCode,
  ListToolsRequestSchema,
  McpError,
} from '@modelcontextprotocol/sdk/types.js';

const { LIFELINE } = process.env;
const STUBBORN = "process.on('SIGTERM', () => {}); setInterval(() => {}, 1000);";
if (LIFELINE !== undefined) connect(Number(LIFELINE), '127.0.0.1');
if (process.argv[2] === 'stubborn') {
  process.on('SIGTERM', () => {});
  setInterval(() => {}, 1000);
}

const hanging = { started: 0, cancelled: 0 };
const text = (value) => ({ content: [{ type: 'text', text: value }] });
const TOOLS = {
  fails: () => ({ isError: true, ...text('the disk is full') }),
  fails_silently: () => ({ isError: true, content: [] }),
  refuses: () => {
    throw new McpError(ErrorCode.InvalidParams, 'there is no such city');
  },
  huge: () => text('x'.repeat(5_000_000)),
  hangs: (_, { signal }) =>
    new Promise(() => {
      hanging.started++;
      signal.addEventListener('abort', () => hanging.cancelled++);
    }),
  hanging: () => text(JSON.stringify(hanging)),
  told: (input) => ({ content: [], structuredContent: input }),
  talks: async (_, { sendNotification }) => {
    console.error('a word on stderr');
    console.log('a word on stdout');
    const params = { level: 'info', data: 'a log' };
    await sendNotification({ method: 'notifications/message', params });
    await sendNotification({ method: 'notifications/progress', params: { progressToken: 1, progress: 1 } });
    return text('done');
  },
  starts: () => {
    spawn(process.execPath, ['-e', `require('net').connect(${LIFELINE}, '127.0.0.1'); ${STUBBORN}`], {
      stdio: 'ignore',
    });
    return text('started');
  },
  dies: () => {
    console.error('out of memory');
    process.exit(7);
  },
};

const server = new Server({ name: 'edges', version: '1' }, { capabilities: { tools: {}, logging: {} } });
server.setRequestHandler(ListToolsRequestSchema, ({ params }) => {
  const names = Object.keys(TOOLS);
  const [page, nextCursor] = params?.cursor === '2' ? [names.slice(5), undefined] : [names.slice(0, 5), '2'];
  const tools = page.map((name) => ({
    name,
    ...(name === 'told' && { title: 'Tells what it was told', annotations: { readOnlyHint: true } }),
    inputSchema: { type: 'object' },
  }));
  return { tools, ...(nextCursor && { nextCursor }) };
});
server.setRequestHandler(CallToolRequestSchema, ({ params }, extra) =>
  TOOLS[params.name](params.arguments, extra),
);
await server.connect(new StdioServerTransport());
