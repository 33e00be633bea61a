import { describe, expect, it } from 'vitest';
import { parseFrontMatter } from '../../src/prompts/front-matter.js';
import { caught } from './caught.js';

const parse = (yaml: string) => parseFrontMatter(`---\n${yaml}\n`, 'f.txt');
const failure = (yaml: string) => caught(() => parse(yaml));

const KEYS_HINT =
  'Front matter may have description, model, temperature, top_p, max_tokens, max_cost, max_total_tokens, stop, seed, ' +
  'response_format, reasoning_effort, extra_body, system, inputs, tools, max_rounds, offline; other fields of the request go under extra_body.';

describe('parseFrontMatter', () => {
  it('reads every key', () => {
    const yaml = `# a comment
description: Adds.
model: ollama:llama3.2:3b
temperature: 0.5
top_p: 1
max_tokens: 10
max_cost: 0.05
max_total_tokens: 2000
stop: [END, "\\n"]
seed: -7
response_format:
  type: json_schema
  name: sum
  schema: { type: object }
reasoning_effort: low
extra_body:
  top_k: 5
  nested: [1, { a: null }]
system: |
  Be {mood}.

  Brief.
inputs:
  number:
    description: What is added.
    default: 2
    required: true
  mood: kind
tools:
  calculator:
  read_file: { folder: notes, max_bytes: 10 }
max_rounds: 3
offline: |
  3`;
    expect(parse(yaml)).toEqual({
      description: 'Adds.',
      model: 'ollama:llama3.2:3b',
      params: {
        temperature: 0.5,
        topP: 1,
        maxTokens: 10,
        stop: ['END', '\n'],
        seed: -7,
        responseFormat: { type: 'json_schema', name: 'sum', schema: { type: 'object' } },
        reasoningEffort: 'low',
        extraBody: { top_k: 5, nested: [1, { a: null }] },
      },
      budget: { maxCost: 0.05, maxTotalTokens: 2000 },
      system: { text: 'Be {mood}.\n\nBrief.', position: { file: 'f.txt', line: 20, column: 9 } },
      inputs: new Map([
        ['number', { description: 'What is added.', default: '2', required: true }],
        ['mood', { default: 'kind', required: true }],
      ]),
      tools: { calculator: {}, read_file: { folder: 'notes', max_bytes: 10 } },
      maxRounds: 3,
      offlineReply: '3',
    });
  });

  it.each(['', '# only a comment', '{}', 'null', '~'])('takes %j as nothing', (yaml) => {
    expect(parse(yaml)).toEqual({ params: {}, budget: {}, inputs: new Map() });
  });

  it.each<[string, unknown]>([
    ['stop: END', { stop: ['END'] }],
    ['temperature: 0', { temperature: 0 }],
    ['response_format: { type: json_object }', { responseFormat: { type: 'json_object' } }],
    ['"seed": !!int "3"', { seed: 3 }],
  ])('reads the parameters of %j', (yaml, params) => {
    expect(parse(yaml).params).toEqual(params);
  });

  it.each<[string, unknown]>([
    ['a: 1.50', { default: '1.50', required: true }],
    ['a: 007', { default: '007', required: true }],
    ['a: True', { default: 'True', required: true }],
    ['a: ""', { default: '', required: true }],
    ['a: "a\\nb"', { default: 'a\nb', required: true }],
    ['a:', { required: true }],
    ['{a}', { required: true }],
    ['a: {}', { required: true }],
    ['a: { required: false }', { required: false }],
    ['a: { default: 0x10, required: false }', { default: '0x10', required: false }],
    ['__proto__: x', { default: 'x', required: true }],
    ['__proto__: { default: x }', { default: 'x', required: true }],
  ])('reads the input %j', (input, expected) => {
    const { inputs } = parse(`inputs:\n  ${input}`);
    expect([...inputs.values()]).toEqual([expected]);
    expect(({} as { default?: unknown }).default).toBeUndefined();
  });

  it('keeps a __proto__ in extra_body a plain key', () => {
    const { extraBody } = parse('extra_body: { __proto__: { polluted: true } }').params;
    expect(Object.keys(extraBody ?? {})).toEqual(['__proto__']);
    expect(extraBody?.polluted).toBeUndefined();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('names everything that is wrong at once', async () => {
    expect(await failure('modle: x\n# 你好\n"😀": 1\ntemperature: hot\nplugins: []\n__proto__: 1')).toEqual({
      code: 'invalid_template',
      message:
        'f.txt:2:1: unknown key "modle" (did you mean "model"?); line 4, column 1: unknown key "😀"; ' +
        'line 5, column 14: "temperature" must be a number from 0 to 2, not "hot"; ' +
        'line 6, column 1: unknown key "plugins"; line 7, column 1: unknown key "__proto__"',
      hint: KEYS_HINT,
    });
  });

  it('shows the first twenty of very many', async () => {
    const { message } = await failure(Array.from({ length: 500 }, (_, index) => `zz${index}: 1`).join('\n'));
    expect(message.split('; ')).toHaveLength(21);
    expect(message.split('; ').slice(-2)).toEqual(['line 21, column 1: unknown key "zz19"', 'and 480 more']);
  });

  it('takes 50,000 different keys in one pass', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `  k${index}: 1`).join('\n');
    expect(parse(`inputs:\n${keys}`).inputs.size).toBe(50_000);
  });
});
