import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ensureHandler, CallbackManager as TheirManager } from '@langchain/core/callbacks/manager';
import { AIMessage, AIMessageChunk, HumanMessage, SystemMessage } from '@langchain/core/messages';
import { StringOutputParser } from '@langchain/core/output_parsers';
import { ChatPromptTemplate } from '@langchain/core/prompts';
import { RunnableLambda } from '@langchain/core/runnables';
import { tool } from '@langchain/core/tools';
import {
  FakeListChatModel,
  FakeLLM,
  FakeRetriever,
  FakeStreamingChatModel,
} from '@langchain/core/utils/testing';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { z } from 'zod';
import { FileCallbackHandler } from '../../../src/callbacks/file.js';
import { toLangChain } from '../../../src/callbacks/langchain/to-langchain.js';
import { CallbackManager } from '../../../src/callbacks/manager.js';
import { StdoutCallbackHandler } from '../../../src/callbacks/stdout.js';
import { TokenCounter } from '../../../src/callbacks/token-counter.js';
import type { CallbackHandler } from '../../../src/events.js';
import { ofType, recorder } from '../../support/recorder.js';
import { settle } from '../../support/settle.js';
import { afterTest } from '../../support/teardown.js';

/** Whoever runs this may have LangChain.js send its runs somewhere. */
beforeEach(() => {
  for (const name of ['TRACING', 'TRACING_V2', 'VERBOSE'])
    for (const prefix of ['LANGSMITH', 'LANGCHAIN']) vi.stubEnv(`${prefix}_${name}`, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const prompt = ChatPromptTemplate.fromMessages([
  ['system', 'You sell flowers.'],
  ['human', 'Where are the {flower}?'],
]);

/** What a model of a provider answers, with all that LangChain.js's packages say of it. */
const ANSWER = Object.assign(
  new AIMessage({
    content: 'In May.',
    id: 'chatcmpl-1',
    response_metadata: { model_name: 'gpt-4o-mini-2024-07-18', finish_reason: 'stop' },
  }),
  {
    usage_metadata: {
      input_tokens: 1000,
      output_tokens: 100,
      total_tokens: 1100,
      input_token_details: { cache_read: 200 },
      output_token_details: { reasoning: 50 },
    },
  },
);

/** One that says who it is as `ChatOpenAI` of `@langchain/openai` does. */
class ChatShop extends FakeStreamingChatModel {
  override getLsParams() {
    return {
      ls_provider: 'openai',
      ls_model_name: 'gpt-4o-mini',
      ls_model_type: 'chat' as const,
      ls_temperature: 0.5,
      ls_max_tokens: 100,
      ls_stop: ['.'],
    };
  }
  override invocationParams() {
    return {
      tools: [
        { type: 'function', function: { name: 'stock', description: 'How many.', parameters: { a: 1 } } },
      ],
    };
  }
  override async _generate() {
    const message = this.responses?.[0] ?? ANSWER;
    return { generations: [{ text: message.text, message }] };
  }
}

/** Small programs of LangChain.js. */
const PROGRAMS = {
  chain: (callbacks: ReturnType<typeof toLangChain>[]) =>
    prompt
      .pipe(new FakeListChatModel({ responses: ['In May.'] }))
      .pipe(new StringOutputParser())
      .invoke({ flower: 'roses' }, { callbacks, tags: ['shop'], metadata: { till: 2 }, runName: 'Shop' }),

  async stream(callbacks: ReturnType<typeof toLangChain>[]) {
    const chunks = ['In', '', ' May.'].map((content) => new AIMessageChunk({ content }));
    let text = '';
    for await (const { content } of await new ChatShop({ chunks }).stream('Where?', { callbacks }))
      text += content;
    return text;
  },

  async tool(callbacks: ReturnType<typeof toLangChain>[]) {
    const stock = tool(({ flower }) => `40 ${flower}`, {
      name: 'stock',
      description: 'How many.',
      schema: z.object({ flower: z.string() }),
    });
    await stock.invoke({ flower: 'roses' }, { callbacks });
    await stock.invoke(
      { name: 'stock', args: { flower: 'lilies' }, id: 'c-1', type: 'tool_call' },
      { callbacks },
    );
  },

  failure: (callbacks: ReturnType<typeof toLangChain>[]) =>
    prompt
      .pipe(new FakeStreamingChatModel({ thrownErrorString: 'out of ink' }))
      .invoke({ flower: 'roses' }, { callbacks })
      .catch((error: Error) => error.message),
};

describe('in a program of LangChain.js a handler of this package hears', () => {
  it('a chain, with all that is in it', async () => {
    const heard = recorder();
    await PROGRAMS.chain([toLangChain(heard)]);
    expect(heard.lines).toEqual([
      'chainStart Shop',
      'chainStart ChatPromptTemplate',
      'chainEnd ChatPromptTemplate',
      'chatModelStart FakeListChatModel',
      'llmEnd FakeListChatModel',
      'chainStart StrOutputParser',
      'chainEnd StrOutputParser',
      'chainEnd Shop',
    ]);
    const [root, format] = ofType(heard.events, 'chainStart');
    expect([root!.inputs, root!.tags, root!.metadata, root!.parentRunId]).toEqual([
      { flower: 'roses' },
      ['shop'],
      { till: 2 },
      null,
    ]);
    const messages = [
      { role: 'system', content: 'You sell flowers.' },
      { role: 'user', content: 'Where are the roses?' },
    ];
    const [formatted, , ended] = ofType(heard.events, 'chainEnd');
    expect([formatted!.runId, formatted!.parentRunId, formatted!.outputs]).toEqual([
      format!.runId,
      root!.runId,
      { output: messages },
    ]);
    expect(ofType(heard.events, 'chatModelStart')[0]!.messages).toEqual(messages);
    expect([ended!.runId, ended!.outputs, ended!.usage!.runs]).toEqual([
      root!.runId,
      { output: 'In May.' },
      1,
    ]);
    for (const event of heard.events) expect(Object.isFrozen(event)).toBe(true);
  });

  it('a model, who was asked what, and what it took', async () => {
    const heard = recorder();
    await new ChatShop({}).invoke([new SystemMessage('Be brief.'), new HumanMessage('Where?')], {
      callbacks: [toLangChain(heard)],
    });
    const [start, end] = heard.events;
    expect(start).toMatchObject({
      type: 'chatModelStart',
      name: 'ChatShop',
      model: 'gpt-4o-mini',
      provider: 'openai',
      params: { temperature: 0.5, maxTokens: 100, stop: ['.'] },
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Where?' },
      ],
      tools: [{ name: 'stock', description: 'How many.', parameters: { a: 1 } }],
    });
    expect(end).toEqual({
      type: 'llmEnd',
      runId: start!.runId,
      parentRunId: null,
      name: 'ChatShop',
      time: expect.any(Number),
      durationMs: expect.any(Number),
      text: 'In May.',
      message: { role: 'assistant', content: 'In May.' },
      toolCalls: [],
      finishReason: 'stop',
      usage: {
        inputTokens: 1000,
        outputTokens: 100,
        totalTokens: 1100,
        cachedTokens: 200,
        reasoningTokens: 50,
        source: 'reported',
      },
      cost: expect.closeTo(0.000195, 9),
      model: 'gpt-4o-mini-2024-07-18',
      responseId: 'chatcmpl-1',
      firstTokenMs: null,
    });
  });

  it('the tokens of a stream, and when the first came', async () => {
    const heard = recorder();
    expect(await PROGRAMS.stream([toLangChain(heard)])).toBe('In May.');
    expect(ofType(heard.events, 'llmNewToken').map(({ token, index }) => [token, index])).toEqual([
      ['In', 0],
      [' May.', 1],
    ]);
    const [end] = ofType(heard.events, 'llmEnd');
    expect(end!.text).toBe('In May.');
    expect(end!.firstTokenMs).toBeGreaterThan(0);
    expect(end!.durationMs).toBeGreaterThanOrEqual(end!.firstTokenMs!);
  });

  it('a completion model', async () => {
    const heard = recorder();
    await new FakeLLM({ response: 'In May.' }).invoke('Where?', { callbacks: [toLangChain(heard)] });
    expect(heard.lines).toEqual(['llmStart FakeLLM', 'llmNewToken FakeLLM', 'llmEnd FakeLLM']);
    expect(ofType(heard.events, 'llmStart')[0]!.prompt).toBe('Where?');
    expect(ofType(heard.events, 'llmEnd')[0]!.message).toEqual({ role: 'assistant', content: 'In May.' });
  });

  it('what models ask of tools, and what tools give', async () => {
    const heard = recorder();
    const callbacks = [toLangChain(heard)];
    const asking = new AIMessage({
      content: '',
      tool_calls: [{ id: 'c-1', name: 'stock', args: { flower: 'lilies' } }],
    });
    await new ChatShop({ responses: [asking] }).invoke('?', { callbacks });
    await PROGRAMS.tool(callbacks);
    const calls = [{ id: 'c-1', name: 'stock', arguments: '{"flower":"lilies"}' }];
    const [end] = ofType(heard.events, 'llmEnd');
    expect([end!.toolCalls, end!.message]).toEqual([
      calls,
      { role: 'assistant', content: '', toolCalls: calls },
    ]);
    expect(
      ofType(heard.events, 'toolStart').map(({ name, input, toolCallId }) => [name, input, toolCallId]),
    ).toEqual([
      ['stock', { flower: 'roses' }, null],
      ['stock', { flower: 'lilies' }, 'c-1'],
    ]);
    expect(ofType(heard.events, 'toolEnd').map(({ output }) => output)).toEqual(['40 roses', '40 lilies']);
  });

  it('messages as texts, with the names of what is none', async () => {
    const heard = recorder();
    const image = { type: 'image_url', image_url: { url: 'https://shop.test/rose.png' } };
    const content = [
      { type: 'thinking', thinking: 'A rose?' },
      { type: 'text', text: 'A rose.' },
      { type: 'tool_use', id: 'c-1', name: 'stock', input: {} },
    ];
    const answer = new AIMessage({ content, tool_calls: [{ id: 'c-1', name: 'stock', args: {} }] });
    await new ChatShop({ responses: [answer] }).invoke(
      [new HumanMessage({ content: [{ type: 'text', text: 'What is it? ' }, image], name: 'Ada' })],
      { callbacks: [toLangChain(heard)] },
    );
    expect(ofType(heard.events, 'chatModelStart')[0]!.messages).toEqual([
      { role: 'user', content: 'What is it? [image_url]', name: 'Ada' },
    ]);
    expect(ofType(heard.events, 'llmEnd')[0]!.message).toEqual({
      role: 'assistant',
      content: 'A rose.',
      toolCalls: [{ id: 'c-1', name: 'stock', arguments: '{}' }],
    });
  });

  it('a stream that fails, and what had come', async () => {
    const heard = recorder();
    const manager = new TheirManager(undefined, { handlers: [ensureHandler(toLangChain(heard))] });
    const serialized = { lc: 1, type: 'not_implemented' as const, id: ['a', 'ChatShop'] };
    const [run] = await manager.handleChatModelStart(serialized, [[new HumanMessage('Where?')]]);
    await run!.handleLLMNewToken('In');
    await run!.handleLLMError(Object.assign(new Error('cut'), { name: 'AbortError' }));
    const [error] = ofType(heard.events, 'llmError');
    expect([error!.text, error!.model, error!.error.code, error!.usage!.source]).toEqual([
      'In',
      'ChatShop',
      'aborted',
      'unknown',
    ]);
  });

  it('a retriever', async () => {
    const heard = recorder();
    await new FakeRetriever().invoke('roses', { callbacks: [toLangChain(heard)] });
    expect(heard.lines).toEqual(['retrieverStart FakeRetriever', 'retrieverEnd FakeRetriever']);
    expect(ofType(heard.events, 'retrieverEnd')[0]!.documents).toEqual([
      { pageContent: 'foo', metadata: {} },
      { pageContent: 'bar', metadata: {} },
    ]);
  });

  it('what agents do, texts and events of one’s own', async () => {
    const heard = recorder();
    const manager = new TheirManager(undefined, { handlers: [ensureHandler(toLangChain(heard))] });
    const chain = await manager.handleChainStart({ lc: 1, type: 'not_implemented', id: ['a', 'Agent'] }, {});
    await chain.handleText('Thinking.');
    await chain.handleAgentAction({ tool: 'stock', toolInput: { flower: 'roses' }, log: 'I look.' });
    await chain.handleAgentEnd({ returnValues: { output: 'Forty.' }, log: 'I know.' });
    await chain.handleCustomEvent('progress', { percent: 50 });
    await chain.handleChainError(new Error('out of ink'));
    const fields = heard.events.map(({ time: _, runId: __, parentRunId: ___, ...rest }) => rest);
    expect(fields.slice(1, -1)).toEqual([
      { type: 'text', name: 'Agent', text: 'Thinking.', kind: 'text' },
      { type: 'agentAction', name: 'Agent', tool: 'stock', input: { flower: 'roses' }, log: 'I look.' },
      { type: 'agentFinish', name: 'Agent', output: 'Forty.', log: 'I know.' },
      { type: 'customEvent', name: 'Agent', eventName: 'progress', data: { percent: 50 } },
    ]);
  });

  it('a failure, with the thrown error', async () => {
    const heard = recorder();
    expect(await PROGRAMS.failure([toLangChain(heard)])).toBe('out of ink');
    expect(heard.lines.slice(-3)).toEqual([
      'chatModelStart FakeStreamingChatModel',
      'llmError FakeStreamingChatModel',
      'chainError RunnableSequence',
    ]);
    const [error] = ofType(heard.events, 'llmError');
    expect([error!.error, error!.text, error!.usage]).toEqual([
      { name: 'Error', code: 'internal', message: 'out of ink' },
      '',
      null,
    ]);
    expect(error!.error.original).toBeInstanceOf(Error);
  });
});

describe('the rules of this package hold', () => {
  const run = (handler: CallbackHandler) => PROGRAMS.chain([toLangChain(handler)]);

  it('a handler without onChatModelStart hears chat models by onLLMStart', async () => {
    const prompts: string[] = [];
    await run({ onLLMStart: ({ prompt }) => prompts.push(prompt) });
    expect(prompts).toEqual(['System: You sell flowers.\nHuman: Where are the roses?']);
  });

  it('groups may be ignored', async () => {
    const heard = recorder({ ignoreChain: true });
    await run(heard);
    expect(heard.types).toEqual(['chatModelStart', 'llmEnd']);
  });

  it('it is waited for, and at the end of the root where it is in the background', async () => {
    for (const background of [false, true]) {
      const heard: string[] = [];
      await run({
        background,
        async onEvent({ type }) {
          await new Promise((resolve) => setImmediate(resolve));
          heard.push(type);
        },
      });
      expect([heard.length, heard.at(-1)]).toEqual([8, 'chainEnd']);
    }
  });

  it('what it throws is reported, and fails the run with raiseError', async () => {
    const onHandlerError = vi.spyOn(CallbackManager, 'onHandlerError').mockImplementation(() => {});
    const logged = vi.spyOn(console, 'error').mockImplementation(() => {});
    try {
      const broken = {
        name: 'broken',
        onLLMEnd() {
          throw new Error('no paper');
        },
      };
      expect(await run(broken)).toBe('In May.');
      expect(
        onHandlerError.mock.calls.map(([{ handlerName, eventType }]) => [handlerName, eventType]),
      ).toEqual([['broken', 'llmEnd']]);
      await expect(run({ ...broken, raiseError: true })).rejects.toThrow('no paper');
    } finally {
      onHandlerError.mockRestore();
      logged.mockRestore();
    }
  });

  it('it hears an event once, however often it is attached', async () => {
    const heard = recorder();
    await PROGRAMS.chain([toLangChain(heard), toLangChain(heard)]);
    expect(heard.types).toHaveLength(8);
  });

  it('what is no handler is refused', () => {
    expect(() => toLangChain(1 as never)).toThrow('a callback handler must be an object');
  });
});

describe('in a program of LangChain.js', () => {
  it('the console trace shows a chain', async () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) } as never;
    await PROGRAMS.chain([toLangChain(new StdoutCallbackHandler({ stream, color: false }))]);
    expect(settle(written.join(''))).toBe(`
> Entering new Shop chain...
  inputs: {"flower":"roses"}
  > Entering new ChatPromptTemplate chain...
    inputs: {"flower":"roses"}
    outputs: {"output":[{"role":"system","content":"You sell flowers."},{"role":"user","content":"Where are the roses?"}]}
  > Finished chain.
    took N ms
  > FakeListChatModel FakeListChatModel (FakeListChatModel)
    Messages:
    System: You sell flowers.
    Human: Where are the roses?
    Answer:
    In May.
  < FakeListChatModel: tokens unknown, no price, took N ms
  > Entering new StrOutputParser chain...
    inputs: {"input":{"role":"assistant","content":"In May."}}
    outputs: {"output":"In May."}
  > Finished chain.
    took N ms
  outputs: {"output":"In May."}

> Finished chain.
  took N ms
`);
  });

  it('the console trace shows a stream, a tool and a failure', async () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) } as never;
    const callbacks = [toLangChain(new StdoutCallbackHandler({ stream, color: false }))];
    await PROGRAMS.stream(callbacks);
    await PROGRAMS.tool(callbacks);
    await PROGRAMS.failure(callbacks);
    expect(
      settle(written.join('')),
    ).toBe(`> ChatShop gpt-4o-mini (openai) temperature=0.5 maxTokens=100 stop=["."] tools=["stock"]
  Messages:
  Human: Where?
  Answer:
  In May.
< ChatShop: tokens unknown, no price, first token after N ms, took N ms
> stock (tool)
  Input:
  {"flower":"roses"}
  Output:
  40 roses
< stock: took N ms
> stock (tool, c-1)
  Input:
  {"flower":"lilies"}
  Output:
  40 lilies
< stock: took N ms

> Entering new RunnableSequence chain...
  inputs: {"flower":"roses"}
  > Entering new ChatPromptTemplate chain...
    inputs: {"flower":"roses"}
    outputs: {"output":[{"role":"system","content":"You sell flowers."},{"role":"user","content":"Where are the roses?"}]}
  > Finished chain.
    took N ms
  > FakeStreamingChatModel FakeStreamingChatModel (FakeStreamingChatModel)
    Messages:
    System: You sell flowers.
    Human: Where are the roses?
  ! FakeStreamingChatModel failed after N ms: internal: out of ink
! RunnableSequence failed after N ms: internal: out of ink
`);
  });

  it('two runs side by side are told apart', async () => {
    const written: string[] = [];
    const stream = { write: (text: string) => written.push(text) } as never;
    const model = new FakeListChatModel({ responses: ['In May.', 'In June.'] });
    const both = new RunnableLambda({
      func: (_: string, config: object) => model.batch(['Roses?', 'Lilies?'], config),
    });
    await both.invoke('', { callbacks: [toLangChain(new StdoutCallbackHandler({ stream, color: false }))] });
    const labels = written.join('').match(/^\[[0-9a-f]{8}\]/gm)!;
    expect(new Set(labels).size).toBe(2);
  });

  it('a file keeps every event as a line of JSON', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chain-langchain-'));
    afterTest(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 'run.jsonl');
    const handler = new FileCallbackHandler(file, { format: 'jsonl' });
    const callbacks = [toLangChain(handler)];
    await PROGRAMS.chain(callbacks);
    await PROGRAMS.stream(callbacks);
    await PROGRAMS.failure(callbacks);
    await handler.close();
    const lines = readFileSync(file, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(lines.map(({ type }) => type).join(' ')).toBe(
      [
        'chainStart chainStart chainEnd chatModelStart llmEnd chainStart chainEnd chainEnd',
        'chatModelStart llmNewToken llmNewToken llmEnd',
        'chainStart chainStart chainEnd chatModelStart llmError chainError',
      ].join(' '),
    );
    expect([lines[0].schema, lines[0].name, lines[7].runId]).toEqual([1, 'Shop', lines[0].runId]);
  });

  it('a counter counts', async () => {
    const counter = new TokenCounter();
    const callbacks = [toLangChain(counter)];
    await prompt.pipe(new ChatShop({})).invoke({ flower: 'roses' }, { callbacks });
    await PROGRAMS.failure(callbacks);
    expect([counter.inputTokens, counter.outputTokens, counter.source]).toEqual([1000, 100, 'reported']);
    expect([counter.successfulRequests, counter.failedRequests]).toEqual([1, 1]);
    expect(counter.cost).toBeCloseTo(0.000195, 9);
  });
});
