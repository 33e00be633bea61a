import { beforeEach, describe, expect, it, vi } from 'vitest';
import { ConversationChain } from '../../src/chains/conversation.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import { ConversationSummaryMemory } from '../../src/memory/summary.js';
import { ChatOpenAI, type ChatOpenAIFields } from '../../src/models/chat-openai.js';
import type { ModelChunk } from '../../src/models/model.js';
import { OfflineModel } from '../../src/models/offline.js';
import { OpenAI } from '../../src/models/openai.js';
import { ScriptedModel } from '../../src/models/scripted.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { type Budget, type BudgetLimits, budget } from '../../src/tokens/budget.js';
import { idle } from '../support/deferred.js';
import { FakeModel, FINISH, hang } from '../support/fake-model.js';
import { callTool } from '../support/fake-tool.js';
import { ofType, recorder } from '../support/recorder.js';
import {
  DONE,
  delta,
  endless,
  event,
  type Loopback,
  type Reply,
  reply,
  serve,
  stream,
  text,
  withResolvers,
} from './loopback.js';

const counted = vi.hoisted(() => ({ calls: 0 }));

vi.mock('../../src/tokens/tokenizer.js', async (original) => {
  const { loadTokenizer } = await original<typeof import('../../src/tokens/tokenizer.js')>();
  return {
    async loadTokenizer(model: string) {
      const tokenizer = await loadTokenizer(model);
      const count = (part: string) => {
        counted.calls += 1;
        return tokenizer.count(part);
      };
      return { ...tokenizer, count };
    },
  };
});

beforeEach(() => {
  counted.calls = 0;
});

/** `Hi` as a chat: 3 to open the answer, 3 + `user` + `Hi` for the message. */
const PROMPT = 8;
const NOTHING = { totalTokens: 0, cost: 0 };
/** Dollars per million tokens. */
const PRICES = { m: { input: 1, output: 2 } };

/** A model of this server, which knows no prices but those that it is given. */
function modelAt({ baseUrl }: Pick<Loopback, 'baseUrl'>, fields: ChatOpenAIFields = {}): ChatOpenAI {
  return new ChatOpenAI({ model: 'm', baseUrl, maxRetries: 0, ...fields });
}

function ending(prompt: number, completion: number | undefined, reason = 'stop'): string {
  const usage = { prompt_tokens: prompt, completion_tokens: completion };
  return event(delta({}, reason)) + event({ choices: [], usage }) + DONE;
}

const words = (count: number) => ' word'.repeat(count);
const answerOf = (tokens: number): Reply => stream(text(words(tokens)), ending(PROMPT, tokens));

function usageOf(inputTokens: number | null, outputTokens: number | null): ModelChunk {
  const totalTokens = inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens;
  const parts = { cachedTokens: null, reasoningTokens: null, source: 'reported' as const };
  return { usage: { inputTokens, outputTokens, totalTokens, ...parts } };
}

const OVER = { name: 'ChainError', code: 'budget_exceeded' };

