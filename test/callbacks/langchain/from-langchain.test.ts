import { CallbackManager } from '@langchain/core/callbacks/manager';
import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { describe, expect, it, vi } from 'vitest';
import { fromLangChain } from '../../../src/callbacks/langchain/from-langchain.js';
import type { LangChainHandler, LangChainMethod } from '../../../src/callbacks/langchain/handler.js';
import { resultOf, runSteps } from '../../../src/callbacks/lifecycle.js';
import { Run } from '../../../src/callbacks/run.js';
import { Chain } from '../../../src/chains/chain.js';
import { ScriptedModel } from '../../../src/models/scripted.js';
import { type Foreign, OUT_OF_INK, PROGRAMS } from './programs.js';

const METHODS: readonly LangChainMethod[] = [
  'handleLLMStart',
  'handleChatModelStart',
  'handleLLMNewToken',
  'handleLLMEnd',
  'handleLLMError',
  'handleChainStart',
  'handleChainEnd',
  'handleChainError',
  'handleToolStart',
  'handleToolEnd',
  'handleToolError',
  'handleAgentAction',
  'handleAgentEnd',
  'handleRetrieverStart',
  'handleRetrieverEnd',
  'handleRetrieverError',
  'handleText',
  'handleCustomEvent',
];

type Call = readonly [method: LangChainMethod, given: readonly Foreign[]];

/** A handler of LangChain.js that keeps its calls. */
function spy(options: LangChainHandler = {}, without: readonly LangChainMethod[] = []) {
  const calls: Call[] = [];
  const handler: LangChainHandler & { awaitHandlers: boolean } = {
    name: 'spy',
    awaitHandlers: true,
    ...options,
  };
  for (const method of METHODS) {
    if (without.includes(method)) continue;
    handler[method] = (...given: unknown[]) => void calls.push([method, given]);
  }
  return { handler, calls, methods: () => calls.map(([method]) => method.slice('handle'.length)) };
}

const givenTo = (calls: readonly Call[], method: LangChainMethod) =>
  calls.filter(([name]) => name === method).map(([, given]) => given);

/** A chain that has a retriever look for something, and tells what it likes. */
class Search extends Chain {
  override readonly name = 'Search';
  protected override async *execute(_inputs: object, run: Run): AsyncGenerator<string, Foreign, void> {
    await run.emit({ type: 'customEvent', eventName: 'progress', data: { percent: 50 } });
    const found = (fails: boolean) => {
      const retriever = new Run('Shelf', {}, { parent: run });
      return resultOf(
        runSteps<never, null>(retriever, {
          start: () => ({ type: 'retrieverStart', query: 'roses' }),
          body: async () => {
            if (fails) throw OUT_OF_INK;
            return null;
          },
          end: () => ({ type: 'retrieverEnd', documents: [{ pageContent: 'Red.' }], durationMs: 1 }),
          error: (error) => ({
            type: 'retrieverError',
            error: Object.defineProperty({ name: 'Error', code: 'internal', message: '' }, 'original', {
              value: error,
            }),
            durationMs: 1,
          }),
        }),
      );
    };
    await found(false);
    await found(true).catch(() => {});
    return { outputs: { found: 1 } };
  }
}

