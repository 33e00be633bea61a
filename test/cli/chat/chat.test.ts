import { describe, expect, it } from 'vitest';
import { CallbackManager } from '../../../src/callbacks/manager.js';
import type { SavedConversation } from '../../../src/chains/conversation-file.js';
import { Chat } from '../../../src/cli/chat/chat.js';
import { ReplyView } from '../../../src/cli/chat/reply-view.js';
import type { OpenedModel } from '../../../src/cli/open-model.js';
import { ScriptedModel, type ScriptedReply } from '../../../src/models/scripted.js';

const signal = new AbortController().signal;
const MILLION = 1e6;

/** A model that answers with these, each for ten tokens in and one out, at a dollar a token. */
function scripted(replies: readonly ScriptedReply[], model = 'scripted'): OpenedModel {
  const usage = { inputTokens: 10, outputTokens: 1 };
  const prices = { [model]: { input: MILLION, output: MILLION } };
  const llm = new ScriptedModel({
    model,
    prices,
    replies: replies.map((reply) => (typeof reply === 'string' ? { text: reply, usage } : reply)),
  });
  return { llm, choice: { name: model, from: 'flag' } };
}

function begin(
  replies: readonly ScriptedReply[],
  { memory = 'buffer', saved = null }: { memory?: string; saved?: SavedConversation | null } = {},
) {
  const view = new ReplyView(null);
  const callbacks = new CallbackManager([view]);
  const model = scripted(replies);
  const fields = { prompt: undefined, system: undefined, budget: undefined, metadata: {} };
  const chat = new Chat({ ...fields, model, memory, callbacks, view, saved });
  return { chat, llm: model.llm as ScriptedModel };
}

const inputs = (chat: Chat) => chat.turns.map(({ input }) => input);
const discarded = (chat: Chat) => chat.discarded.map(({ turn, reason }) => `${turn} ${reason}`);

describe('a turn', () => {
  it('is counted', async () => {
    const { chat } = begin(['one']);
    const outcome = await chat.ask('1', signal);
    expect(outcome).toMatchObject({ turn: 1, text: 'one', spent: { cost: 11, usage: { totalTokens: 11 } } });
    expect(chat.spending.all).toMatchObject({ cost: 11, priced: 1, usage: { totalTokens: 11 } });
  });

  it('is counted with what its memory took, apart', async () => {
    const { chat } = begin(['one', 'summary'], { memory: 'summary' });
    await chat.ask('1', signal);
    expect(chat.turns[0]).toMatchObject({ cost: 11, memoryCost: 11, memoryUsage: { totalTokens: 11 } });
    expect([chat.spending.all.cost, chat.spending.memory.cost]).toEqual([22, 11]);
  });

  it('that fails leaves the conversation as it was, and its tokens in the account', async () => {
    const { chat } = begin(['one', { chunks: ['tw', 'o'], error: 'stream_cut', failAfter: 1 }]);
    await chat.ask('1', signal);
    const outcome = await chat.ask('2', signal);
    expect(outcome).toMatchObject({ turn: 2, text: 'tw', error: { code: 'stream_cut' } });
    expect([inputs(chat), discarded(chat)]).toEqual([['1'], ['2 failed']]);
    expect(chat.conversation.memory.state.turns).toHaveLength(1);
    expect(chat.spending.all.usage?.source).toBe('estimated');
  });

  it('that fails in its memory has its reply in the account', async () => {
    const { chat } = begin(['one', 'summary', 'two', { error: 'server_error' }], { memory: 'summary' });
    await chat.ask('1', signal);
    const outcome = await chat.ask('2', signal);
    expect(outcome).toMatchObject({ text: 'two', error: { code: 'server_error' } });
    expect(chat.discarded).toMatchObject([{ turn: 2, reason: 'failed', cost: 11, memoryUsage: null }]);
    expect(chat.conversation.memory.state.summary).toBe('summary');
  });

  it('that got no answer took nothing', async () => {
    const { chat } = begin([{ error: 'connection_failed' }]);
    expect(await chat.ask('1', signal)).toMatchObject({ spent: null, error: { code: 'connection_failed' } });
    expect([chat.discarded, chat.spending.all.usage]).toEqual([[], null]);
  });

  it('that is cancelled is counted as such', async () => {
    const controller = new AbortController();
    const { chat } = begin([{ chunks: ['o', 'n'], hang: true }]);
    const turn = chat.ask('1', controller.signal);
    await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort();
    expect(await turn).toMatchObject({ text: 'on', error: { code: 'aborted' } });
    expect([inputs(chat), discarded(chat)]).toEqual([[], ['1 cancelled']]);
  });
});

