import { describe, expect, it } from 'vitest';
import { AgentChain, type AgentChainFields } from '../../src/chains/agent.js';
import { ScriptedModel, type ScriptedReply } from '../../src/models/scripted.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { budget } from '../../src/tokens/budget.js';
import { type Tool, tool } from '../../src/tools/tool.js';
import { deferred } from '../support/deferred.js';
import { ofType, recorder } from '../support/recorder.js';

const prompt = PromptTemplate.fromTemplate('How old is {name}?');
const ANY = { type: 'object' } as const;

function calls(...asked: readonly (readonly [name: string, args: string])[]): ScriptedReply {
  return {
    text: 'Let me see.',
    toolCalls: asked.map(([name, text], index) => ({ id: `c${index}`, name, arguments: text })),
  };
}

function agent(
  replies: readonly ScriptedReply[],
  tools: readonly Tool[],
  fields: Partial<AgentChainFields> = {},
): { readonly chain: AgentChain; readonly llm: ScriptedModel } {
  const llm = new ScriptedModel({ replies });
  return { chain: new AgentChain({ llm, prompt, tools, ...fields }), llm };
}

/** Answers with its own name, and its input. */
function echo(name: string): Tool {
  return tool({
    name,
    description: '',
    schema: ANY,
    run: (input) => `${name} ${JSON.stringify(input)}`,
  });
}

it('asks, calls what the model asks for, and asks again until there is an answer', async () => {
  const heard = recorder();
  const { chain, llm } = agent([calls(['age', '{"of":"Ann"}']), 'She is 7.'], [echo('age')]);
  const { text, rounds, messages, usage } = await chain.invoke({ name: 'Ann' }, { callbacks: [heard] });
  expect([text, rounds, usage?.runs]).toEqual(['She is 7.', 2, 2]);
  expect(messages).toEqual([
    { role: 'user', content: 'How old is Ann?' },
    {
      role: 'assistant',
      content: 'Let me see.',
      toolCalls: [{ id: 'c0', name: 'age', arguments: '{"of":"Ann"}' }],
    },
    { role: 'tool', content: 'age {"of":"Ann"}', toolCallId: 'c0' },
    { role: 'assistant', content: 'She is 7.' },
  ]);
  expect(
    llm.calls.map(({ messages: shown, tools }) => [shown.length, tools.map(({ name }) => name)]),
  ).toEqual([
    [1, ['age']],
    [3, ['age']],
  ]);
  expect(heard.types.filter((type) => type !== 'llmNewToken')).toEqual([
    'chainStart',
    'text',
    'chatModelStart',
    'llmEnd',
    'agentAction',
    'toolStart',
    'toolEnd',
    'chatModelStart',
    'llmEnd',
    'agentFinish',
    'chainEnd',
  ]);
  const [root] = heard.events;
  expect(ofType(heard.events, 'agentAction')).toMatchObject([
    { runId: root?.runId, tool: 'age', input: { of: 'Ann' }, log: 'Let me see.' },
  ]);
  expect(ofType(heard.events, 'toolStart')).toMatchObject([{ parentRunId: root?.runId, toolCallId: 'c0' }]);
  expect(ofType(heard.events, 'agentFinish')).toMatchObject([{ output: 'She is 7.', log: 'She is 7.' }]);
});

it('streams what the model says', async () => {
  const { chain } = agent([calls(['age', '{}']), 'She is 7.'], [echo('age')]);
  const pieces: string[] = [];
  for await (const piece of chain.stream({ name: 'Ann' })) pieces.push(piece);
  expect(pieces).toEqual(['Let', ' me', ' see.', 'She', ' is', ' 7.']);
});

it('calls side by side what is asked for at once, and answers in the order of the calls', async () => {
  const [first, second] = [deferred<string>(), deferred<string>()];
  const waiting = (name: string, output: Promise<string>, then: () => void): Tool =>
    tool({
      name,
      description: '',
      schema: ANY,
      run() {
        then();
        return output;
      },
    });
  const slow = waiting('slow', first.promise, () => {});
  const fast = waiting('fast', second.promise, () => second.resolve('fast'));
  void second.promise.then(() => first.resolve('slow'));
  const { chain, llm } = agent([calls(['slow', '{}'], ['fast', '{}']), 'done'], [slow, fast]);
  await chain.run({ name: 'Ann' });
  expect(llm.calls[1]?.messages.slice(-2).map(({ content }) => content)).toEqual(['slow', 'fast']);
});

