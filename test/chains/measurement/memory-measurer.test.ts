import { fileURLToPath } from 'node:url';
import { get_encoding } from 'tiktoken';
import { afterAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { withTokenCounter } from '../../../src/callbacks/with-token-counter.js';
import { measureMemory } from '../../../src/chains/measurement/measure-memory.js';
import type { MeasuredMemory } from '../../../src/chains/measurement/measured-memory.js';
import { MemoryMeasurer } from '../../../src/chains/measurement/memory-measurer.js';
import { ChainError } from '../../../src/errors.js';
import {
  type ConversationScript,
  loadConversationScript,
  type ScriptTurn,
} from '../../../src/memory/conversation-script.js';
import type { Message } from '../../../src/messages.js';
import { ChatOpenAI } from '../../../src/models/chat-openai.js';
import { OfflineModel } from '../../../src/models/offline.js';
import { ScriptedModel, type ScriptedModelFields } from '../../../src/models/scripted.js';
import { budget } from '../../../src/tokens/budget.js';
import { priceOf } from '../../../src/tokens/prices.js';
import { estimatedUsage } from '../../../src/tokens/usage.js';
import { ofType, recorder } from '../../support/recorder.js';

const sample = (name: string) =>
  loadConversationScript(
    fileURLToPath(new URL(`../../../sample-prompts/conversations/${name}`, import.meta.url)),
  );

beforeEach(() => {
  for (const variable of ['OPENAI_API_KEY', 'OPENAI_BASE_URL']) vi.stubEnv(variable, '');
  return () => vi.unstubAllEnvs();
});

/** Nobody can ask it: it has no key. */
const unasked = (model = 'gpt-5-mini') => new ChatOpenAI({ model });

const said = (reply: string): ConversationScript => ({
  system: 'Sell flowers.',
  turns: [
    { user: 'I am Ada and I like lilies.', assistant: reply },
    { user: 'Do you deliver?', assistant: 'Yes, every day.' },
    { user: 'Who am I?', assistant: 'You are Ada.' },
    { user: 'What do I like?', assistant: 'Lilies.' },
  ],
  facts: [
    { text: 'Ada', turn: 1, asked: 3 },
    { text: 'lilies', turn: 1, asked: 4 },
  ],
});
const SHOP = said('Welcome.');

async function only(
  script: ConversationScript,
  name: string,
  options: Omit<Parameters<typeof measureMemory>[1], 'mechanisms'>,
): Promise<MeasuredMemory> {
  const { mechanisms } = await measureMemory(script, { ...options, mechanisms: [name] });
  return mechanisms[0]!;
}

const input = ({ turns }: MeasuredMemory) => turns.map(({ inputTokens }) => inputTokens);
const own = ({ turns }: MeasuredMemory) => turns.map(({ memoryTokens }) => memoryTokens);

describe('where the replies are given', () => {
  const encoding = get_encoding('o200k_base');
  const counted = new Map<string, number>();
  const tokens = (text: string) => {
    const count = counted.get(text) ?? encoding.encode(text, [], []).length;
    counted.set(text, count);
    return count;
  };
  const framed = (messages: readonly Message[]) =>
    3 + messages.reduce((sum, { role, content }) => sum + 3 + tokens(role) + tokens(content), 0);
  afterAll(() => encoding.free());

  const shown = ({ user, assistant = '' }: ScriptTurn): Message[] => [
    { role: 'user', content: user },
    { role: 'assistant', content: assistant },
  ];
  const size = (turn: ScriptTurn) => framed(shown(turn)) - 3;

  /** What is left of the turns before, for each kind. */
  const KEPT: Record<string, (before: readonly ScriptTurn[]) => readonly ScriptTurn[]> = {
    buffer: (before) => before,
    'window:1': (before) => before.slice(-1),
    'window:2': (before) => before.slice(-2),
    'window:6': (before) => before.slice(-6),
    'token-buffer:500': (before) => {
      const sums = before.map((_, index) => before.slice(index).reduce((sum, turn) => sum + size(turn), 0));
      const first = sums.findIndex((sum) => sum <= 500);
      return first === -1 ? [] : before.slice(first);
    },
  };

  it.each(['flower-shop.yaml', 'forty-turns-en.yaml', 'forty-turns-zh.yaml'])(
    '%s takes exactly the tokens that another tokenizer counts, and knows exactly what it was sent',
    async (file) => {
      const script = await sample(file);
      const system: Message = { role: 'system', content: script.system ?? '' };
      const { mechanisms } = await measureMemory(script, { llm: unasked(), mechanisms: Object.keys(KEPT) });
      for (const { name, turns, recall } of mechanisms) {
        const sent = script.turns.map(({ user }, index) => [
          system,
          ...KEPT[name]!(script.turns.slice(0, index)).flatMap(shown),
          { role: 'user', content: user } as const,
        ]);
        expect(turns.map((turn) => [turn.inputTokens, turn.outputTokens, turn.memoryTokens])).toEqual(
          sent.map((messages, index) => [framed(messages), tokens(script.turns[index]!.assistant!), 0]),
        );
        const known = script.facts.filter(({ text, asked }) =>
          sent[asked - 1]!.some(({ content }) => content.includes(text)),
        );
        expect([name, recall]).toEqual([name, { asked: script.facts.length, known: known.length }]);
      }
    },
  );

  it('takes these tokens for the flower shop', async () => {
    const { mechanisms, model, provider } = await measureMemory(await sample('flower-shop.yaml'), {
      llm: unasked(),
      mechanisms: ['buffer', 'window:1'],
    });
    expect({ model, provider }).toEqual({ model: 'gpt-5-mini', provider: 'openai' });
    expect(mechanisms.map(input)).toEqual([
      [40, 95, 175],
      [40, 95, 120],
    ]);
    expect(mechanisms[0]!.totals).toEqual({
      inputTokens: 310,
      outputTokens: 140,
      memoryTokens: 0,
      totalTokens: 450,
      cost: 0.0003575,
    });
    expect(mechanisms.map(({ recall }) => recall)).toEqual([
      { asked: 2, known: 2 },
      { asked: 2, known: 0 },
    ]);
  });

  it('asks nobody for what keeps turns whole, whatever the model', async () => {
    const llm = new ScriptedModel({ replies: [] });
    await measureMemory(SHOP, { llm, mechanisms: Object.keys(KEPT) });
    expect(llm.calls).toEqual([]);
  });

  it('costs what the model would take for it, a user’s own price first', async () => {
    const { turns } = await only(SHOP, 'buffer', { llm: unasked('gpt-4o') });
    const costs = turns.map((turn) =>
      priceOf('openai', 'gpt-4o', estimatedUsage(turn.inputTokens!, turn.outputTokens!)),
    );
    expect(turns.map(({ cost }) => cost)).toEqual(await Promise.all(costs));
    const llm = new ChatOpenAI({ model: 'rose-1', prices: { 'rose-1': { input: 1e6, output: 0 } } });
    const own = await only(SHOP, 'window:1', { llm });
    expect(own.totals.cost).toBe(own.totals.inputTokens);
  });

  it('has no cost, and no comparison of costs, without a price', async () => {
    const { mechanisms } = await measureMemory(SHOP, {
      llm: unasked('nobody-knows-this'),
      mechanisms: ['buffer', 'window:1'],
    });
    expect(mechanisms.map(({ totals }) => totals.cost)).toEqual([null, null]);
    expect(mechanisms[1]!.cheaperThanBuffer).toEqual({ tokens: 3, cost: 'unknown' });
  });

  it('is compared with the memory that keeps everything, where that is measured', async () => {
    const compared = async (...mechanisms: string[]) =>
      (await measureMemory(SHOP, { llm: unasked(), mechanisms })).mechanisms.map(
        ({ cheaperThanBuffer }) => cheaperThanBuffer,
      );
    expect(await compared('window:1', 'buffer', 'window:9')).toEqual([
      { tokens: 3, cost: 3 },
      null,
      { tokens: 'never', cost: 'never' },
    ]);
    expect(await compared('window:1', 'window:2')).toEqual([null, null]);
  });

  it('is measured once, however often it is named', async () => {
    const measured = await measureMemory(SHOP, { llm: unasked(), mechanisms: ['buffer', 'buffer'] });
    expect(measured.mechanisms).toHaveLength(1);
  });

  it('gives a completion model one text', async () => {
    const llm = new ScriptedModel({ replies: [], kind: 'completion', model: 'davinci-002' });
    const heard = recorder();
    const { turns } = await only(SHOP, 'window:1', { llm, callbacks: [heard] });
    const [, second] = ofType(heard.events, 'llmStart');
    expect(second!.prompt).toBe(
      'Sell flowers.\n\nHuman: I am Ada and I like lilies.\nAI: Welcome.\nHuman: Do you deliver?\nAI:',
    );
    const cl100k = get_encoding('cl100k_base');
    expect(turns[1]!.inputTokens).toBe(cl100k.encode(second!.prompt).length);
    cl100k.free();
  });
});

describe('what a model writes', () => {
  /** Counts by its calls: the first one takes 101 tokens in and 11 out. */
  const counting = (replies: ScriptedModelFields['replies'], fields: Partial<ScriptedModelFields> = {}) =>
    new ScriptedModel({ replies, model: 'gpt-5-mini', provider: 'openai', ...fields });
  const reported = (text: string, call: number) => ({
    text,
    usage: { inputTokens: 100 + call, outputTokens: 10 + call },
  });

  it('is the memory’s own, by what the server reported, and apart from the turn', async () => {
    const llm = counting((_, index) => reported(`Ada asked ${index} things.`, index + 1));
    const exact = await only(SHOP, 'window:1', { llm });
    const summary = await only(SHOP, 'summary', { llm });
    expect(own(summary)).toEqual([112, 114, 116, 118]);
    expect(summary.totals.memoryTokens).toBe(460);
    const { inputTokens, outputTokens, totalTokens } = summary.totals;
    expect(outputTokens).toBe(exact.totals.outputTokens);
    expect(totalTokens).toBe(inputTokens! + outputTokens! + 460);
    // The reply was given and counted here, the summary reported: the worse label is the turn's.
    expect(summary.turns.map(({ source }) => source)).toEqual(Array(4).fill('estimated'));
    expect(summary.facts.map(({ text, known }) => [text, known])).toEqual([
      ['Ada', true],
      ['lilies', false],
    ]);
    expect(summary.recall).toEqual({ asked: 2, known: 1 });
  });

  it('costs money as well', async () => {
    const llm = counting((_, index) => reported('Ada.', index + 1));
    const { turns } = await only(SHOP, 'summary', { llm, turns: 1 });
    const { inputTokens, outputTokens, cost } = turns[0]!;
    const [reply, summary] = await Promise.all([
      priceOf('openai', 'gpt-5-mini', estimatedUsage(inputTokens!, outputTokens!)),
      priceOf('openai', 'gpt-5-mini', estimatedUsage(101, 11)),
    ]);
    expect(cost).toBe(reply! + summary!);
  });

  it('begins where a summary-buffer is full', async () => {
    const llm = counting((_, index) => reported('Ada.', index + 1));
    const { turns } = await only(SHOP, 'summary-buffer:30', { llm });
    expect(own({ turns } as MeasuredMemory)).toEqual([0, 112, 114, 116]);
  });

  it('is asked for where the replies are not given', async () => {
    const turns = SHOP.turns.map(({ user }) => ({ user }));
    const llm = counting((_, index) => reported(`reply ${index + 1}`, index + 1));
    const measured = await only({ ...SHOP, turns }, 'window:1', { llm });
    expect(measured.turns.map((turn) => [turn.inputTokens, turn.outputTokens, turn.source])).toEqual([
      [101, 11, 'reported'],
      [102, 12, 'reported'],
      [103, 13, 'reported'],
      [104, 14, 'reported'],
    ]);
    expect(llm.calls[1]!.messages.map(({ content }) => content)).toEqual([
      'Sell flowers.',
      'I am Ada and I like lilies.',
      'reply 1',
      'Do you deliver?',
    ]);
  });

  it('is asked for where one reply is not given', async () => {
    const turns = SHOP.turns.map((turn, index) => (index === 2 ? { user: turn.user } : turn));
    const llm = counting((_, index) => reported('You are Ada.', index + 1));
    const measured = await only({ ...SHOP, turns }, 'window:1', { llm });
    expect(measured.turns.map(({ source }) => source)).toEqual([
      'estimated',
      'estimated',
      'reported',
      'estimated',
    ]);
    expect(measured.turns[2]!.inputTokens).toBe(101);
  });

  it('holds to the model’s own budget, to which given replies don’t count', async () => {
    const limit = budget({ maxTotalTokens: 250 });
    const llm = counting((_, index) => reported('Ada.', index + 1), { budget: limit });
    const failed = only(SHOP, 'summary', { llm });
    await expect(failed).rejects.toMatchObject({
      code: 'budget_exceeded',
      message: expect.stringMatching(/^summary, turn 3: /),
    });
    expect(limit.spent.totalTokens).toBe(112 + 114);
  });

  it('is not known where the server says half of it', async () => {
    const turns = SHOP.turns.map(({ user }) => ({ user }));
    const llm = counting(() => ({ text: 'yes', usage: { outputTokens: 3 } }));
    const { mechanisms } = await measureMemory(
      { ...SHOP, turns },
      { llm, mechanisms: ['buffer', 'window:1'] },
    );
    expect(mechanisms[0]!.totals).toEqual({
      inputTokens: null,
      outputTokens: 12,
      memoryTokens: 0,
      totalTokens: null,
      cost: null,
    });
    expect(mechanisms[1]!.cheaperThanBuffer).toEqual({ tokens: 'unknown', cost: 'unknown' });
  });

  it('is simulated where the offline model writes it, and nothing else is', async () => {
    const kinds = ['window:2', 'summary', 'summary-buffer:650'];
    const { mechanisms } = await measureMemory(SHOP, { llm: new OfflineModel(), mechanisms: kinds });
    expect(mechanisms.map(({ turns }) => new Set(turns.map(({ source }) => source)))).toEqual([
      new Set(['estimated']),
      new Set(['simulated']),
      new Set(['simulated']),
    ]);
    expect(mechanisms[1]!.totals.cost).toBe(null);
    const without = { ...SHOP, turns: SHOP.turns.map(({ user }) => ({ user })) };
    const buffer = await only(without, 'buffer', { llm: new OfflineModel() });
    expect(buffer.turns[0]!.source).toBe('simulated');
  });

  it('can be simulated at another model’s tokens and prices, and that model is not asked', async () => {
    const llm = counting([]);
    const priced = await only(SHOP, 'summary', { llm, simulate: true });
    const offline = await only(SHOP, 'summary', { llm: new OfflineModel() });
    expect(llm.calls).toEqual([]);
    expect([input(priced), own(priced)]).toEqual([input(offline), own(offline)]);
    expect(priced.turns.map(({ source }) => source)).toEqual(Array(4).fill('simulated'));
    expect(priced.totals.cost).toBeGreaterThan(0);
  });

  it('is counted once where a scope counts, too', async () => {
    const measured = await withTokenCounter(async (counter) => ({
      summary: await only(SHOP, 'summary', { llm: unasked(), simulate: true }),
      counted: { total: counter.totalTokens, memory: counter.memory.totalTokens, runs: counter.runs },
    }));
    const { totalTokens, memoryTokens } = measured.summary.totals;
    expect(measured.counted).toEqual({ total: totalTokens, memory: memoryTokens, runs: 8 });
  });
});

describe('how many turns', () => {
  it.each([
    ['fewer than the script has', 2, ['I am Ada and I like lilies.', 'Do you deliver?'], 0],
    [
      'more: it begins again, and what was asked for once counts once',
      6,
      [...SHOP.turns, ...SHOP.turns.slice(0, 2)].map(({ user }) => user),
      2,
    ],
  ])('%s', async (_, turns, asked, facts) => {
    const heard = recorder();
    const measured = await only(SHOP, 'buffer', { llm: unasked(), turns, callbacks: [heard] });
    expect(measured.turns.map(({ turn }) => turn)).toEqual(asked.map((_text, index) => index + 1));
    const last = ofType(heard.events, 'chatModelStart').map(({ messages }) => messages.at(-1)!.content);
    expect(last).toEqual(asked);
    expect(measured.recall).toEqual({ asked: facts, known: facts });
  });

  it('a thousand are no trouble', async () => {
    const { totals } = await only(SHOP, 'window:2', { llm: unasked(), turns: 1000 });
    const { totals: once } = await only(SHOP, 'window:2', { llm: unasked(), turns: 4 });
    expect(totals.outputTokens).toBe(250 * once.outputTokens!);
  });
});

describe('what others hear', () => {
  it('is one run, with a child for each turn that says which it is', async () => {
    const heard = recorder();
    await measureMemory(SHOP, {
      llm: unasked(),
      mechanisms: ['buffer', 'summary'],
      turns: 2,
      simulate: true,
      callbacks: [heard],
    });
    const [root, ...starts] = ofType(heard.events, 'chainStart');
    expect(root).toMatchObject({ name: 'MemoryMeasurer', parentRunId: null });
    const turns = starts.filter(({ name }) => name === 'ConversationChain');
    expect(turns.map(({ parentRunId, metadata }) => [parentRunId, metadata])).toEqual(
      [
        ['buffer', 1],
        ['buffer', 2],
        ['summary', 1],
        ['summary', 2],
      ].map(([mechanism, turn]) => [root!.runId, { mechanism, turn, turns: 2 }]),
    );
    const models = ofType(heard.events, 'chatModelStart').map(({ name, tags }) => `${name} ${tags}`);
    expect(models).toEqual([
      'GivenReply ',
      'GivenReply ',
      'GivenReply ',
      'SimulatedModel memory',
      'GivenReply ',
      'SimulatedModel memory',
    ]);
    expect(heard.lines.at(-1)).toBe('chainEnd MemoryMeasurer');
  });
});

describe('what goes wrong', () => {
  const failure = async (call: () => unknown) => {
    try {
      await call();
    } catch (error) {
      return error as ChainError;
    }
    throw new Error('it went well');
  };

  it('with the kinds of memory is told all at once', async () => {
    const { code, message } = await failure(() =>
      measureMemory(SHOP, { llm: unasked(), mechanisms: ['buffer', 'windw:2', 'window', 'summary:3'] }),
    );
    expect(code).toBe('invalid_argument');
    expect(message).toBe(
      'there is no memory "windw" (did you mean "window"?); the memory "window" takes a number of turns, as in ' +
        'window:6; the memory "summary" takes no number',
    );
  });

  it.each<[string, () => unknown, string]>([
    [
      'no model',
      () => measureMemory(SHOP, {} as never),
      'MemoryMeasurer: llm must be a model, such as new ChatOpenAI()',
    ],
    [
      'no conversation',
      () => measureMemory({ turns: [], facts: [] }, { llm: unasked(), turns: 3 }),
      'the conversation has no turns',
    ],
    [
      'no memory',
      () => measureMemory(SHOP, { llm: unasked(), mechanisms: [] }),
      'there is no memory to measure',
    ],
    [
      'no turn',
      () => measureMemory(SHOP, { llm: unasked(), turns: 0 }),
      'turns must be a whole number from 1 up, not 0',
    ],
  ])('with %s is told', async (_, call, message) => {
    expect(await failure(call)).toMatchObject({ code: 'invalid_argument', message });
  });

  it('with a key is told before anything runs, and only where a model has to be asked', async () => {
    const heard = recorder();
    const error = await failure(() => measureMemory(SHOP, { llm: unasked(), callbacks: [heard] }));
    expect(error.code).toBe('no_model');
    expect(error.message).toBe(
      "summary, summary-buffer:650: gpt-5-mini can't be asked: OPENAI_API_KEY is not set",
    );
    expect(error.hint).toContain('Without a model there are buffer, window, token-buffer.');
    expect(heard.events).toEqual([]);
    const without = { ...SHOP, turns: SHOP.turns.map(({ user }) => ({ user })) };
    const { message } = await failure(() =>
      measureMemory(without, { llm: unasked(), mechanisms: ['buffer'] }),
    );
    expect(message).toBe("buffer: gpt-5-mini can't be asked: OPENAI_API_KEY is not set");
  });

  it.each([
    { simulate: false, asking: ['summary'] },
    { simulate: true, asking: [] },
  ])('knows for which kinds a model has to be asked: $simulate', ({ simulate, asking }) => {
    const llm = new ChatOpenAI({ model: 'm', baseUrl: 'http://127.0.0.1:1/v1' });
    const measurer = new MemoryMeasurer({ script: SHOP, llm, simulate, mechanisms: ['buffer', 'summary'] });
    expect(measurer.asking).toEqual(asking);
  });

  it('with a model is told with its place, and what was measured before is kept', async () => {
    const llm = new ScriptedModel({
      replies: ['Ada.', new ChainError('overloaded', 'try later', { hint: 'Wait.' })],
    });
    const measurer = new MemoryMeasurer({ script: SHOP, llm, mechanisms: ['buffer', 'summary', 'window:1'] });
    const error = await failure(() => measurer.invoke());
    expect(error).toMatchObject({
      code: 'overloaded',
      message: 'summary, turn 2: ConversationSummaryMemory: try later',
      hint: 'Wait.',
    });
    expect(measurer.measurement.mechanisms.map(({ name, turns }) => [name, turns.length])).toEqual([
      ['buffer', 4],
    ]);
  });

  it('with nobody waiting any more is an abort, also where nothing is asked', async () => {
    const controller = new AbortController();
    setImmediate(() => controller.abort());
    const error = await failure(() =>
      measureMemory(SHOP, {
        llm: unasked(),
        turns: 100_000,
        mechanisms: ['window:1'],
        signal: controller.signal,
      }),
    );
    expect(error.code).toBe('aborted');
  });
});