describe('a handler of LangChain.js hears', () => {
  it.each([
    ['chain', 'ChainStart Text ChatModelStart LLMNewToken LLMNewToken LLMEnd ChainEnd'],
    ['stream', 'ChainStart Text ChatModelStart LLMNewToken LLMNewToken LLMEnd ChainEnd'],
    [
      'agent',
      'ChainStart Text ChatModelStart LLMEnd AgentAction ToolStart ToolEnd ChatModelStart LLMNewToken LLMEnd AgentEnd ChainEnd',
    ],
    ['failure', 'ChainStart Text ChatModelStart LLMNewToken LLMError ChainError'],
  ] as const)('a %s', async (program, expected) => {
    const { handler, methods } = spy();
    await PROGRAMS[program]([fromLangChain(handler)]);
    expect(methods().join(' ')).toBe(expected);
  });

  it('a retriever, and events of one’s own', async () => {
    const { handler, calls, methods } = spy();
    await new Search({}).invoke({}, { callbacks: [fromLangChain(handler)], tags: ['t'], metadata: { a: 1 } });
    expect(methods().join(' ')).toBe(
      'ChainStart CustomEvent RetrieverStart RetrieverEnd RetrieverStart RetrieverError ChainEnd',
    );
    const [root] = givenTo(calls, 'handleChainStart')[0]!.slice(2);
    const [name, data, runId, tags, metadata] = givenTo(calls, 'handleCustomEvent')[0]!;
    expect([name, data, runId, tags, metadata]).toEqual(['progress', { percent: 50 }, root, ['t'], { a: 1 }]);
    expect(givenTo(calls, 'handleRetrieverEnd')[0]![0]).toEqual([{ pageContent: 'Red.', metadata: {} }]);
    expect(givenTo(calls, 'handleRetrieverError')[0]![0]).toBe(OUT_OF_INK);
  });

  it('a request that is made again, as an event of its own', async () => {
    const { handler, calls } = spy();
    const reply = { text: 'Yes.', retries: [{ delayMs: 0, reason: 'busy' }] };
    await new ScriptedModel({ replies: [reply] }).invoke('?', { callbacks: [fromLangChain(handler)] });
    expect(givenTo(calls, 'handleCustomEvent').map(([name, data]) => [name, data])).toEqual([
      ['retry', { attempt: 1, delayMs: 0, reason: 'busy' }],
    ]);
  });

  it('a completion model', async () => {
    const { handler, calls, methods } = spy();
    const llm = new ScriptedModel({ replies: ['Yes.'], kind: 'completion' });
    await llm.invoke('Well?', { callbacks: [fromLangChain(handler)] });
    expect(methods()).toEqual(['LLMStart', 'LLMNewToken', 'LLMEnd']);
    expect(givenTo(calls, 'handleLLMStart')[0]![1]).toEqual(['Well?']);
    expect(givenTo(calls, 'handleLLMEnd')[0]![0].generations).toEqual([
      [{ text: 'Yes.', generationInfo: { finish_reason: 'stop' } }],
    ]);
  });
});

it.each(['chain', 'stream', 'agent', 'failure', 'search'] as const)(
  'arguments have the places that LangChain.js’s own managers give them: %s',
  async (program) => {
    const { handler, calls } = spy();
    const callbacks = [fromLangChain(handler)];
    if (program === 'search') await new Search({}).invoke({}, { callbacks });
    else await PROGRAMS[program](callbacks);
    const theirs = await throughManagers(calls);
    expect(trimmed(calls)).toEqual(trimmed(theirs));
  },
);

/** The same calls, made by LangChain.js of what they are about. */
async function throughManagers(calls: readonly Call[]): Promise<readonly Call[]> {
  const heard = spy();
  const runs = new Map<string, Foreign>();
  for (const [method, given] of calls) {
    const [a, b, runId, parentId] = given;
    const startsModel = method === 'handleChatModelStart' || method === 'handleLLMStart';
    if (method.endsWith('Start')) {
      const [tags, metadata] = given.slice(startsModel ? 5 : 4);
      const manager = new CallbackManager(parentId, { handlers: [heard.handler as Foreign], tags, metadata });
      const rest: readonly Foreign[] = given.slice(6);
      if (method === 'handleChainStart')
        runs.set(runId, await manager.handleChainStart(a, b, runId, rest[0], undefined, undefined, rest[1]));
      else if (startsModel) {
        const [run] = await manager[method](a, b, runId, undefined, given[4], undefined, undefined, given[7]);
        runs.set(runId, run);
      } else if (method === 'handleToolStart')
        runs.set(
          runId,
          await manager.handleToolStart(a, b, runId, undefined, undefined, undefined, rest[0], rest[1]),
        );
      else
        runs.set(
          runId,
          await manager.handleRetrieverStart(a, b, runId, undefined, undefined, undefined, rest[0]),
        );
    } else if (method === 'handleCustomEvent') await runs.get(runId).handleCustomEvent(a, b);
    else if (method === 'handleLLMNewToken')
      await runs.get(runId).handleLLMNewToken(a, b, undefined, undefined, undefined, given[5]);
    else await runs.get(b)[method](a, undefined, undefined, undefined, given[4]);
  }
  return heard.calls;
}

/** Arguments that aren't given are `undefined` or missing. */
function trimmed(calls: readonly Call[]): readonly Call[] {
  return calls.map(([method, given]) => [
    method,
    given.slice(0, 1 + given.findLastIndex((value) => value !== undefined)),
  ]);
}

