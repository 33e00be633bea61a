import { describe, expect, it } from 'vitest';
import { type RenderDiffOptions, renderRunDiff } from '../../../src/cli/trace/render-diff.js';
import { diffRuns } from '../../../src/trace/diff-runs.js';
import { buildTrace } from '../../../src/trace/trace-builder.js';
import type { TraceRun } from '../../../src/trace/trace-run.js';
import { eventsOf, type Said, USED } from '../../trace/trace-events.js';

const traceOf = (said: Said): TraceRun => buildTrace(eventsOf(said))[0]!;
const rendered = (a: Said, b: Said, options?: RenderDiffOptions) =>
  renderRunDiff(diffRuns(traceOf(a), traceOf(b)), options)
    .split('\n')
    .slice(0, -1);

const ASKED = { model: 'gpt-5-mini', prompt: 'Any roses?', answer: 'Yes.' } satisfies Said;
const one = (a: object, b: object, options?: RenderDiffOptions) =>
  rendered({ ...ASKED, ...a } as Said, { ...ASKED, ...b } as Said, options);

/** What is above the empty line, and below it. */
function halves(lines: readonly string[]): readonly [readonly string[], readonly string[]] {
  const empty = lines.lastIndexOf('');
  return [lines.slice(0, empty), lines.slice(empty + 1)];
}