describe('the limit that a call is sent with', () => {
  it.each<[what: string, limits: BudgetLimits, maxTokens: number | undefined, sent: number]>([
    ['what the budget leaves', { maxTotalTokens: 100 }, undefined, 92],
    ['what the budget leaves, where more was asked for', { maxTotalTokens: 100 }, 500, 92],
    ['what was asked for, where it is less', { maxTotalTokens: 100 }, 50, 50],
    ['what the money is enough for', { maxCost: 0.000108 }, undefined, 50],
    ['the lower of the two', { maxCost: 0.000108, maxTotalTokens: 57 }, undefined, 49],
    ['the lower of the two', { maxCost: 0.000108, maxTotalTokens: 1000 }, undefined, 50],
    ['the last token', { maxTotalTokens: PROMPT + 1 }, undefined, 1],
    ['no part of a token', { maxCost: 0.0001089 }, undefined, 50],
  ])('%s: %j, %s', async (_what, limits, maxTokens, sent) => {
    const server = await serve(stream(text('ok'), ending(PROMPT, 1)));
    const heard = recorder();
    const llm = modelAt(server, { prices: PRICES, ...(maxTokens !== undefined && { maxTokens }) });
    const account = budget(limits);
    await llm.invoke('Hi', { budget: account, callbacks: [heard] });
    expect(server.received.map(({ body }) => body.max_tokens)).toEqual([sent]);
    expect(ofType(heard.events, 'chatModelStart')[0]?.params).toEqual({ maxTokens: sent });
    expect(account.spent).toEqual({ totalTokens: 9, cost: expect.closeTo(0.00001, 12) });
    expect(account.reserved).toEqual(NOTHING);
    expect(llm.params).toEqual(maxTokens === undefined ? {} : { maxTokens });
  });

  it('goes by the other name, too', async () => {
    const refusal = { error: { message: "Use 'max_completion_tokens' instead.", param: 'max_tokens' } };
    const server = await serve(reply(400, refusal), stream(text('ok'), ending(PROMPT, 1)));
    await modelAt(server).invoke('Hi', { budget: budget({ maxTotalTokens: 100 }) });
    expect(server.received[1]?.body).toMatchObject({ max_completion_tokens: 92 });
    expect(server.received[1]?.body).not.toHaveProperty('max_tokens');
  });

  it('goes to a completion model', async () => {
    const server = await serve(stream(event({ choices: [{ text: 'ok', finish_reason: 'stop' }] }), DONE));
    const llm = new OpenAI({ model: 'm', baseUrl: server.baseUrl });
    await llm.invoke('Hi', { budget: budget({ maxTotalTokens: 100 }) });
    expect(server.received[0]?.body.max_tokens).toBe(99);
  });

  it('is lower with each call', async () => {
    const server = await serve(answerOf(20));
    const llm = modelAt(server, { budget: budget({ maxTotalTokens: 90 }) });
    for (const left of [82, 54, 26]) {
      await llm.invoke('Hi');
      expect(server.received.at(-1)?.body.max_tokens).toBe(left);
    }
    await expect(llm.invoke('Hi')).rejects.toMatchObject(OVER);
    expect(server.received.length).toBe(3);
  });

  it('is that of the tightest budget, and all of them are told what was spent', async () => {
    const [own, request, outer] = [300, 200, 100].map((maxTotalTokens) => budget({ maxTotalTokens }));
    const llm = new FakeModel({ steps: [[{ text: 'ok' }, ...FINISH]], budget: own! });
    await callTool(() => llm.invoke('Hi', { budget: request! }), { budget: outer! });
    expect(llm.calls[0]?.params).toEqual({ maxTokens: 92 });
    expect([own, request, outer].map((each) => each?.spent.totalTokens)).toEqual([5, 5, 5]);
  });

  it('holds one budget once, however often it is given', async () => {
    const account = budget({ maxTotalTokens: 100 });
    const llm = new FakeModel({ steps: [FINISH], budget: account });
    await callTool(() => llm.invoke('Hi', { budget: account }), { budget: account }, { budget: account });
    expect(account.spent.totalTokens).toBe(5);
  });

  it('is left out where the model can give no more anyway', async () => {
    const llm = new ScriptedModel({ provider: 'openai', model: 'gpt-4', replies: ['ok', 'ok'] });
    await llm.invoke('Hi', { budget: budget({ maxTotalTokens: 8192 }) });
    await llm.invoke('Hi', { budget: budget({ maxTotalTokens: 8191 }) });
    expect(llm.calls.map(({ params }) => params.maxTokens)).toEqual([undefined, 8191 - PROMPT]);
  });

  it('is left out where a server takes no such high one, from then on', async () => {
    const refusal = { error: { message: 'max_tokens is too large: 992. At most 512 completion tokens.' } };
    const strict: Reply = (response, received) => {
      const { max_tokens: first, max_completion_tokens: second } = received.body;
      const high = ((first ?? second ?? 0) as number) > 512;
      return (high ? reply(400, refusal) : answerOf(5))(response, received);
    };
    const server = await serve(strict);
    const heard = recorder();
    const llm = modelAt(server, { callbacks: [heard] });
    const account = budget({ maxTotalTokens: 1000 });
    await llm.invoke('Hi', { budget: account });
    await llm.invoke('Hi', { budget: account });
    expect(server.received.map(({ body }) => body.max_tokens ?? body.max_completion_tokens)).toEqual([
      992,
      992,
      undefined,
      undefined,
    ]);
    expect(ofType(heard.events, 'retry').map(({ reason }) => reason)).toEqual([
      `${server.host} doesn't take max_tokens: asked again with max_completion_tokens`,
      "m doesn't take a limit of 992 tokens: asked again without it",
    ]);
    expect(account.spent.totalTokens).toBe(26);
  });

  it('is not touched for a refusal of something else', async () => {
    const server = await serve(reply(400, { error: { message: 'no such thing as a temperature of 3' } }));
    const call = modelAt(server).invoke('Hi', { budget: budget({ maxTotalTokens: 1000 }) });
    await expect(call).rejects.toMatchObject({ code: 'bad_request' });
    expect(server.received.length).toBe(1);
  });
});