describe('undo', () => {
  it.each(['buffer', 'window:2', 'token-buffer:1000'])('takes turns back: %s', async (memory) => {
    const { chat } = begin(['one', 'two', 'three'], { memory });
    const states = [];
    for (const input of ['1', '2', '3']) {
      states.push(chat.conversation.memory.state);
      await chat.ask(input, signal);
    }
    for (const state of states.reverse()) {
      await chat.undo();
      expect(chat.conversation.memory.state).toEqual(state);
    }
    expect(discarded(chat)).toEqual(['3 undone', '2 undone', '1 undone']);
    expect(chat.spending.all.cost).toBe(33);
    await expect(chat.undo()).rejects.toMatchObject({ message: 'there is no turn to take back' });
  });

  it.each([
    { memory: 'summary', replies: ['one', 'summary 1', 'two', 'summary 2'] },
    { memory: 'summary-buffer:1', replies: ['one', 'summary 1', 'two', 'summary 2'] },
  ])('brings the summary back that was there: $memory', async ({ memory, replies }) => {
    const { chat, llm } = begin(replies, { memory });
    await chat.ask('1', signal);
    await chat.ask('2', signal);
    await chat.undo();
    expect(chat.conversation.memory.state.summary).toBe('summary 1');
    await chat.undo();
    expect(chat.conversation.memory.state).toEqual({ turns: [], summary: '' });
    expect(llm.calls).toHaveLength(4);
  });

  it('works for ten turns of a summary after the conversation was saved', async () => {
    const texts = Array.from({ length: 12 }, (_, index) => [`${index + 1}`, `summary ${index + 1}`]).flat();
    const { chat: before } = begin(texts, { memory: 'summary' });
    for (let turn = 1; turn <= 12; turn += 1) await before.ask(`${turn}`, signal);
    const saved = JSON.parse(JSON.stringify(before.toSaved(undefined)));
    const { chat } = begin([], { memory: 'summary', saved });
    for (let turn = 12; turn > 2; turn -= 1) {
      await chat.undo();
      expect(chat.conversation.memory.state.summary).toBe(`summary ${turn - 1}`);
    }
    await expect(chat.undo()).rejects.toMatchObject({
      code: 'invalid_argument',
      message: "turn 2 can't be taken back: what the memory kept before it is gone",
    });
    expect(inputs(chat)).toEqual(['1', '2']);
    expect(chat.spending.all.cost).toBe(12 * 22);
  });
});

