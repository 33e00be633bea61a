import { expect, it } from 'vitest';
import { AgentChain } from '../../src/chains/agent.js';
import { ChatOpenAI } from '../../src/models/chat-openai.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { type Tool, tool } from '../../src/tools/tool.js';
import { DONE, delta, event, type Reply, reply, serve, stream, text } from '../models/loopback.js';

const SCHEMA = { type: 'object', properties: { of: { type: 'string' } }, required: ['of'] } as const;
const age = tool({
  name: 'age',
  description: 'How old somebody is.',
  schema: SCHEMA,
  run: ({ of }) => ({ of, age: 7 }),
});

/** A piece of a call, as it is streamed. */
function piece(index: number, fields: object): string {
  return event(delta({ tool_calls: [{ index, ...fields }] }));
}

function begin(index: number, id: string, name: string, args = ''): string {
  return piece(index, { id, type: 'function', function: { name, arguments: args } });
}

const END = event(delta({}, 'tool_calls')) + DONE;
const ANSWER = stream(text('She is 7.', 'stop') + DONE);

/** What the model was asked, request by request. */
async function asked(calls: Reply, tools: readonly Tool[] = [age], answer = ANSWER) {
  const server = await serve(calls, answer);
  const agent = new AgentChain({
    llm: new ChatOpenAI({ model: 'm', baseUrl: server.baseUrl }),
    prompt: PromptTemplate.fromTemplate('How old is Ann?'),
    tools,
  });
  expect(await agent.run()).toBe('She is 7.');
  return server.received.map(({ body }) => body);
}

it('calls in fragments are put together, and answered as the protocol wants it', async () => {
  const calls = stream(
    begin(0, 'c1', 'age', '{"o'),
    piece(0, { function: { arguments: 'f":"An' } }),
    piece(0, { function: { arguments: 'n"}' } }),
    END,
  );
  const [first, second] = await asked(calls);
  const tools = [
    { type: 'function', function: { name: 'age', description: 'How old somebody is.', parameters: SCHEMA } },
  ];
  expect(first?.tools).toEqual(tools);
  expect(second?.tools).toEqual(tools);
  expect(second?.messages).toEqual([
    { role: 'user', content: 'How old is Ann?' },
    {
      role: 'assistant',
      content: null,
      tool_calls: [{ id: 'c1', type: 'function', function: { name: 'age', arguments: '{"of":"Ann"}' } }],
    },
    { role: 'tool', content: '{"of":"Ann","age":7}', tool_call_id: 'c1' },
  ]);
});

/** What the model was told of its calls. */
async function told(calls: Reply, tools?: readonly Tool[]): Promise<unknown> {
  const [, second] = await asked(calls, tools);
  const messages = second?.messages as readonly { readonly role: string; readonly content: string }[];
  return messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
}

it('two calls under one index are two calls', async () => {
  const calls = stream(begin(0, 'c1', 'age', '{"of":"Ann"}'), begin(0, 'c2', 'age', '{"of":"Bo"}'), END);
  expect(await told(calls)).toEqual(['{"of":"Ann","age":7}', '{"of":"Bo","age":7}']);
});

it('a call whose arguments were cut is never made, and the model is told', async () => {
  const cut = event(delta({}, 'length')) + DONE;
  const made: unknown[] = [];
  const watched = tool({ name: 'age', description: '', schema: SCHEMA, run: (input) => made.push(input) });
  expect(await told(stream(begin(0, 'c1', 'age', '{"of":"An'), cut), [watched])).toEqual([
    'Error: the arguments are not whole JSON',
  ]);
  expect(made).toEqual([]);
});

it('answers that come at once are understood, too', async () => {
  const call = { id: 'c1', type: 'function', function: { name: 'age', arguments: '{"of":"Ann"}' } };
  const choices = [{ message: { content: null, tool_calls: [call] }, finish_reason: 'tool_calls' }];
  expect(await told(reply(200, { choices }))).toEqual(['{"of":"Ann","age":7}']);
});