describe('a call whose prompt is too long', () => {
  const cases: [what: string, account: Budget, message: string][] = [
    [
      'by tokens',
      budget({ maxTotalTokens: 5 }),
      "the call doesn't fit into the budget: 5 of 5 tokens are left, and the prompt takes 8 before any answer",
    ],
    [
      'so that nothing is left for an answer',
      budget({ maxTotalTokens: PROMPT }),
      "the call doesn't fit into the budget: 8 of 8 tokens are left, and the prompt takes 8 before any answer",
    ],
    [
      'by its price',
      budget({ maxCost: 0.000007, maxTotalTokens: 1000 }),
      "the call doesn't fit into the budget: $0.000007 of $0.000007 is left, and the prompt takes $0.000008 before any answer",
    ],
    [
      'by its price and one more token',
      budget({ maxCost: 0.000009 }),
      "the call doesn't fit into the budget: $0.000009 of $0.000009 is left, and the prompt takes $0.000008 before any answer",
    ],
  ];
  it.each(cases)('%s', async (_what, account, message) => {
    const server = await serve(answerOf(1));
    const heard = recorder();
    const call = modelAt(server, { prices: PRICES }).invoke('Hi', { budget: account, callbacks: [heard] });
    await expect(call).rejects.toMatchObject({
      ...OVER,
      message,
      hint: 'A shorter prompt or a larger budget would do.',
    });
    expect(server.received).toEqual([]);
    expect(heard.types).toEqual(['chatModelStart', 'llmError']);
    expect(ofType(heard.events, 'llmError')[0]).toMatchObject({
      error: { code: 'budget_exceeded', message },
      text: '',
      usage: null,
      cost: null,
    });
    expect([account.spent, account.reserved]).toEqual([NOTHING, NOTHING]);
  });

  it('is streamed to nobody, either', async () => {
    const server = await serve(answerOf(1));
    const answer = modelAt(server).stream('Hi', { budget: budget({ maxTotalTokens: 5 }) });
    await expect(answer.next()).rejects.toMatchObject(OVER);
    expect(server.received).toEqual([]);
  });

  it('leaves the others of a list alone', async () => {
    const llm = new FakeModel({ steps: [FINISH] });
    const long = words(100);
    const account = budget({ maxTotalTokens: 50 });
    await expect(
      llm.generate(['Hi', long, 'Hi'], { budget: account, maxConcurrency: 1 }),
    ).rejects.toMatchObject(OVER);
    expect([llm.calls.length, account.spent.totalTokens]).toEqual([2, 10]);
  });
});