describe('retry', () => {
  it('asks again, in the place of the last turn', async () => {
    const { chat, llm } = begin(['one', 'two', 'zwei']);
    await chat.ask('1', signal);
    await chat.ask('2', signal);
    expect(await chat.retry(signal)).toMatchObject({ turn: 2, text: 'zwei' });
    expect(chat.turns.map(({ output }) => output)).toEqual(['one', 'zwei']);
    expect(discarded(chat)).toEqual(['2 undone']);
    expect(llm.calls[2]?.messages).toEqual(llm.calls[1]?.messages);
  });

  it('asks what failed', async () => {
    const { chat } = begin(['one', { error: 'server_error' }, 'two']);
    await chat.ask('1', signal);
    await chat.ask('2', signal);
    expect(await chat.retry(signal)).toMatchObject({ turn: 2, text: 'two' });
    expect(inputs(chat)).toEqual(['1', '2']);
  });

  it('keeps the turn where asking again fails, and can be tried once more', async () => {
    const { chat } = begin(['one', 'summary 1', { error: 'server_error' }, 'eins', 'summary eins'], {
      memory: 'summary',
    });
    await chat.ask('1', signal);
    const before = chat.toSaved(undefined);
    await chat.retry(signal);
    expect(chat.toSaved(undefined)).toEqual(before);
    await chat.retry(signal);
    expect(chat.turns.map(({ output }) => output)).toEqual(['eins']);
    expect(chat.conversation.memory.state.summary).toBe('summary eins');
  });

  it('has nothing to ask at first', async () => {
    const { chat } = begin([]);
    await expect(chat.retry(signal)).rejects.toMatchObject({ message: 'there is nothing to ask again' });
    expect(chat.lastAsked).toBeNull();
  });

  it('asks what was taken back, as a turn of its own', async () => {
    const { chat } = begin(['one', 'two', 'zwei', 'drei']);
    for (const input of ['1', '2']) await chat.ask(input, signal);
    await chat.undo();
    expect(await chat.retry(signal)).toMatchObject({ turn: 2, text: 'zwei' });
    expect([inputs(chat), discarded(chat)]).toEqual([['1', '2'], ['2 undone']]);
  });

  it('asks the last turn of a conversation that was saved again, in its place', async () => {
    const { chat: before } = begin(['one', 'two']);
    for (const input of ['1', '2']) await before.ask(input, signal);
    const { chat } = begin(['zwei'], { saved: JSON.parse(JSON.stringify(before.toSaved(undefined))) });
    expect(await chat.retry(signal)).toMatchObject({ turn: 2, text: 'zwei' });
    expect(chat.turns.map(({ output }) => output)).toEqual(['one', 'zwei']);
  });
});

it('another model goes on with what was said and remembered', async () => {
  const { chat } = begin(['one', 'summary 1'], { memory: 'summary' });
  await chat.ask('1', signal);
  const other = scripted(['two', 'summary 2'], 'other');
  const { id } = chat.conversation;
  chat.changeModel(other);
  await chat.ask('2', signal);
  const { calls } = other.llm as ScriptedModel;
  expect(calls[0]?.messages[0]?.content).toMatch(/Earlier in this conversation: summary 1$/);
  expect(chat.conversation.memory.state.summary).toBe('summary 2');
  expect([chat.conversation.id, chat.toSaved(undefined).model]).toEqual([id, 'other']);
  await chat.undo();
  expect(chat.conversation.memory.state.summary).toBe('summary 1');
});

it('reset begins another conversation, and forgets no money', async () => {
  const { chat } = begin(['one', 'two']);
  await chat.ask('1', signal);
  const { id } = chat.conversation;
  chat.reset();
  expect([chat.turns, chat.conversation.memory.state.turns, discarded(chat)]).toEqual([[], [], ['1 reset']]);
  expect(chat.conversation.id).not.toBe(id);
  expect(await chat.ask('2', signal)).toMatchObject({ turn: 1 });
  expect(chat.spending.all.cost).toBe(22);
});

it('what is saved goes on as it was', async () => {
  const { chat: before } = begin(['one', { chunks: ['t'], error: 'stream_cut', failAfter: 1 }]);
  await before.ask('1', signal);
  await before.ask('2', signal);
  const saved = JSON.parse(JSON.stringify(before.toSaved('Be brief.')));
  expect(saved).toMatchObject({ schema: 1, model: 'scripted', system: 'Be brief.', memory: 'buffer' });
  const { chat, llm } = begin(['two'], { saved });
  await chat.ask('2', signal);
  expect(llm.calls[0]?.messages.slice(1)).toEqual([
    { role: 'user', content: '1' },
    { role: 'assistant', content: 'one' },
    { role: 'user', content: '2' },
  ]);
  expect(chat.conversation.id).toBe(before.conversation.id);
  expect([inputs(chat), discarded(chat)]).toEqual([['1', '2'], ['2 failed']]);
});