describe('what one model was asked and said', () => {
  const lines = (count: number, other: Readonly<Record<number, string>> = {}) =>
    Array.from({ length: count }, (_, at) => other[at] ?? `line ${at} of the text`).join('\n');
  const schema = (type: string) => ({
    params: {
      responseFormat: {
        type: 'json_schema',
        schema: { type: 'object', properties: { name: { type: 'string' }, count: { type } } },
      },
    },
  });

  it.each<[name: string, a: object, b: object, shown: readonly string[]]>([
    ['the same', {}, {}, ['parameters, prompt and answer: the same']],
    [
      'prompt',
      {},
      { prompt: 'Any lilies?' },
      ['parameters: the same', 'prompt:', '  user: Any [-roses-]{+lilies+}?', 'answer: the same'],
    ],
    [
      'parameters',
      { params: { temperature: 0, stop: ['a'], reasoningEffort: 'low' } },
      { params: { temperature: 1, reasoningEffort: 'high' }, answeredBy: 'gpt-5-mini (new)' },
      [
        'answeredBy: gpt-5-mini → gpt-5-mini (new)',
        'temperature: 0 → 1',
        'stop: ["a"] → not set',
        'reasoningEffort: low → high',
        'prompt: the same',
        'answer: the same',
      ],
    ],
    [
      'a long parameter',
      schema('number'),
      schema('string'),
      [
        'responseFormat:',
        '  … 7 lines the same …',
        '        },',
        '        "count": {',
        '          "type": "[-number-]{+string+}"',
        '        }',
        '      }',
        '  … 2 lines the same …',
        'prompt: the same',
        'answer: the same',
      ],
    ],
    [
      'far from any change',
      { answer: lines(30) },
      { answer: lines(30, { 12: 'line 12 of another text', 20: '' }) },
      [
        'parameters: the same',
        'prompt: the same',
        'answer:',
        '  … 10 lines the same …',
        '  line 10 of the text',
        '  line 11 of the text',
        '  line 12 of [-the-]{+another+} text',
        '  line 13 of the text',
        '  line 14 of the text',
        '  … 3 lines the same …',
        '  line 18 of the text',
        '  line 19 of the text',
        '  [-line 20 of the text-]',
        '  {+⏎+}',
        '  line 21 of the text',
        '  line 22 of the text',
        '  … 7 lines the same …',
      ],
    ],
    [
      'inside of a long line',
      { answer: `${'word '.repeat(30)}roses ${'word '.repeat(50)}lilies${' word'.repeat(30)}` },
      { answer: `${'word '.repeat(30)}tulips ${'word '.repeat(50)}asters${' word'.repeat(30)}` },
      [
        'parameters: the same',
        'prompt: the same',
        `answer: …${'word '.repeat(8)}[-roses-]{+tulips+}${' word'.repeat(8)} … ${'word '.repeat(8)}[-lilies-]{+asters+}${' word'.repeat(8)}…`,
      ],
    ],
    [
      'one text in place of another',
      { answer: 'The quick brown fox jumps over the lazy dog and the cat sleeps all day' },
      { answer: 'A slow turtle walked under the bridge and the bird sang its songs' },
      [
        'parameters: the same',
        'prompt: the same',
        'answer:',
        '  [-The quick brown fox jumps over the lazy dog and the cat sleeps all day-]',
        '  {+A slow turtle walked under the bridge and the bird sang its songs+}',
      ],
    ],
    [
      'lines in place of others',
      { answer: 'one two three\nfour five six' },
      { answer: 'eins zwei drei\nvier fünf sechs\nsieben' },
      [
        'parameters: the same',
        'prompt: the same',
        'answer:',
        '  [-one two three-]',
        '  [-four five six-]',
        '  {+eins zwei drei+}',
        '  {+vier fünf sechs+}',
        '  {+sieben+}',
      ],
    ],
    [
      'white space',
      { answer: 'a b\r\nc\td e' },
      { answer: 'a  b\n\nc d\u00a0e\n' },
      [
        'parameters: the same',
        'prompt: the same',
        'answer:',
        '  a {+·+}b[-␍-]{+⏎+}',
        '',
        '  c[-⇥-]{+·+}d[-·-]{+\\u00a0+}e{+⏎+}',
      ],
    ],
    [
      'control sequences',
      { answer: '\x1b[31mred\x1b[0m alarm and \x1b]0;t\x07title' },
      { answer: '\x1b[32mred\x1b[0m alarm and \u202etitle' },
      [
        'parameters: the same',
        'prompt: the same',
        'answer: [-31mred-]{+32mred+} alarm and [-\\x1b]0;t\\x07-]{+\\u202e+}title',
      ],
    ],
    [
      'messages',
      {
        prompt: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'one' },
          { role: 'assistant', content: '1' },
          { role: 'user', content: 'two' },
          { role: 'assistant', content: '2' },
          { role: 'user', content: 'three' },
        ],
      },
      {
        prompt: [
          { role: 'system', content: 's' },
          { role: 'user', content: 'two' },
          { role: 'assistant', content: '2' },
          { role: 'user', content: 'four\nlines', name: 'ann' },
          { role: 'user', content: 'three' },
        ],
      },
      [
        'parameters: the same',
        'prompt:',
        '  system: the same',
        '  - user: [-one-]',
        '  - assistant: [-1-]',
        '  2 more: the same',
        '  + user ann:',
        '    {+four+}',
        '    {+lines+}',
        '  user: the same',
        'answer: the same',
      ],
    ],
    [
      'calls of tools',
      { answer: '', calls: [{ id: '1', name: 'stock', arguments: '{"of":"roses"}' }] },
      { answer: '', calls: [{ id: '2', name: 'stock', arguments: '{"of":"lilies"}' }] },
      ['parameters: the same', 'prompt: the same', 'answer:', '  calls stock: {"of":"[-roses-]{+lilies+}"}'],
    ],
    [
      'how it ended',
      {},
      { answer: 'Y', error: { code: 'timeout', message: 'too\n\x1b[31mslow' } },
      [
        'parameters: the same',
        'prompt: the same',
        'answer: [-Yes.-]{+Y+}',
        'ended: ok → error (timeout: too slow)',
      ],
    ],
    [
      'another finish reason',
      {},
      { finish: 'length' },
      ['parameters: the same', 'prompt: the same', 'answer: the same', 'ended: ok → ok (length)'],
    ],
    [
      'both without an end',
      { unfinished: true },
      { unfinished: true },
      ['parameters, prompt and answer: the same', 'ended: unfinished, the same'],
    ],
    ['no start', { headless: true }, {}, ['what is known of both: the same']],
    [
      'no start, and another answer',
      { headless: true },
      { answer: 'No.' },
      ['parameters and prompt: not compared, the start of A is missing', 'answer: [-Yes-]{+No+}.'],
    ],
    [
      'no start of both',
      { headless: true },
      { headless: true, answer: 'No.' },
      ['parameters and prompt: not compared, the start of A and of B is missing', 'answer: [-Yes-]{+No+}.'],
    ],
    [
      'written without content',
      { params: { temperature: 0 } },
      { content: false, prompt: '', answer: '' },
      ['B was written without its content: prompts and answers are not compared', 'temperature: 0 → not set'],
    ],
    [
      'both written without content',
      { content: false, prompt: '', answer: '' },
      { content: false, prompt: '', answer: '' },
      [
        'both were written without their content: prompts and answers are not compared',
        'what is known of both: the same',
      ],
    ],
  ])('%s', (_, a, b, shown) => expect(halves(one(a, b))[0]).toEqual(shown));

  it('in colours, with what the two are called', () => {
    const shown = one(
      {},
      { prompt: 'Any lilies?' },
      { color: true, titles: ['a.jsonl 1\x1b[1m', 'b.jsonl 2'] },
    );
    expect(halves(shown)[0].join('\n').replaceAll('\x1b', '')).toBe(`[31m--- a.jsonl 1[39m
[32m+++ b.jsonl 2[39m

[2mparameters: the same[22m
prompt:
  user: Any [31mroses[39m[32mlilies[39m?
[2manswer: the same[22m`);
  });
});