describe('a server that ignores the limit', () => {
  it('is cut off, and what had come is counted', async () => {
    const server = await serve(endless);
    const heard = recorder();
    const account = budget({ maxCost: 1, maxTotalTokens: 100 });
    const call = modelAt(server, { prices: PRICES }).invoke('Hi', { budget: account, callbacks: [heard] });
    await expect(call).rejects.toMatchObject({
      ...OVER,
      message: 'the answer went past the budget of $1.00 or 100 tokens and was cut',
    });
    await server.left;
    expect(server.received[0]?.body.max_tokens).toBe(92);
    const [failed] = ofType(heard.events, 'llmError');
    expect(failed).toMatchObject({
      text: words(93),
      usage: { inputTokens: PROMPT, outputTokens: 93, totalTokens: 101, source: 'estimated' },
      cost: expect.closeTo(0.000194, 12),
    });
    expect(ofType(heard.events, 'llmNewToken').length).toBe(93);
    expect(account.spent).toEqual({ totalTokens: 101, cost: failed?.cost });
    expect(account.reserved).toEqual(NOTHING);
  });

  it('is cut off where the request itself sets another limit', async () => {
    const server = await serve(endless);
    const llm = modelAt(server, { extraBody: { max_tokens: 5000 } });
    const account = budget({ maxTotalTokens: 20 });
    await expect(llm.invoke('Hi', { budget: account })).rejects.toMatchObject(OVER);
    expect([server.received[0]?.body.max_tokens, account.spent.totalTokens]).toEqual([5000, 21]);
  });

  it('gives each chunk that came to who reads the stream', async () => {
    const server = await serve(endless);
    let read = '';
    const answer = modelAt(server).stream('Hi', { budget: budget({ maxTotalTokens: 20 }) });
    const reading = (async () => {
      for await (const chunk of answer) read += chunk.text ?? '';
    })();
    await expect(reading).rejects.toMatchObject(OVER);
    expect(read).toBe(words(13));
  });

  const toolCall = { id: 'a', name: 'order', arguments: JSON.stringify({ flowers: words(30) }) };
  it.each<[what: string, chunks: readonly ModelChunk[], outputTokens: number, source: string]>([
    ['with all at once', [{ text: words(30) }], 30, 'estimated'],
    ['and its finish says so', [{ text: words(30) }, { finishReason: 'stop' }], 30, 'estimated'],
    ['with tool calls', [{ toolCalls: [toolCall] }], 43, 'estimated'],
    [
      'with thoughts that it only reports',
      [{ text: words(2) }, { finishReason: 'stop', ...usageOf(PROMPT, 30) }],
      30,
      'reported',
    ],
    [
      'with a prompt that it counts otherwise',
      [{ text: words(10) }, { finishReason: 'stop', ...usageOf(15, 10) }],
      10,
      'reported',
    ],
  ])('%s', async (_what, chunks, outputTokens, source) => {
    const heard = recorder();
    const account = budget({ maxTotalTokens: 20 });
    const llm = new FakeModel({ steps: [chunks, [{ text: ' more' }]], callbacks: [heard] });
    await expect(llm.invoke('Hi', { budget: account })).rejects.toMatchObject(OVER);
    const [failed] = ofType(heard.events, 'llmError');
    expect(failed?.usage).toMatchObject({ outputTokens, source });
    expect(account.spent.totalTokens).toBe(failed?.usage?.totalTokens);
    expect(llm.left).toBe(1);
  });

  it('is let go on where only the limit of its own was low', async () => {
    const account = budget({ maxTotalTokens: 500 });
    const steps = [...Array.from({ length: 400 }, () => ' word'), [{ finishReason: 'stop' }]];
    const llm = new FakeModel({ steps, maxTokens: 10 });
    await llm.invoke('Hi', { budget: account });
    expect(account.spent.totalTokens).toBe(PROMPT + 400);
    await expect(llm.invoke('Hi', { budget: account })).rejects.toMatchObject(OVER);
    expect(account.spent.totalTokens).toBe(501);
  });

  it('may have what a call gave back that was over before it', async () => {
    const account = budget({ maxTotalTokens: 100 });
    let release = () => {};
    const waiting = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    const first = new FakeModel({ steps: [() => waiting, 'ok', FINISH], maxTokens: 40 });
    const under = first.invoke('Hi', { budget: account });
    await vi.waitFor(() => expect(first.calls.length).toBe(1));
    // 44 of 52 are left for its answer.
    const second = new FakeModel({
      steps: [
        ...Array.from({ length: 44 }, () => ' word'),
        async () => {
          release();
          await under;
          return undefined;
        },
        ...Array.from({ length: 20 }, () => ' word'),
        [{ finishReason: 'stop' }],
      ],
    });
    await second.invoke('Hi', { budget: account });
    expect(second.calls[0]?.params.maxTokens).toBe(44);
    expect(account.spent.totalTokens).toBe(5 + PROMPT + 64);
  });

  it('is counted a few times, not at each token', async () => {
    const tokens = 20_000;
    const steps = [Array.from({ length: tokens }, () => ({ text: ' word' })), [{ finishReason: 'stop' }]];
    const llm = new FakeModel({ steps });
    await llm.invoke('Hi', { budget: budget({ maxTotalTokens: tokens + PROMPT }) });
    expect(counted.calls).toBeLessThan(100);
    counted.calls = 0;
    await llm.invoke('Hi', { budget: budget({ maxTotalTokens: 10 * tokens }) });
    // Role, content and answer, at the beginning and at the end.
    expect(counted.calls).toBe(6);
  });
});

