import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import { withCallbacks } from '../../src/callbacks/scope.js';
import type { ToolCall } from '../../src/messages.js';
import { type Tool, tool } from '../../src/tools/tool.js';
import { FakeModel, FINISH } from '../support/fake-model.js';
import { ofType, recorder } from '../support/recorder.js';

const NUMBERS = {
  type: 'object',
  properties: { a: { type: 'number' }, b: { type: 'number', maximum: 9 } },
  required: ['a', 'b'],
  additionalProperties: false,
} as const;

function callOf(args: string, name = 'add'): ToolCall {
  return { id: 'call_1', name, arguments: args };
}

/** Adds, and keeps what it was called with. */
function adder(): { readonly add: Tool; readonly calls: unknown[] } {
  const calls: unknown[] = [];
  const add = tool({
    name: 'add',
    description: 'Adds.',
    schema: NUMBERS,
    run(input) {
      calls.push(input);
      return Number(input.a) + Number(input.b);
    },
  });
  return { add: add, calls };
}

it('is told to a model without the version of its schema', () => {
  const schema = { $schema: 'http://json-schema.org/draft-07/schema#', ...NUMBERS };
  const { definition } = tool({ name: 'add', description: 'Adds.', schema, run: () => 1 });
  expect(definition).toEqual({ name: 'add', description: 'Adds.', parameters: NUMBERS });
});

it('takes a zod schema: its types, its defaults and its JSON Schema', async () => {
  const add = tool({
    name: 'add',
    description: 'Adds.',
    schema: z.object({ a: z.number().describe('the first'), b: z.number().default(10) }),
    run: ({ a, b }) => a + b,
  });
  const sum: number = await add.invoke({ a: 1 });
  expect(sum).toBe(11);
  expect(add.definition.parameters).toEqual({
    type: 'object',
    properties: { a: { type: 'number', description: 'the first' }, b: { type: 'number', default: 10 } },
    required: ['a'],
  });
  await expect(add.invoke({ a: '1' })).rejects.toMatchObject({
    code: 'invalid_tool_input',
    message: "the arguments don't follow the schema: a: Invalid input: expected number, received string",
  });
});

it.each<[string, unknown, string]>([
  [
    'a',
    { name: 'no spaces', description: '', schema: NUMBERS, run() {} },
    'tool no spaces: its name is 1 to 64 letters, digits, _ and -',
  ],
  [
    'b',
    { name: 'add', schema: NUMBERS, timeoutMs: 0 },
    'tool add: its description is a text; run is its function; timeoutMs is a number of milliseconds above 0',
  ],
  [
    'c',
    { name: 'add', description: '', schema: 'number', run() {} },
    "a tool's schema is a JSON Schema or a zod schema",
  ],
  [
    'd',
    {
      name: 'add',
      description: '',
      schema: { '~standard': { version: 1, vendor: 'zod', validate() {} } },
      run() {},
    },
    'this version of zod gives no JSON Schema',
  ],
])('is refused where it is none: %s', (_, fields, message) => {
  expect(() => tool(fields as Parameters<typeof tool>[0])).toThrow(
    expect.objectContaining({ code: 'invalid_argument', message }),
  );
});

describe("a model's call", () => {
  it('is a run with what it was asked and what it gave', async () => {
    const heard = recorder();
    const { add } = adder();
    expect(await add.call(callOf('{"a":1,"b":2}'), { callbacks: [heard] })).toEqual({ output: 3 });
    expect(heard.types).toEqual(['toolStart', 'toolEnd']);
    expect(heard.events).toMatchObject([
      { name: 'add', parentRunId: null, input: { a: 1, b: 2 }, toolCallId: 'call_1' },
      { output: 3 },
    ]);
  });

  it.each([
    ['{"a":1,"b":', 'the arguments are not whole JSON', '{"a":1,"b":'],
    [
      '',
      "the arguments don't follow the schema: must have required property 'a'; must have required property 'b'",
      {},
    ],
    [
      '{"a":"1","b":10}',
      "the arguments don't follow the schema: a: must be number; b: must be <= 9",
      { a: '1', b: 10 },
    ],
    [
      '{"a":1,"b":2,"c":3}',
      "the arguments don't follow the schema: must NOT have additional properties (c)",
      { a: 1, b: 2, c: 3 },
    ],
    ['null', "the arguments don't follow the schema: must be object", null],
  ])('that is not as it should be never runs: %j', async (args, message, input) => {
    const heard = recorder();
    const { add, calls } = adder();
    const outcome = await add.call(callOf(args), { callbacks: [heard] });
    expect(outcome).toEqual({ error: expect.objectContaining({ code: 'invalid_tool_input', message }) });
    expect(calls).toEqual([]);
    expect(ofType(heard.events, 'toolStart')[0]?.input).toEqual(input);
    expect(ofType(heard.events, 'toolError')[0]?.error).toMatchObject({
      code: 'invalid_tool_input',
      message,
    });
  });

  it('that throws is an outcome, and so is one that takes too long', async () => {
    const no = new Error('no');
    const fails = tool({ name: 'add', description: '', schema: NUMBERS, run: () => Promise.reject(no) });
    expect(await fails.call(callOf('{"a":1,"b":2}'))).toEqual({ error: no });
    let signal: AbortSignal | undefined;
    const hangs = tool({
      name: 'add',
      description: '',
      schema: NUMBERS,
      timeoutMs: 5,
      run(_, context) {
        signal = context.signal;
        return new Promise<never>(() => {});
      },
    });
    expect(await hangs.call(callOf('{"a":1,"b":2}'))).toEqual({
      error: expect.objectContaining({ code: 'timeout', message: 'the tool add took longer than 5 ms' }),
    });
    expect(signal?.aborted).toBe(true);
  });

  it('that is aborted is none, and neither is what a handler raises', async () => {
    const controller = new AbortController();
    const hangs = tool({
      name: 'add',
      description: '',
      schema: NUMBERS,
      run() {
        controller.abort();
        return new Promise<never>(() => {});
      },
    });
    const call = hangs.call(callOf('{"a":1,"b":2}'), { signal: controller.signal });
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    const raised = new Error('raised');
    const guard = {
      raiseError: true,
      onToolStart() {
        throw raised;
      },
    };
    await expect(adder().add.call(callOf('{"a":1,"b":2}'), { callbacks: [guard] })).rejects.toBe(raised);
  });
});

it('hears as a chain does: its own callbacks its runs alone, those of a request what it starts, too', async () => {
  const [own, request, scoped] = [recorder(), recorder(), recorder()];
  const llm = new FakeModel({ steps: [FINISH] });
  const ask = tool({
    name: 'ask',
    description: '',
    schema: { type: 'object' },
    callbacks: [own],
    run: async () => (await llm.invoke('hi')).text,
  });
  await withCallbacks([scoped], () => ask.invoke({}, { callbacks: [request] }));
  const all = ['toolStart', 'chatModelStart', 'llmEnd', 'toolEnd'];
  expect([own.types, request.types, scoped.types]).toEqual([['toolStart', 'toolEnd'], all, all]);
  const [start, model] = request.events;
  expect(model?.parentRunId).toBe(start?.runId);
});