describe('what it is given', () => {
  it('is of @langchain/core', async () => {
    const { handler, calls } = spy();
    await PROGRAMS.agent([fromLangChain(handler)]);
    const [, second] = givenTo(calls, 'handleChatModelStart').map(([, [messages]]) => messages);
    expect(second.map((message: object) => message.constructor)).toEqual([
      HumanMessage,
      AIMessage,
      ToolMessage,
    ]);
    expect(second[1].tool_calls).toEqual([
      { name: 'stock', args: { flower: 'roses' }, id: 'c-1', type: 'tool_call' },
    ]);
    expect([second[2].content, second[2].tool_call_id, second[2].name]).toEqual([
      '{"roses":40}',
      'c-1',
      'stock',
    ]);
    const [[token]] = givenTo(calls, 'handleLLMNewToken').map((given) => [given[5].chunk]) as Foreign;
    expect(token).toBeInstanceOf(ChatGenerationChunk);
    expect([token.text, token.message.content]).toEqual(['Forty.', 'Forty.']);
    const [output] = givenTo(calls, 'handleToolEnd')[0]!;
    expect(ToolMessage.isInstance(output) && output.content).toBe('{"roses":40}');
  });

  it('says who was asked what, and what it took', async () => {
    const { handler, calls } = spy();
    await PROGRAMS.chain([fromLangChain(handler)]);
    const [llm, , runId, chainId, extra, tags, metadata, name] = givenTo(calls, 'handleChatModelStart')[0]!;
    expect([llm.id, name]).toEqual([['promptchain', 'models', 'ScriptedModel'], 'ScriptedModel']);
    expect(extra.invocation_params).toEqual({ model: 'scripted', temperature: 0.5, max_tokens: 100 });
    expect(tags).toEqual(['shop']);
    expect(metadata).toEqual({
      ls_provider: 'scripted',
      ls_model_name: 'scripted',
      ls_model_type: 'chat',
      ls_temperature: 0.5,
      ls_max_tokens: 100,
      till: 2,
    });
    const [result, endedId, parentId] = givenTo(calls, 'handleLLMEnd')[0]!;
    expect([endedId, parentId]).toEqual([runId, chainId]);
    const [[{ text, message, generationInfo }]] = result.generations;
    expect([text, message.content, message.id]).toEqual(['In May.', 'In May.', 'r-1']);
    expect(generationInfo).toEqual({ finish_reason: 'stop' });
    expect(message.response_metadata).toEqual({ model_name: 'scripted-2', finish_reason: 'stop' });
    expect(message.usage_metadata).toEqual({
      input_tokens: 12,
      output_tokens: 3,
      total_tokens: 15,
      input_token_details: { cache_read: 4 },
      output_token_details: { reasoning: 1 },
    });
    expect(result.llmOutput).toEqual({
      model_name: 'scripted-2',
      tokenUsage: { promptTokens: 12, completionTokens: 3, totalTokens: 15 },
    });
  });

  it('says which counts are estimates', async () => {
    const { handler, calls } = spy();
    await new ScriptedModel({ replies: ['Yes.'] }).invoke('?', { callbacks: [fromLangChain(handler)] });
    const [{ llmOutput }] = givenTo(calls, 'handleLLMEnd')[0]!;
    expect(Object.keys(llmOutput)).toEqual(['model_name', 'estimatedTokenUsage']);
  });

  it('is the thrown error', async () => {
    const { handler, calls } = spy();
    await PROGRAMS.failure([fromLangChain(handler)]);
    expect(givenTo(calls, 'handleLLMError')[0]![0]).toBe(OUT_OF_INK);
    expect(givenTo(calls, 'handleChainError')[0]![0]).toBe(OUT_OF_INK);
  });

  it('is its own to change', async () => {
    const handler: LangChainHandler = {
      handleChainStart(...given: Foreign[]) {
        const [, inputs, , , tags, metadata] = given;
        inputs.flower = 'weeds';
        tags.push('x');
        metadata.x = 1;
      },
      handleChatModelStart(_llm, [messages]: Foreign) {
        messages.pop();
      },
    };
    const { handler: second, calls } = spy();
    await PROGRAMS.chain([fromLangChain(handler), fromLangChain(second)]);
    const [, inputs, , , tags, metadata] = givenTo(calls, 'handleChainStart')[0]!;
    expect([inputs, tags, metadata]).toEqual([{ flower: 'roses' }, ['shop'], { till: 2 }]);
    expect(givenTo(calls, 'handleChatModelStart')[0]![1][0]).toHaveLength(1);
  });
});

