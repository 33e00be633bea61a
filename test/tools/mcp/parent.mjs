// A program that opens a server, has it start a process, and says so. It never closes it.
import { openMcpServers } from '../../../dist/index.js';

const server = {
  command: process.execPath,
  args: process.argv.slice(2),
  env: { LIFELINE: process.env.LIFELINE },
};
const { tools } = await openMcpServers({ edges: server });
await tools.find(({ name }) => name === 'edges__starts').invoke({});
