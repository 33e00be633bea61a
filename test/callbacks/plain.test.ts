import { describe, expect, it } from 'vitest';
import { toPlain } from '../../src/callbacks/plain.js';
import { Run } from '../../src/callbacks/run.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import type { ChainEvent } from '../../src/events.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { FakeModel, FINISH } from '../support/fake-model.js';
import { callTool } from '../support/fake-tool.js';
import { ofType, recorder } from '../support/recorder.js';

const circle: Record<string, unknown> = { name: 'circle' };
circle.self = circle;
circle.list = [circle];
const twice = { a: 1 };
const getter = {
  good: 1,
  get bad() {
    throw new Error('no');
  },
};
const hostile = new Proxy(
  {},
  {
    get() {
      throw new Error('no');
    },
    ownKeys() {
      throw new Error('no');
    },
  },
);
const oneself = {
  a: 1,
  toJSON() {
    return this;
  },
};
function deep(levels: number): unknown {
  let value: unknown = 'bottom';
  for (let level = 0; level < levels; level += 1) value = [value];
  return value;
}

describe('a value made plain', () => {
  it.each<[string, unknown, unknown]>([
    ['a text', 'a', 'a'],
    ['a number', 1.5, 1.5],
    ['minus zero', -0, 0],
    ['NaN', Number.NaN, null],
    ['infinity', [Number.POSITIVE_INFINITY], [null]],
    ['null', null, null],
    ['undefined', undefined, null],
    ['undefined in a record', { a: undefined, b: 1 }, { b: 1 }],
    ['undefined in a list', [undefined, 1], [null, 1]],
    ['a list with holes', Array(2), [null, null]],
    ['a big integer', 2n ** 64n, '18446744073709551616'],
    ['a function', { f: function add() {} }, { f: '[Function add]' }],
    ['a symbol', [Symbol('s')], ['Symbol(s)']],
    ['a date', { at: new Date(0) }, { at: '1970-01-01T00:00:00.000Z' }],
    ['a bad date', new Date(Number.NaN), null],
    ['a URL', new URL('https://example.org/a'), 'https://example.org/a'],
    ['an object without a prototype', Object.assign(Object.create(null), { a: 1 }), { a: 1 }],
    [
      'an instance',
      new (class Point {
        x = 1;
        hidden = undefined;
        get y() {
          return 2;
        }
      })(),
      { x: 1 },
    ],
    ['a map', new Map([[1, 2]]), {}],
    ['its own toJSON', { toJSON: () => ({ n: 1n }) }, { n: '1' }],
    ['a toJSON that gives itself', oneself, { a: 1, toJSON: '[Function toJSON]' }],
    ['a toJSON that throws', { a: { toJSON: () => JSON.parse('') }, b: 1 }, { a: '[not readable]', b: 1 }],
    ['a circle', circle, { name: 'circle', self: '[Circular]', list: ['[Circular]'] }],
    ['the same twice', [twice, twice], [{ a: 1 }, { a: 1 }]],
    ['a getter that throws', getter, { good: 1, bad: '[not readable]' }],
    ['what cannot be looked into', { hostile, b: 1 }, { hostile: '[not readable]', b: 1 }],
    ['a revoked proxy', revoked(), '[not readable]'],
    ['symbols as keys', { [Symbol('s')]: 1, b: 2 }, { b: 2 }],
  ])('%s', (_what, value, expected) => {
    const plain = toPlain(value);
    expect(plain).toStrictEqual(expected);
    expect(JSON.parse(JSON.stringify(plain))).toStrictEqual(plain);
  });

  it('keeps a key that is called __proto__', () => {
    const plain = toPlain(JSON.parse('{"__proto__":{"a":1}}'));
    expect(JSON.stringify(plain)).toBe('{"__proto__":{"a":1}}');
    expect(Object.getPrototypeOf(plain)).toBe(Object.prototype);
  });

  it('ends somewhere, so that it can be written out', () => {
    expect(JSON.stringify(toPlain(deep(100)))).toBe(JSON.stringify(deep(100)));
    const cut = JSON.stringify(toPlain(deep(1e6)));
    expect(cut).toBe(`${'['.repeat(200)}"[Object]"${']'.repeat(200)}`);
  });

  it('is a copy', () => {
    const value = { a: 1, list: [1] };
    const plain = toPlain(value);
    value.a = 2;
    value.list.push(2);
    expect(plain).toEqual({ a: 1, list: [1] });
  });
});

function revoked(): unknown {
  const { proxy, revoke } = Proxy.revocable({}, {});
  revoke();
  return proxy;
}