describe('an answer that ends where the limit is', () => {
  it.each([
    ['and says how long it is', ending(PROMPT, 12, 'length')],
    ['and does not', event(delta({}, 'length')) + DONE],
  ])('was cut by the budget: %s', async (_what, end) => {
    const server = await serve(stream(text(words(12)), end));
    const heard = recorder();
    const account = budget({ maxTotalTokens: 20 });
    await expect(modelAt(server).invoke('Hi', { budget: account, callbacks: [heard] })).rejects.toMatchObject(
      { ...OVER, message: 'the answer was cut where the budget of 20 tokens ends' },
    );
    expect(ofType(heard.events, 'llmError')[0]).toMatchObject({
      text: words(12),
      usage: { totalTokens: 20 },
    });
    expect(account.spent.totalTokens).toBe(20);
  });

  it.each<[what: string, maxTokens: number | undefined, reported: number]>([
    ['the limit was the call’s own', 12, 12],
    ['the answer ended for another reason', undefined, 5],
  ])('was not, where %s', async (_what, maxTokens, reported) => {
    const server = await serve(stream(text(words(reported)), ending(PROMPT, reported, 'length')));
    const llm = modelAt(server, maxTokens === undefined ? {} : { maxTokens });
    const { finishReason } = await llm.invoke('Hi', { budget: budget({ maxTotalTokens: 20 }) });
    expect(finishReason).toBe('length');
  });
});

describe('calls at once', () => {
  async function five(account: Budget, fields: ChatOpenAIFields) {
    const all = withResolvers();
    let taken = 0;
    const server = await serve(async (response, received) => {
      // Nobody is answered before everybody has asked or was refused.
      await all.promise;
      taken = Math.max(taken, account.spent.totalTokens + account.reserved.totalTokens);
      await answerOf(20)(response, received);
    });
    const llm = modelAt(server, fields);
    const calls = Array.from({ length: 5 }, () => llm.invoke('Hi', { budget: account }));
    const settled = Promise.allSettled(calls);
    await vi.waitFor(() => expect(server.received.length).toBeGreaterThan(0));
    await idle();
    all.resolve();
    const refused = (await settled).flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    return { asked: server.received.length, refused, taken };
  }

  it('never take more together than there is', async () => {
    const account = budget({ maxTotalTokens: 90 });
    const { asked, refused, taken } = await five(account, { maxTokens: 20 });
    expect([asked, refused.length, taken]).toEqual([3, 2, 84]);
    expect(refused[0]).toMatchObject({
      ...OVER,
      message:
        "the call doesn't fit into the budget: 6 of 90 tokens are left, and the prompt takes 8 before any answer",
    });
    expect([account.spent.totalTokens, account.reserved.totalTokens]).toEqual([84, 0]);
  });

  it('leave none to each other where none has a limit', async () => {
    const account = budget({ maxTotalTokens: 100 });
    const { asked, refused } = await five(account, {});
    expect([asked, refused.length]).toEqual([1, 4]);
    expect(refused[0]).toMatchObject({
      ...OVER,
      hint: 'Calls under way hold 100 tokens: make calls one after the other, or limit each answer (maxTokens).',
    });
    expect(account.spent.totalTokens).toBe(28);
  });

  it('leave the blame to the one that took more than was its own', async () => {
    const account = budget({ maxTotalTokens: 100 });
    // The fourth has 8 tokens left for its answer, and gets 20.
    const { asked, refused } = await five(account, { maxTokens: 20 });
    expect([asked, refused.map(({ message }) => message.split(/[: ]/)[1])]).toEqual([4, ['answer', 'call']]);
    expect(account.spent.totalTokens).toBe(112);
  });

  it('have their answers as long as all of them fit, whatever the server counts', async () => {
    const account = budget({ maxTotalTokens: 190 });
    const all = withResolvers();
    // Four tokens more than what was reserved for a prompt and an answer.
    const answer = [{ text: words(30) }, { finishReason: 'stop', ...usageOf(PROMPT + 4, 30) }];
    const llm = new FakeModel({ steps: [() => all.promise.then(() => undefined), answer], maxTokens: 30 });
    const settled = Promise.allSettled(
      Array.from({ length: 5 }, () => llm.invoke('Hi', { budget: account })),
    );
    await vi.waitFor(() => expect(llm.calls).toHaveLength(5));
    all.resolve();
    expect((await settled).map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'fulfilled',
      'rejected',
    ]);
    expect(account.spent.totalTokens).toBe(5 * (PROMPT + 34));
  });

  it('never cost more together than there is', async () => {
    const account = budget({ maxCost: 0.0001 });
    const { asked, refused } = await five(account, { maxTokens: 20, prices: PRICES });
    expect([asked, refused.length]).toEqual([2, 3]);
    expect(account.spent.cost).toBeCloseTo(0.000096, 12);
  });
});