describe('what it took', () => {
  const usage = { ...USED, inputTokens: 100, totalTokens: 110, cachedTokens: 8, source: 'estimated' };
  it.each<[name: string, a: object, b: object, shown: readonly string[]]>([
    [
      'the same',
      {},
      {},
      [
        'tokens  40 in + 10 out = 50 tokens (reported), the same',
        'cost    $0.001, the same',
        'time    100 ms → 100 ms, +0 % · first token 30 ms → 30 ms, +0 %',
      ],
    ],
    [
      'more and less',
      { ms: 914, firstTokenMs: 430 },
      { usage, cost: 0.0011, ms: 1200, firstTokenMs: 410 },
      [
        'tokens  40 in + 10 out = 50 tokens (reported) → 100 in (8 cached) + 10 out = 110 tokens (estimated), +120 %',
        'cost    $0.001 → $0.0011, +10 %',
        'time    914 ms → 1.20 s, +31 % · first token 430 ms → 410 ms, -5 %',
      ],
    ],
    [
      'a little',
      { ms: 10_000 },
      { ms: 9_990 },
      [
        'tokens  40 in + 10 out = 50 tokens (reported), the same',
        'cost    $0.001, the same',
        'time    10.0 s → 9.99 s, -0.1 % · first token 30 ms → 30 ms, +0 %',
      ],
    ],
    [
      'a failure, after retries',
      {},
      { answer: '', error: { code: 'timeout', message: '' }, retries: 2 },
      [
        'tokens  40 in + 10 out = 50 tokens (reported) → none',
        'cost    $0.001 → nothing',
        'time    100 ms → 100 ms, +0 %',
        'retries 0 → 2',
      ],
    ],
    [
      'no price',
      { cost: null, ms: 0 },
      { cost: null },
      [
        'tokens  40 in + 10 out = 50 tokens (reported), the same',
        'cost    no price',
        'time    0 ms → 100 ms · first token 30 ms → 30 ms, +0 %',
      ],
    ],
    ['nothing known', { unfinished: true }, { unfinished: true }, ['time    0 ms → 0 ms, +0 %']],
  ])('%s', (_, a, b, shown) => {
    expect(halves(one(a, b))[1]).toEqual(shown);
  });
});

