import { expect, it } from 'vitest';
import { CallbackManager, type Callbacks } from '../../src/callbacks/manager.js';
import { Run } from '../../src/callbacks/run.js';
import { TokenCounter } from '../../src/callbacks/token-counter.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import type { CallbackHandler, ChainEvent } from '../../src/events.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { FAKE_USAGE, FakeModel, FINISH } from '../support/fake-model.js';
import { recorder } from '../support/recorder.js';
import { settleEvents } from '../support/same-events.js';

const prompt = PromptTemplate.fromTemplate('{input}');

/** Changes whatever an event has, as deep as it goes. */
const tampering: CallbackHandler = {
  onLLMNewToken: tamper,
  onLLMStart: tamper,
  onEvent: tamper,
};

function tamper(value: unknown): void {
  if (typeof value !== 'object' || value === null) return;
  for (const [name, field] of Object.entries(value)) {
    tamper(field);
    attempt(() => Reflect.set(value, name, 'changed'));
  }
  attempt(() => Reflect.set(value, 'added', 'changed'));
  if (Array.isArray(value)) attempt(() => value.push('changed'));
}

function attempt(change: () => unknown): void {
  try {
    change();
  } catch {}
}

const TOOLS = [{ name: 'add', description: 'adds', parameters: { type: 'object', properties: {} } }];
const CALL = { id: 'call-1', name: 'add', arguments: '{}' };

/** Everything that events hold: inputs, outputs, messages, tools, parameters, usage, errors, data. */
async function runAll(callbacks: Callbacks) {
  const given = {
    inputs: { input: 'a', more: { list: [1, { deep: true }] } },
    tags: ['shop'],
    metadata: { shop: { name: 'rose' } },
    params: { temperature: 0, stop: ['x'] },
    tools: structuredClone(TOOLS),
    messages: [{ role: 'user' as const, content: 'Hello' }],
    data: { list: [{ one: 1 }] },
    record: { name: 'Error', code: 'internal', message: 'no' },
    error: Object.assign(new Error('no'), { detail: {} }),
  };
  const options = { callbacks, tags: given.tags, metadata: given.metadata };
  const fields = { tags: given.tags, metadata: given.metadata, ...given.params };
  const calling = new FakeModel({ ...fields, steps: [[{ toolCalls: [CALL] }], FINISH] });
  const chain = await new LLMChain({ llm: new FakeModel(fields), prompt }).invoke(given.inputs, options);
  const called = await calling.invoke(given.messages, {
    ...options,
    tools: given.tools,
    params: given.params,
  });
  const completed = await new FakeModel({ ...fields, kind: 'completion' }).invoke('a', options);
  const failing = new LLMChain({ llm: new FakeModel({ steps: ['one', given.error] }), prompt });
  await expect(failing.invoke(given.inputs, options)).rejects.toBe(given.error);
  const run = new Run('own', {}, options);
  const { data, record, messages } = given;
  await run.emit({ type: 'toolStart', input: data, toolCallId: null });
  await run.emit({ type: 'customEvent', eventName: 'mine', data });
  await run.emit({ type: 'agentAction', tool: 'add', input: data, log: '' });
  await run.emit({ type: 'toolEnd', output: data, durationMs: 1 });
  await run.emit({ type: 'retrieverEnd', documents: [{ pageContent: 'a', metadata: data }], durationMs: 1 });
  await run.emit({ type: 'toolError', error: record, durationMs: 1 });
  expect(messages).toEqual([{ role: 'user', content: 'Hello' }]);
  return { given, results: { chain, called, completed } };
}

it('a handler can change neither the result nor what other handlers hear', async () => {
  const plain = recorder();
  const counted = new TokenCounter();
  const { results: untouched } = await runAll([plain, counted]);
  const heard = recorder();
  const counter = new TokenCounter();
  const manager = new CallbackManager([tampering, heard, counter], { onHandlerError: () => {} });
  const { results } = await runAll(manager);
  expect(settleEvents(heard.events.map(settled))).toEqual(settleEvents(plain.events.map(settled)));
  expect(String(counter)).toBe(String(counted));
  const { llm } = results.chain;
  expect(llm.usage).toEqual(FAKE_USAGE);
  expect(results.chain.usage).toEqual(untouched.chain.usage);
  expect(results.chain.outputs).toEqual({ text: 'onetwo' });
  expect(llm.message).toEqual({ role: 'assistant', content: 'onetwo' });
  expect(results.called.toolCalls).toEqual([CALL]);
});

/** What others hear of an error, the thrown one included. */
function settled(event: ChainEvent): Readonly<Record<string, unknown>> {
  if (!('error' in event)) return { ...event };
  return { ...event, original: String(event.error.original) };
}

it('what a handler hears is frozen, and nothing else is', async () => {
  const heard = recorder();
  const { given, results } = await runAll([heard]);
  const open: string[] = [];
  for (const event of heard.events)
    eachObject(event, event.type, (object, at) => void (Object.isFrozen(object) || open.push(at)));
  expect(open).toEqual([]);
  const closed: string[] = [];
  eachObject({ given, results }, '', (object, at) => void (Object.isFrozen(object) && closed.push(at)));
  expect(closed).toEqual([]);
});

it('a handler that only knows onLLMStart hears a frozen event, too', async () => {
  const frozen: boolean[] = [];
  const only: CallbackHandler = { onLLMStart: (event) => frozen.push(Object.isFrozen(event)) };
  await new FakeModel().invoke('a', { callbacks: [only] });
  expect(frozen).toEqual([true]);
});

function eachObject(value: unknown, at: string, found: (object: object, at: string) => void): void {
  if (typeof value !== 'object' || value === null) return;
  found(value, at);
  for (const [name, field] of Object.entries(value)) eachObject(field, `${at}.${name}`, found);
}

it.each(['onLLMEnd', 'ignoreLLM', 'onEvent'])(
  'a getter of %s that throws is reported, and breaks nothing',
  async (name) => {
    const hostile = Object.defineProperty({}, name, {
      get() {
        throw new Error('no');
      },
    });
    const heard: string[] = [];
    const manager = new CallbackManager([hostile, { onEvent: ({ type }: ChainEvent) => heard.push(type) }], {
      onHandlerError: ({ eventType, error }) =>
        void heard.push(`${eventType} failed: ${(error as Error).message}`),
    });
    await new FakeModel({ steps: ['one'] }).invoke('a', { callbacks: manager });
    expect(heard).toContain('llmEnd failed: no');
    expect(heard.at(-1)).toBe('llmEnd');
  },
);
