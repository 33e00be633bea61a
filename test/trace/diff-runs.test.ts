import { describe, expect, it } from 'vitest';
import { diffRuns, type PassageDiff, type RunDiff } from '../../src/trace/diff-runs.js';
import { buildTrace } from '../../src/trace/trace-builder.js';
import type { TraceRun } from '../../src/trace/trace-run.js';
import { eventsOf, type Said, USED } from './trace-events.js';

const traceOf = (said: Said): TraceRun => buildTrace(eventsOf(said))[0]!;
const diff = (a: Said, b: Said): RunDiff => diffRuns(traceOf(a), traceOf(b));

/** `~ model ChatOpenAI: temperature, in changed user`: what differs, and `in?` what isn't known; a line for each step. */
function outline({ change, a, b, parameters, input, output, children }: RunDiff): string[] {
  const passages = (list: readonly PassageDiff[] | null, way: string) =>
    list === null
      ? [`${way}?`]
      : list.filter((one) => one.change !== 'same').map((one) => `${way} ${one.change} ${one.label}`);
  const names = parameters === null ? ['parameters?'] : parameters.map(({ name }) => name);
  const differing = [...names, ...passages(input, 'in'), ...passages(output, 'out')].join(', ');
  const sign = { same: '=', changed: '~', removed: '-', added: '+' }[change];
  const { kind, name } = (a ?? b)!;
  const isPair = a !== null && b !== null;
  return [
    `${sign} ${kind} ${name}${isPair && differing !== '' ? `: ${differing}` : ''}`,
    ...children.flatMap(outline).map((line) => `  ${line}`),
  ];
}

const ASKED = { model: 'gpt-5-mini', prompt: 'Any roses?', answer: 'Yes.' } satisfies Said;
const WITH_SYSTEM = [
  { role: 'system', content: 'Be kind.' },
  { role: 'user', content: 'Any roses?' },
] as const;

describe('a model', () => {
  it.each<[name: string, b: object, line: string]>([
    ['the same', {}, '= model ChatOpenAI'],
    [
      'tokens, money and time are no difference',
      { usage: { ...USED, totalTokens: 51 }, cost: 1, ms: 7 },
      '= model ChatOpenAI',
    ],
    ['prompt', { prompt: 'Any lilies?' }, '~ model ChatOpenAI: in changed user'],
    ['answer', { answer: 'No.' }, '~ model ChatOpenAI: out changed answer'],
    ['a message more', { prompt: WITH_SYSTEM }, '~ model ChatOpenAI: in added system'],
    [
      'a call of a tool',
      { calls: [{ id: '1', name: 'stock', arguments: '{}' }] },
      '~ model ChatOpenAI: out added calls stock',
    ],
    ['finish reason', { finish: 'length' }, '~ model ChatOpenAI'],
    ['an error', { error: { code: 'timeout', message: 'too slow' } }, '~ model ChatOpenAI'],
    ['without an end', { unfinished: true }, '~ model ChatOpenAI'],
    [
      'params',
      { params: { temperature: 0, extraBody: { top_k: 3 } } },
      '~ model ChatOpenAI: temperature, extraBody.top_k',
    ],
    ['a tool on offer', { tools: [{ name: 'stock', parameters: {} }] }, '~ model ChatOpenAI: tools.stock'],
    [
      'model and provider',
      { model: 'o', provider: 'p', name: 'Other' },
      '~ model ChatOpenAI: model, provider',
    ],
    ['what answered to the same name', { answeredBy: 'gpt-5-mini-2025' }, '~ model ChatOpenAI: answeredBy'],
    ['without a start', { headless: true }, '= model ChatOpenAI: parameters?, in?'],
    ['without content', { content: false, prompt: '', answer: '' }, '= model ChatOpenAI: in?, out?'],
    ['a completion model', { completion: true }, '~ model ChatOpenAI: in removed user, in added prompt'],
  ])('%s', (_, b, line) => {
    expect(outline(diff(ASKED, { ...ASKED, ...b } as Said))).toEqual([line]);
  });

  it('compares values of parameters by what they are', () => {
    const schema = (properties: object) => ({
      responseFormat: { type: 'json_schema' as const, schema: { properties } },
    });
    const same = diff(
      { ...ASKED, params: schema({ a: { type: 'string', minLength: 1 } }) },
      { ...ASKED, params: schema({ a: { minLength: 1, type: 'string' } }) },
    );
    expect(same.change).toBe('same');
    const { parameters } = diff(
      { ...ASKED, params: { temperature: 0 } },
      { ...ASKED, params: { stop: ['x'] } },
    );
    expect(parameters).toEqual([
      { name: 'temperature', a: 0, b: null, parts: [{ change: 'removed', text: '0' }] },
      { name: 'stop', a: null, b: ['x'], parts: [{ change: 'added', text: '[\n  "x"\n]' }] },
    ]);
  });

  it('leaves the ids of tool calls out', () => {
    const asked = (id: string): Said => ({
      ...ASKED,
      prompt: [
        { role: 'assistant', content: '', toolCalls: [{ id, name: 'stock', arguments: '{"of":"roses"}' }] },
        { role: 'tool', content: '12', toolCallId: id },
      ],
      calls: [{ id: `${id}2`, name: 'stock', arguments: '{}' }],
    });
    expect(diff(asked('call_1'), asked('call_2')).change).toBe('same');
  });

  it('gives the facts of both', () => {
    const { a, b } = diff(
      { ...ASKED, retries: 2, firstTokenMs: 20 },
      { ...ASKED, answer: 'Y', error: { code: 'stream_cut', message: 'it broke off' }, cost: 3 },
    );
    expect(a).toEqual({
      id: '00000001-0000-4000-8000-000000000000',
      kind: 'model',
      name: 'ChatOpenAI',
      template: null,
      model: 'gpt-5-mini',
      time: 1_800_000_002_000,
      status: 'ok',
      error: null,
      finishReason: 'stop',
      usage: USED,
      cost: 0.001,
      unpriced: 0,
      durationMs: 100,
      firstTokenMs: 20,
      retries: 2,
      content: 'whole',
    });
    expect(b).toMatchObject({
      status: 'error',
      error: { code: 'stream_cut', message: 'it broke off' },
      finishReason: null,
      usage: null,
      cost: null,
      firstTokenMs: null,
    });
  });

  it('compares as much of an answer as there is', () => {
    const { output, a } = diff(
      { ...ASKED, answer: 'Roses and', unfinished: true },
      { ...ASKED, answer: 'Roses and lilies' },
    );
    expect(a).toMatchObject({ status: 'unfinished', usage: null });
    expect(output).toEqual([
      {
        change: 'changed',
        label: 'answer',
        parts: [
          { change: 'same', text: 'Roses and' },
          { change: 'added', text: ' lilies' },
        ],
      },
    ]);
  });
});