describe('what was reserved is given back', () => {
  const account = () => budget({ maxTotalTokens: 100 });

  it.each<[what: string, reply: Reply, spent: number]>([
    ['after a failure', reply(500, 'no'), 0],
    ['after a failure in the middle', stream(text(words(5)), event({ error: { message: 'no' } })), 13],
    ['after a connection that broke', (response) => response.destroy(), 0],
    ['after a whole answer without usage', stream(text(words(5), 'stop'), DONE), 13],
    ['after an answer whose own length is unknown', stream(text(words(5)), ending(10, undefined)), 15],
  ])('%s', async (_what, answer, spent) => {
    const held = account();
    const llm = modelAt(await serve(answer));
    await llm.invoke('Hi', { budget: held }).catch(() => {});
    expect([held.spent.totalTokens, held.reserved.totalTokens]).toEqual([spent, 0]);
  });

  it.each<[what: string, steps: ConstructorParameters<typeof FakeModel>[0], spent: number]>([
    ['before anything came', { steps: [hang] }, 0],
    ['in the middle', { steps: [words(5), hang] }, 13],
  ])('after an abort %s', async (_what, fields, spent) => {
    const held = account();
    const controller = new AbortController();
    const llm = new FakeModel(fields);
    const call = llm.invoke('Hi', { budget: held, signal: controller.signal });
    await vi.waitFor(() => expect(held.reserved.totalTokens).toBe(100));
    await idle();
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    expect([held.spent.totalTokens, held.reserved.totalTokens]).toEqual([spent, 0]);
  });

  it('after an abort before the call', async () => {
    const held = account();
    const call = new FakeModel().invoke('Hi', { budget: held, signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: 'aborted' });
    expect([held.spent, held.reserved]).toEqual([NOTHING, NOTHING]);
  });

  it('after a stream that was left', async () => {
    const held = account();
    const llm = new FakeModel({ steps: [words(5), words(5), FINISH] });
    for await (const _ of llm.stream('Hi', { budget: held })) break;
    expect([held.spent.totalTokens, held.reserved.totalTokens]).toEqual([13, 0]);
  });

  it.each(['onChatModelStart', 'onLLMEnd'])('after a handler that fails the run in %s', async (method) => {
    const held = account();
    const strict = {
      raiseError: true,
      [method]: () => {
        throw new Error('no');
      },
    };
    await expect(new FakeModel().invoke('Hi', { budget: held, callbacks: [strict] })).rejects.toThrow('no');
    expect(held.reserved.totalTokens).toBe(0);
  });

  it('before anybody hears of the end', async () => {
    const held = account();
    const seen: number[] = [];
    const watch = { onLLMEnd: () => seen.push(held.spent.totalTokens, held.reserved.totalTokens) };
    await new FakeModel({ callbacks: [watch] }).invoke('Hi', { budget: held });
    expect(seen).toEqual([5, 0]);
  });
});