describe('the model is told', () => {
  const told = async (
    reply: ScriptedReply,
    tools: readonly Tool[],
    fields: Partial<AgentChainFields> = {},
  ) => {
    const { chain, llm } = agent([reply, 'done'], tools, fields);
    await chain.run({ name: 'Ann' });
    return llm.calls[1]?.messages.filter(({ role }) => role === 'tool').map(({ content }) => content);
  };

  it('of a tool that there is not', async () => {
    expect(await told(calls(['agee', '{}']), [echo('age'), echo('time')])).toEqual([
      'Error: there is no tool agee (did you mean "age"?). Tools are age, time.',
    ]);
  });

  it('of arguments that were cut short', async () => {
    expect(await told(calls(['age', '{"of":"An'], ['age', '{}']), [echo('age')])).toEqual([
      'Error: the arguments are not whole JSON',
      'age {}',
    ]);
  });

  it('of a tool that fails', async () => {
    const fails = tool({
      name: 'age',
      description: '',
      schema: ANY,
      run(): string {
        throw new Error('no records');
      },
    });
    expect(await told(calls(['age', '{}']), [fails])).toEqual(['Error: no records']);
  });

  it('as much of a large output as it may take', async () => {
    const large = tool({
      name: 'age',
      description: '',
      schema: ANY,
      run: () => 'x'.repeat(1_000_000),
    });
    expect(await told(calls(['age', '{}']), [large], { maxOutputLength: 10 })).toEqual([
      'xxxxxxxxxx\n[999990 more characters are left out]',
    ]);
  });

  it('what was not allowed, which is asked for one call at a time', async () => {
    const asked: string[] = [];
    const approve: AgentChainFields['approve'] = ({ tool: { name }, call }) => {
      asked.push(`${name} ${call.arguments}`);
      return call.arguments === '{"a":2}';
    };
    const free = tool({
      name: 'free',
      description: '',
      schema: ANY,
      needsApproval: false,
      run: () => 'free',
    });
    const reply = calls(['age', '{"a":1}'], ['age', '{"a":2}'], ['free', '{}']);
    expect(await told(reply, [echo('age'), free], { approve })).toEqual([
      'Error: the user did not allow this call.',
      'age {"a":2}',
      'free',
    ]);
    expect(asked).toEqual(['age {"a":1}', 'age {"a":2}']);
  });
});

describe('ends', () => {
  it('after so many rounds', async () => {
    const { chain } = agent([calls(['age', '{}']), calls(['age', '{}'])], [echo('age')], { maxRounds: 2 });
    await expect(chain.run({ name: 'Ann' })).rejects.toMatchObject({
      code: 'limit_reached',
      message: 'the model still called tools when it had been asked 2 times',
    });
  });

  it('where the budget is spent', async () => {
    const reply = { ...(calls(['age', '{}']) as object), usage: { inputTokens: 50, outputTokens: 50 } };
    const { chain, llm } = agent([reply, 'done'], [echo('age')], { budget: budget({ maxTotalTokens: 100 }) });
    await expect(chain.run({ name: 'Ann' })).rejects.toMatchObject({ code: 'budget_exceeded' });
    expect(llm.calls).toHaveLength(1);
  });

  it('when it is aborted inside a tool, and every run with it', async () => {
    const heard = recorder();
    const controller = new AbortController();
    const hangs = tool({
      name: 'age',
      description: '',
      schema: ANY,
      run() {
        controller.abort();
        return new Promise<never>(() => {});
      },
    });
    const { chain } = agent([calls(['age', '{}'])], [hangs]);
    const options = { callbacks: [heard], signal: controller.signal };
    await expect(chain.run({ name: 'Ann' }, options)).rejects.toMatchObject({ code: 'aborted' });
    expect(heard.types.slice(-3)).toEqual(['toolStart', 'toolError', 'chainError']);
  });
});

it('is refused where there is nothing', () => {
  expect(() => new AgentChain(undefined as never)).toThrow('AgentChain: llm must be a model');
});

it('is refused with all that is wrong at once', () => {
  const fields = {
    llm: {},
    prompt,
    tools: [echo('a'), echo('a')],
    maxRounds: 0,
  } as unknown as AgentChainFields;
  expect(() => new AgentChain(fields)).toThrow(
    expect.objectContaining({
      code: 'invalid_argument',
      message:
        'AgentChain: llm must be a model, such as new ChatOpenAI(); two tools are called a; maxRounds must be 1 or more',
    }),
  );
});