describe('a handler of LangChain.js', () => {
  it('without handleChatModelStart hears chat models by handleLLMStart', async () => {
    const { handler, calls } = spy({}, ['handleChatModelStart']);
    await PROGRAMS.agent([fromLangChain(handler)]);
    expect(givenTo(calls, 'handleLLMStart').map(([, prompts]) => prompts)).toEqual([
      ['Human: Where are the roses?'],
      ['Human: Where are the roses?\nAI: \nTool: {"roses":40}'],
    ]);
  });

  it.each([
    ['ignoreLLM', 'ChainStart Text AgentAction ToolStart ToolEnd AgentEnd ChainEnd'],
    [
      'ignoreChain',
      'Text ChatModelStart LLMEnd AgentAction ToolStart ToolEnd ChatModelStart LLMNewToken LLMEnd AgentEnd',
    ],
    ['ignoreAgent', 'ChainStart Text ChatModelStart LLMEnd ChatModelStart LLMNewToken LLMEnd ChainEnd'],
  ] as const)('may say %s', async (ignore, expected) => {
    const { handler, methods } = spy({ [ignore]: true });
    await PROGRAMS.agent([fromLangChain(handler)]);
    expect(methods().join(' ')).toBe(expected);
  });

  it.each([
    ['ignoreRetriever', 'ChainStart CustomEvent ChainEnd'],
    ['ignoreCustomEvent', 'ChainStart RetrieverStart RetrieverEnd RetrieverStart RetrieverError ChainEnd'],
  ] as const)('may say %s', async (ignore, expected) => {
    const { handler, methods } = spy({ [ignore]: true });
    await new Search({}).invoke({}, { callbacks: [fromLangChain(handler)] });
    expect(methods().join(' ')).toBe(expected);
  });

  it('fails the run with raiseError, and otherwise is reported', async () => {
    const broken = { name: 'broken', handleLLMEnd: () => Promise.reject(new Error('no paper')) };
    const onHandlerError = vi.fn();
    const { CallbackManager: Ours } = await import('../../../src/callbacks/manager.js');
    await PROGRAMS.chain(new Ours([fromLangChain(broken)], { onHandlerError }));
    expect(onHandlerError.mock.calls.map(([{ handlerName, error }]) => [handlerName, error.message])).toEqual(
      [['broken', 'no paper']],
    );
    const strict = fromLangChain({ ...broken, raiseError: true });
    await expect(PROGRAMS.chain([strict])).rejects.toThrow('no paper');
  });

  it('is waited for unless awaitHandlers is false', async () => {
    for (const awaitHandlers of [true, false]) {
      const order: string[] = [];
      const handler = {
        awaitHandlers,
        async handleChatModelStart() {
          await new Promise((resolve) => setImmediate(resolve));
          order.push('heard');
        },
      };
      const model = new ScriptedModel({
        replies: () => {
          order.push('asked');
          return 'Yes.';
        },
      });
      await model.invoke('?', { callbacks: [fromLangChain(handler)] });
      expect(order).toEqual(awaitHandlers ? ['heard', 'asked'] : ['asked', 'heard']);
    }
  });

  it('hears an event once, however often it is made one of ours', async () => {
    const { handler, methods } = spy();
    await PROGRAMS.failure([fromLangChain(handler), fromLangChain(handler)]);
    expect(methods().filter((method) => method === 'ChainStart')).toHaveLength(1);
  });

  it('hears many runs at once, each in its order', async () => {
    const { handler, calls } = spy();
    const callbacks = [fromLangChain(handler)];
    await Promise.all([PROGRAMS.chain(callbacks), PROGRAMS.failure(callbacks), PROGRAMS.chain(callbacks)]);
    const roots = givenTo(calls, 'handleChainStart').map(([, , runId]) => runId);
    expect(roots).toHaveLength(3);
    const last = roots.map((root) => calls.findLast(([, given]) => given.includes(root))![0]);
    expect(last.sort()).toEqual(['handleChainEnd', 'handleChainEnd', 'handleChainError']);
    for (const root of roots)
      expect(calls.find(([, given]) => given.includes(root))![0]).toBe('handleChainStart');
  });

  it('has methods by LangChain.js’s names', () => {
    const message = 'fromLangChain takes a handler of LangChain.js, with methods such as handleLLMEnd';
    for (const wrong of [{ onLLMEnd() {} }, {}, null, 1])
      expect(() => fromLangChain(wrong as LangChainHandler)).toThrow(message);
  });
});