describe('under a chain', () => {
  const prompt = PromptTemplate.fromTemplate('{text}');

  it.each(['the request', 'the chain'])('the budget of %s holds for its model', async (whose) => {
    const account = budget({ maxTotalTokens: 20 });
    const llm = new FakeModel({ steps: [words(30)] });
    const heard = recorder();
    const chain = new LLMChain({ llm, prompt, ...(whose === 'the chain' && { budget: account }) });
    const options = { callbacks: [heard], ...(whose === 'the request' && { budget: account }) };
    await expect(chain.run({ text: 'Hi' }, options)).rejects.toMatchObject(OVER);
    expect(heard.types).toEqual([
      'chainStart',
      'text',
      'chatModelStart',
      'llmNewToken',
      'llmError',
      'chainError',
    ]);
    expect(account.spent.totalTokens).toBe(38);
  });

  it('it holds for what a memory asks, and a turn that it stops leaves the memory as it was', async () => {
    const account = budget({ maxTotalTokens: 960 });
    const llm = new FakeModel({ steps: [[{ text: 'Roses.' }, { finishReason: 'stop', ...usageOf(20, 2) }]] });
    const condenser = new FakeModel({
      steps: [[{ text: 'Roses.' }, { finishReason: 'stop', ...usageOf(900, 2) }]],
    });
    const memory = new ConversationSummaryMemory({ llm: condenser });
    const conversation = new ConversationChain({ llm, memory });
    await conversation.run('Hi', { budget: account });
    expect([account.spent.totalTokens, memory.buffer]).toEqual([924, 'Roses.']);
    await expect(conversation.run('Hi', { budget: account })).rejects.toMatchObject(OVER);
    expect([llm.calls.length, condenser.calls.length]).toEqual([1, 1]);
    expect([memory.buffer, conversation.turns.length]).toEqual(['Roses.', 1]);
  });
});

describe('a budget of money', () => {
  it('needs a price', async () => {
    const server = await serve(answerOf(1));
    const heard = recorder();
    const call = modelAt(server).invoke('Hi', { budget: budget({ maxCost: 1 }), callbacks: [heard] });
    await expect(call).rejects.toMatchObject({
      code: 'invalid_argument',
      message: "no price is known for m, so a budget in dollars can't be kept",
      hint:
        'Give it one under prices, in the configuration or where the model is made: "m": { input: 0.5, output: 2 } ' +
        '(dollars per million tokens). Or limit tokens instead.',
    });
    expect([server.received, heard.types]).toEqual([[], ['chatModelStart', 'llmError']]);
  });

  it('takes a price of nothing for one', async () => {
    const account = budget({ maxCost: 0.000001 });
    const llm = new FakeModel({ prices: { 'fake-1': { input: 0, output: 0 } } });
    await llm.invoke(words(1000), { budget: account });
    expect(llm.calls[0]?.params).toEqual({});
    expect(account.spent).toEqual({ totalTokens: 5, cost: 0 });
  });

  it('is never touched by the offline model', async () => {
    const account = budget({ maxCost: 0.000001 });
    const { text: answer, cost } = await new OfflineModel().invoke('1 + 2 =', { budget: account });
    expect([answer, cost, account.spent.cost]).toEqual(['3', null, 0]);
  });

  it('is not needed to count tokens', async () => {
    const account = budget({ maxTotalTokens: 100 });
    await new FakeModel().invoke('Hi', { budget: account });
    expect(account.spent).toEqual({ totalTokens: 5, cost: null });
  });
});

it('costs nothing where there is none', async () => {
  const llm = new FakeModel();
  const quote = vi.spyOn(llm, 'quote');
  await llm.invoke('Hi');
  expect([quote.mock.calls.length, counted.calls]).toEqual([0, 0]);
});

it.each([{ maxTotalTokens: 5 }, 2000, null])('%j is no budget', async (wrong) => {
  const heard = recorder();
  const llm = new FakeModel({ callbacks: [heard] });
  await expect(llm.invoke('Hi', { budget: wrong as never })).rejects.toMatchObject({
    code: 'invalid_argument',
    message: 'budget must be a Budget, such as budget({ maxTotalTokens: 2000 })',
  });
  expect(heard.types).toEqual([]);
});