describe('steps', () => {
  const model = (prompt: string, name = 'ChatOpenAI'): Said => ({ ...ASKED, name, prompt });
  const tool = (name: string, input = ''): Said => ({ tool: name, input });
  const chain = (...steps: readonly Said[]): Said => ({ chain: 'Agent', steps });

  it.each<[name: string, a: readonly Said[], b: readonly Said[], lines: readonly string[]]>([
    [
      'the same',
      [model('a'), tool('t')],
      [model('a'), tool('t')],
      ['= chain Agent', '  = model ChatOpenAI', '  = tool t'],
    ],
    ['one more', [tool('s')], [tool('r'), tool('s')], ['~ chain Agent', '  + tool r', '  = tool s']],
    ['one less', [tool('r'), tool('s')], [tool('s')], ['~ chain Agent', '  - tool r', '  = tool s']],
    [
      'one less of the same name: the one that isn’t there',
      [model('a'), model('b'), model('c')],
      [model('a'), model('c')],
      ['~ chain Agent', '  = model ChatOpenAI', '  - model ChatOpenAI', '  = model ChatOpenAI'],
    ],
    [
      'around one that is the same',
      [model('a'), tool('t'), model('b')],
      [model('c'), tool('t'), model('d')],
      [
        '~ chain Agent',
        '  ~ model ChatOpenAI: in changed user',
        '  = tool t',
        '  ~ model ChatOpenAI: in changed user',
      ],
    ],
    [
      'another model in its place',
      [model('a', 'OfflineModel')],
      [model('a')],
      ['= chain Agent', '  = model OfflineModel'],
    ],
    ['another tool is another step', [tool('r')], [tool('s')], ['~ chain Agent', '  - tool r', '  + tool s']],
    [
      'another tool’s input',
      [tool('r', 'one')],
      [tool('r', 'two')],
      ['~ chain Agent', '  ~ tool r: in changed input'],
    ],
    [
      'steps of steps',
      [chain(tool('r'), chain(tool('s')))],
      [chain(tool('r'), chain(tool('t'), tool('s')))],
      [
        '~ chain Agent',
        '  ~ chain Agent',
        '    = tool r',
        '    ~ chain Agent',
        '      + tool t',
        '      = tool s',
      ],
    ],
    [
      'only in one, with what is under it',
      [],
      [chain(tool('s'))],
      ['~ chain Agent', '  + chain Agent', '    + tool s'],
    ],
    [
      'a retriever',
      [{ retriever: 'r', query: 'q', documents: ['one', 'two'] }],
      [{ retriever: 'r', query: 'q', documents: ['two'] }],
      ['~ chain Agent', '  ~ retriever r: out removed document'],
    ],
  ])('%s', (_, a, b, lines) => {
    expect(outline(diff(chain(...a), chain(...b)))).toEqual(lines);
  });

  it('compares the roots, whatever they are', () => {
    expect(outline(diff({ chain: 'One', inputs: { x: 1 } }, { ...ASKED }))).toEqual([
      '~ chain One: kind, name, model, provider, in removed x, in added user, out added answer',
    ]);
  });

  it('compares variables by their names', () => {
    const a: Said = { chain: 'C', inputs: { b: 'x', a: { deep: 1 } }, outputs: { text: 'y' } };
    const b: Said = { chain: 'C', inputs: { a: { deep: 2 }, b: 'x' }, outputs: { text: 'y', more: 3 } };
    expect(outline(diff(a, b))).toEqual(['~ chain C: in changed a, out added more']);
  });

  it('knows from the root that what is under it was written without content', () => {
    const a: Said = { ...chain({ ...ASKED, prompt: '', answer: '' }), content: false };
    const { change, a: facts, children } = diff(a, chain(ASKED));
    expect([change, facts?.content, children[0]?.a?.content, children[0]?.output]).toEqual([
      'same',
      'left-out',
      'left-out',
      null,
    ]);
  });

  it('is plain data', () => {
    const record = diff(chain(model('a')), chain(model('b'), tool('t')));
    expect(JSON.parse(JSON.stringify(record))).toEqual(record);
  });
});