describe('several steps', () => {
  const messages = (system: string, ...others: readonly object[]) => [
    { role: 'system', content: system },
    { role: 'user', content: 'How warm is it in Rome?' },
    ...others,
  ];
  const calls = (id: string) => [{ id, name: 'weather', arguments: '{"city":"Rome"}' }];
  const heard = (id: string, celsius: number) => [
    { role: 'assistant', content: '', toolCalls: calls(id) },
    { role: 'tool', content: `{"celsius":${celsius}}`, toolCallId: id },
  ];
  const model = { model: 'gpt-5-mini', answer: '' };
  const before = {
    chain: 'Agent',
    inputs: { question: 'How warm is it in Rome?' },
    outputs: { answer: 'It is 31 degrees in Rome.' },
    steps: [
      { ...model, prompt: messages('You are terse.'), calls: calls('1'), params: { temperature: 0 } },
      { tool: 'weather', input: { city: 'Rome' }, output: { celsius: 31 } },
      {
        ...model,
        prompt: messages('You are terse.', ...heard('1', 31)),
        answer: 'It is 31 degrees in Rome.',
      },
      { tool: 'log', input: 'done' },
      { tool: 'mail', input: 'done' },
    ],
  } as Said;
  const after = {
    chain: 'Agent',
    inputs: { question: 'How warm is it in Rome?' },
    outputs: { answer: 'In Rome it is 29 degrees, and sunny.' },
    ms: 250,
    steps: [
      { ...model, prompt: messages('You are kind.'), calls: calls('2'), params: { temperature: 1 } },
      { tool: 'search', input: 'Rome', output: 'a city' },
      { tool: 'weather', input: { city: 'Rome' }, output: { celsius: 29 }, ms: 150 },
      {
        ...model,
        prompt: messages('You are kind.', ...heard('2', 29)),
        answer: 'In Rome it is 29 degrees, and sunny.',
        usage: { ...USED, outputTokens: 20, totalTokens: 60 },
        cost: 0.0015,
      },
      {
        chain: 'Review',
        steps: [{ chain: 'Inner', steps: [{ ...model, prompt: 'Well?', answer: 'Yes.' }] }],
      },
      { tool: 'log', input: 'done' },
    ],
  } as Said;

  it('each at its place', () => {
    expect(rendered(before, after)).toEqual([
      '~ Agent',
      '  ~ ChatOpenAI',
      '      temperature: 0 → 1',
      '      prompt:',
      '        system: You are [-terse-]{+kind+}.',
      '        user: the same',
      '      tokens 50, the same · $0.001, the same · 100 ms → 100 ms, +0 %',
      '  + search (tool) · 100 ms',
      '  ~ weather (tool)',
      '      output:',
      '        {',
      '          "celsius": [-31-]{+29+}',
      '        }',
      '      100 ms → 150 ms, +50 %',
      '  ~ ChatOpenAI',
      '      prompt:',
      '        system: You are [-terse-]{+kind+}.',
      '        2 more: the same',
      '        tool: {"celsius":[-31-]{+29+}}',
      '      answer: [-It-]{+In Rome it+} is [-31-]{+29+} degrees[- in Rome-]{+, and sunny+}.',
      '      tokens 50 → 60, +20 % · $0.001 → $0.0015, +50 % · 100 ms → 100 ms, +0 %',
      '  + Review · 50 tokens · $0.001 · 100 ms · 2 steps',
      '  = log (tool)',
      '  - mail (tool) · 100 ms',
      '',
      'tokens  80 in + 20 out = 100 tokens (reported) → 120 in + 40 out = 160 tokens (reported), +60 %',
      'cost    $0.002 → $0.0035, +75 %',
      'time    100 ms → 250 ms, +150 %',
    ]);
  });

  it('of which some have no price', () => {
    const steps = (cost: number | null): readonly Said[] => [ASKED, { ...ASKED, prompt: 'b', cost }];
    const [, figures] = halves(rendered({ chain: 'C', steps: steps(1) }, { chain: 'C', steps: steps(null) }));
    expect(figures[1]).toBe('cost    $1.00 → $0.001 (1 without a price), -100 %');
  });

  it('that are all the same', () => {
    expect(halves(rendered(before, before))[0]).toEqual(['all 5 steps: the same']);
  });

  it('in colours', () => {
    const [shown] = halves(
      rendered(
        { chain: 'Agent', steps: [{ tool: 'a' }, { tool: 'b' }, { tool: 'c', output: '1' }] },
        { chain: 'Agent', steps: [{ tool: 'a' }, { tool: 'c', output: '2' }, { tool: 'd' }] },
        { color: true },
      ),
    );
    expect(shown.join('\n').replaceAll('\x1b', '')).toBe(`[1m~ Agent[22m
  [2m= a (tool)[22m
  [31m- b (tool) · 100 ms[39m
  [1m~ c (tool)[22m
      output: [31m1[39m[32m2[39m
      [2m100 ms → 100 ms, +0 %[22m
  [32m+ d (tool) · 100 ms[39m`);
  });

  const asked = (prompt: string): Said => ({ ...ASKED, prompt });
  const many = (count: number) => Array.from({ length: count }, (_, at): Said => ({ tool: `t${at}` }));

  it.each<[name: string, a: Said, b: Said, shown: readonly string[]]>([
    [
      'a chain around one step isn’t mentioned',
      { chain: 'C', inputs: { x: 'a' }, outputs: { text: 'Yes.' }, steps: [asked('a')] },
      { chain: 'C', inputs: { x: 'b' }, outputs: { text: 'Yes.' }, steps: [asked('b')] },
      ['parameters: the same', 'prompt:', '  user: [-a-]{+b+}', 'answer: the same'],
    ],
    [
      'unless it knows what the step doesn’t',
      { chain: 'C', inputs: { x: 'a', y: '1' }, steps: [asked('a')] },
      {
        chain: 'D',
        inputs: { x: 'b', y: '1' },
        error: { code: 'invalid_response', message: 'no JSON' },
        steps: [asked('a')],
      },
      [
        'name: C → D',
        'inputs:',
        '  x: [-a-]{+b+}',
        '  y: the same',
        'ended: ok → error (invalid_response: no JSON)',
        'parameters: the same',
        'prompt: the same',
        'answer: the same',
      ],
    ],
    [
      'chains around one step, among others',
      {
        chain: 'Seq',
        steps: [
          { chain: 'C', steps: [asked('a')] },
          { chain: 'C', steps: [asked('b')] },
        ],
      },
      {
        chain: 'Seq',
        steps: [
          { chain: 'C', steps: [asked('a')] },
          { chain: 'C', steps: [asked('c')] },
        ],
      },
      [
        '~ Seq',
        '  = C > ChatOpenAI',
        '  ~ C > ChatOpenAI',
        '      prompt:',
        '        user: [-b-]{+c+}',
        '      tokens 50, the same · $0.001, the same · 100 ms → 100 ms, +0 %',
      ],
    ],
    [
      'many that are the same',
      { chain: 'C', steps: [...many(4), { tool: 'x', input: 1 }, ...many(3)] },
      { chain: 'C', steps: [...many(4), { tool: 'x', input: 2 }, ...many(3)] },
      [
        '~ C',
        '  = 4 steps',
        '  ~ x (tool)',
        '      input: [-1-]{+2+}',
        '      100 ms → 100 ms, +0 %',
        '  = t0 (tool)',
        '  = t1 (tool)',
        '  = t2 (tool)',
      ],
    ],
    [
      'an error is told where it was',
      { chain: 'C', steps: [{ tool: 'x' }, { tool: 'y' }] },
      {
        chain: 'C',
        error: { code: 'internal', message: 'oh' },
        steps: [{ tool: 'x' }, { tool: 'y', error: { code: 'internal', message: 'oh' } }],
      },
      [
        '~ C',
        '  = x (tool)',
        '  ~ y (tool)',
        '      output:',
        '        - output: [-null-]',
        '      ended: ok → error (internal: oh)',
        '      100 ms → 100 ms, +0 %',
      ],
    ],
    [
      'documents',
      {
        chain: 'C',
        steps: [{ retriever: 'shop', query: 'roses', documents: ['one', 'two'] }, { tool: 'x' }],
      },
      {
        chain: 'C',
        steps: [{ retriever: 'shop', query: 'rose', documents: ['one', '2', 'three'] }, { tool: 'x' }],
      },
      [
        '~ C',
        '  ~ shop (retriever)',
        '      query: [-roses-]{+rose+}',
        '      documents:',
        '        document: the same',
        '        document: [-two-]{+2+}',
        '        + document: {+three+}',
        '      100 ms → 100 ms, +0 %',
        '  = x (tool)',
      ],
    ],
  ])('%s', (_, a, b, shown) => expect(halves(rendered(a, b))[0]).toEqual(shown));
});