describe('events survive JSON unchanged', () => {
  const roundTrip = (events: readonly ChainEvent[]) => {
    expect(events.length).toBeGreaterThan(0);
    for (const event of events) expect(JSON.parse(JSON.stringify(event))).toEqual(event);
  };
  const odd = { circle, getter, hostile, n: 1n, f() {}, nothing: undefined, minus: -0, at: new Date(0) };
  const plain = {
    circle: { name: 'circle', self: '[Circular]', list: ['[Circular]'] },
    getter: { good: 1, bad: '[not readable]' },
    hostile: '[not readable]',
    n: '1',
    f: '[Function f]',
    minus: 0,
    at: '1970-01-01T00:00:00.000Z',
  };
  const prompt = PromptTemplate.fromTemplate('{input}');

  it.each([
    ['good', ['one', FINISH]],
    ['bad', ['one', new Error('no')]],
  ])('of a run with a %s end, whatever its inputs and metadata', async (_end, steps) => {
    const heard = recorder();
    const chain = new LLMChain({ llm: new FakeModel({ steps }), prompt, metadata: odd });
    await chain.invoke({ input: 'a', ...odd }, { callbacks: [heard], metadata: { getter } }).catch(() => {});
    roundTrip(heard.events);
    expect(ofType(heard.events, 'chainStart')[0]).toMatchObject({
      inputs: { input: 'a', ...plain },
      metadata: plain,
    });
  });

  it('even if the inputs are one that cannot be read at the top', async () => {
    const heard = recorder();
    const chain = new LLMChain({ llm: new FakeModel(), prompt: PromptTemplate.fromTemplate('a') });
    await chain.invoke(getter, { callbacks: [heard] });
    expect(ofType(heard.events, 'chainStart')[0]?.inputs).toEqual({ good: 1, bad: '[not readable]' });
  });

  it("of a model's run, whatever its messages, parameters and tools", async () => {
    const heard = recorder();
    const llm = new FakeModel({ steps: [FINISH], temperature: 1, maxTokens: 5 });
    await llm.invoke([{ role: 'user', content: 'a', name: undefined } as never], {
      callbacks: [heard],
      params: { temperature: undefined, extraBody: { n: 1n } } as never,
      tools: [{ name: 'add', description: undefined, parameters: { default: () => {} } } as never],
    });
    roundTrip(heard.events);
    expect(JSON.parse(JSON.stringify(heard.events[0]))).toStrictEqual({
      type: 'chatModelStart',
      runId: heard.events[0]?.runId,
      parentRunId: null,
      name: 'FakeModel',
      time: heard.events[0]?.time,
      tags: [],
      metadata: {},
      model: 'fake-1',
      provider: 'fake',
      params: { temperature: 1, maxTokens: 5, extraBody: { n: '1' } },
      messages: [{ role: 'user', content: 'a' }],
      tools: [{ name: 'add', parameters: { default: '[Function default]' } }],
    });
  });

  it('of a tool, an agent, a retriever and of their own', async () => {
    const heard = recorder();
    await callTool(() => odd, { callbacks: [heard] });
    const run = new Run('run', {}, { callbacks: [heard] });
    run.emit({ type: 'toolStart', input: odd, toolCallId: null });
    run.emit({ type: 'agentAction', tool: 'add', input: odd, log: '' });
    run.emit({ type: 'retrieverEnd', documents: [{ pageContent: 'a', metadata: odd }], durationMs: 1 });
    run.emit({ type: 'customEvent', eventName: 'mine', data: odd });
    run.emit({ type: 'customEvent', eventName: 'mine', data: undefined });
    roundTrip(heard.events);
    expect(ofType(heard.events, 'toolEnd')[0]?.output).toEqual(plain);
    expect(ofType(heard.events, 'toolStart')[1]?.input).toEqual(plain);
    expect(ofType(heard.events, 'agentAction')[0]?.input).toEqual(plain);
    expect(ofType(heard.events, 'retrieverEnd')[0]?.documents[0]?.metadata).toEqual(plain);
    expect(ofType(heard.events, 'customEvent').map(({ data }) => data)).toEqual([plain, null]);
  });

  it('and are not changed by what their owner does to the values afterwards', async () => {
    const heard = recorder();
    const inputs = { input: 'a', list: [1] };
    const chain = new LLMChain({ llm: new FakeModel({ steps: [FINISH] }), prompt, callbacks: [heard] });
    await chain.invoke(inputs);
    inputs.input = 'b';
    inputs.list.push(2);
    expect(ofType(heard.events, 'chainStart')[0]?.inputs).toEqual({ input: 'a', list: [1] });
    const messages = [{ role: 'user' as const, content: 'a' }];
    const llm = new FakeModel({ steps: [FINISH], callbacks: [heard] });
    const call = llm.invoke(messages);
    messages.push({ role: 'user', content: 'b' });
    await call;
    expect(ofType(heard.events, 'chatModelStart')[0]?.messages).toEqual([{ role: 'user', content: 'a' }]);
    expect(llm.calls[0]?.messages).toEqual([{ role: 'user', content: 'a' }]);
  });

  it('but for the error that was thrown, which handlers of the same process can reach', async () => {
    const heard = recorder();
    const error = new Error('no');
    await new FakeModel({ steps: [error], callbacks: [heard] }).invoke('a').catch(() => {});
    const [event] = ofType(heard.events, 'llmError');
    expect(event?.error.original).toBe(error);
    expect(JSON.parse(JSON.stringify(event?.error))).toStrictEqual({
      name: 'Error',
      code: 'internal',
      message: 'no',
    });
  });
});
