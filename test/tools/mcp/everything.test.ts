import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { AgentChain } from '../../../src/chains/agent.js';
import { ScriptedModel } from '../../../src/models/scripted.js';
import { PromptTemplate } from '../../../src/prompts/template.js';
import type { McpServer } from '../../../src/tools/mcp/server-config.js';
import { type McpServers, openMcpServers } from '../../../src/tools/mcp/servers.js';
import { recorder } from '../../support/recorder.js';
import { afterFile } from '../../support/teardown.js';

const MAIN = fileURLToPath(
  new URL('../../../node_modules/@modelcontextprotocol/server-everything/dist/index.js', import.meta.url),
);
const command = { command: process.execPath, args: [MAIN] };

/** Its address, when it listens. */
async function serve(way: 'streamableHttp' | 'sse'): Promise<string> {
  const program = fileURLToPath(new URL('serve-everything.mjs', import.meta.url));
  const child = fork(program, [way], { env: { ...process.env, PORT: '0' }, silent: true });
  child.stdout?.resume();
  child.stderr?.resume();
  afterFile(() => child.kill('SIGKILL'));
  const [port] = await once(child, 'message');
  return `http://127.0.0.1:${port}/${way === 'sse' ? 'sse' : 'mcp'}`;
}

describe.each<[string, () => McpServer | Promise<McpServer>]>([
  ['a command', () => command],
  ['streamable HTTP', async () => ({ url: await serve('streamableHttp') })],
  ['SSE, where the newer way is not known', async () => ({ url: await serve('sse') })],
  ['SSE, as it is said', async () => ({ url: await serve('sse'), type: 'sse' })],
])('the reference server over %s', (_, serverOf) => {
  let servers: McpServers;
  const call = (name: string, input: object = {}) =>
    servers.tools.find((tool) => tool.name === `every_thing__${name}`)!.invoke(input);

  beforeAll(async () => {
    servers = await openMcpServers({ 'every thing': await serverOf() });
  });

  afterAll(() => servers.close());

  it('names its tools', () => {
    expect(servers.tools.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['every_thing__echo', 'every_thing__get-sum', 'every_thing__get-tiny-image']),
    );
    expect(servers.tools[0]!.definition).toEqual({
      name: 'every_thing__echo',
      description: 'Echoes back the input string',
      parameters: {
        type: 'object',
        properties: { message: { type: 'string', description: 'Message to echo' } },
        required: ['message'],
      },
    });
  });

  it.each<[string, object, string]>([
    ['echo', { message: 'grüße 🌹' }, 'Echo: grüße 🌹'],
    ['get-sum', { a: 1, b: 2 }, 'The sum of 1 and 2 is 3.'],
    [
      'get-tiny-image',
      {},
      "Here's the image you requested:\n[image: image/png, 4033 bytes]\nThe image above is the MCP logo.",
    ],
    [
      'get-resource-links',
      { count: 2 },
      'Here are 2 resource links to resources available in this server:\n' +
        '[resource: Blob Resource 1, demo://resource/dynamic/blob/1]\n' +
        '[resource: Text Resource 2, demo://resource/dynamic/text/2]',
    ],
    ['get-annotated-message', { messageType: 'error' }, 'Error: Operation failed'],
  ])('%s gives what it is', async (name, input, output) => {
    expect(await call(name, input)).toBe(output);
  });

  it('names the resources in an answer', async () => {
    const text = await call('get-resource-reference', { resourceType: 'Text', resourceId: 1 });
    expect(text).toContain('\n[resource: demo://resource/dynamic/text/1]\nResource 1: This is a plaintext');
    const blob = await call('get-resource-reference', { resourceType: 'Blob', resourceId: 1 });
    expect(blob).toMatch(/\n\[resource: demo:\/\/resource\/dynamic\/blob\/1, text\/plain, \d+ bytes\]\n/);
  });

  it('checks arguments before it is asked', async () => {
    await expect(call('get-sum', { a: 'one' })).rejects.toMatchObject({
      code: 'invalid_tool_input',
      message: "the arguments don't follow the schema: must have required property 'b'; a: must be number",
    });
  });
});

it('gets as little of the environment as it needs, and what is named', async () => {
  vi.stubEnv('OPENAI_API_KEY', 'sk-of-ours');
  vi.stubEnv('SOME_TOKEN', 'of theirs');
  const env = { TOKEN: `Bearer \${SOME_TOKEN}`, LEVEL: `\${LEVEL_THERE_IS_NOT:-2}` };
  const servers = await openMcpServers({ it: { ...command, env } });
  try {
    const tool = servers.tools.find(({ name }) => name === 'it__get-env')!;
    const given = JSON.parse(String(await tool.invoke({})));
    expect(given).toMatchObject({ PATH: process.env.PATH, TOKEN: 'Bearer of theirs', LEVEL: '2' });
    expect(Object.keys(given)).not.toContain('OPENAI_API_KEY');
    expect(Object.keys(given)).not.toContain('SOME_TOKEN');
  } finally {
    await servers.close();
    vi.unstubAllEnvs();
  }
});

it('is called by an agent, which tells what happens', async () => {
  const servers = await openMcpServers({ sums: command });
  const llm = new ScriptedModel({
    replies: [{ toolCalls: [{ id: '1', name: 'sums__get-sum', arguments: '{"a":2,"b":40}' }] }, 'It is 42.'],
  });
  const prompt = PromptTemplate.fromTemplate('What is 2 + 40?');
  const heard = recorder();
  const asked: string[] = [];
  const approve = ({ tool }: { readonly tool: { readonly name: string } }) => asked.push(tool.name) > 0;
  const agent = new AgentChain({ llm, prompt, tools: servers.tools, approve });
  try {
    const { text, messages } = await agent.invoke({}, { callbacks: [heard] });
    expect(text).toBe('It is 42.');
    expect(messages.at(-2)).toEqual({ role: 'tool', content: 'The sum of 2 and 40 is 42.', toolCallId: '1' });
    expect(asked).toEqual(['sums__get-sum']);
    expect(heard.lines.filter((line) => !line.startsWith('llmNewToken'))).toEqual([
      'chainStart AgentChain',
      'text AgentChain',
      'chatModelStart ScriptedModel',
      'llmEnd ScriptedModel',
      'agentAction AgentChain',
      'toolStart sums__get-sum',
      'toolEnd sums__get-sum',
      'chatModelStart ScriptedModel',
      'llmEnd ScriptedModel',
      'agentFinish AgentChain',
      'chainEnd AgentChain',
    ]);
  } finally {
    await servers.close();
  }
});
