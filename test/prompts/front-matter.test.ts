import { describe, expect, it } from 'vitest';
import { parseFrontMatter } from '../../src/prompts/front-matter.js';
import { caught } from './caught.js';

const parse = (yaml: string) => parseFrontMatter(`---\n${yaml}\n`, 'f.txt');
const failure = (yaml: string) => caught(() => parse(yaml));

const KEYS_HINT =
  'Front matter may have description, model, temperature, top_p, max_tokens, max_cost, max_total_tokens, stop, seed, ' +
  'response_format, reasoning_effort, extra_body, system, inputs, offline; other fields of the request go under extra_body.';

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
    ['1: 2', { default: '2', required: true }],
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

  it.each([
    ['temperature: hot', '2:14: "temperature" must be a number from 0 to 2, not "hot"'],
    ['temperature: 2.5', '2:14: "temperature" must be a number from 0 to 2, not 2.5'],
    ['temperature: .nan', '2:14: "temperature" must be a number from 0 to 2, not NaN'],
    ['temperature:', '2:13: "temperature" must be a number from 0 to 2, not empty'],
    ['top_p: -1', '2:8: "top_p" must be a number from 0 to 1, not -1'],
    ['max_tokens: 0', '2:13: "max_tokens" must be a whole number of at least 1, not 0'],
    ['max_tokens: 1.5', '2:13: "max_tokens" must be a whole number of at least 1, not 1.5'],
    ['max_cost: 0', '2:11: "max_cost" must be a number of at least 0.000001, not 0'],
    ['max_cost: $1', '2:11: "max_cost" must be a number of at least 0.000001, not "$1"'],
    ['max_total_tokens: 0', '2:19: "max_total_tokens" must be a whole number of at least 1, not 0'],
    ['seed: "1"', '2:7: "seed" must be a whole number, not "1"'],
    ['model: 4', '2:8: "model" must be text that is not empty, not 4'],
    ['model: ""', '2:8: "model" must be text that is not empty, not ""'],
    ['offline: 3', '2:10: "offline" must be text that is not empty, not 3'],
    ['system: [a]', '2:9: "system" must be text that is not empty, not ["a"]'],
    ['description: true', '2:14: "description" must be text, not true'],
    ['stop: []', '2:7: "stop" must be text that is not empty or a list that is not empty, not []'],
    ['stop: [a, 2]', '2:11: "stop.1" must be text that is not empty, not 2'],
    ['response_format: json', '2:18: "response_format" must be keys and values, not "json"'],
    [
      'response_format: { type: xml }',
      '2:26: "response_format.type" must be "text", "json_object" or "json_schema", not "xml"',
    ],
    ['response_format: { type: json_schema }', '2:18: "response_format.schema" is missing'],
    ['response_format: { type: text, schema: {} }', '2:32: "response_format.schema" is not allowed here'],
    ['extra_body: 3', '2:13: "extra_body" must be keys and values, not 3'],
    ['inputs: [a]', '2:9: "inputs" must be keys and values, not ["a"]'],
    [
      'inputs:\n  a: [1]',
      '3:6: "inputs.a" must be text, a number, true or false, nothing or keys and values, not [1]',
    ],
    ['inputs: { a: { required: 1 } }', '2:26: "inputs.a.required" must be true or false, not 1'],
    [
      'inputs: { a: { default: } }',
      '2:25: "inputs.a.default" must be text, a number or true or false, not empty',
    ],
    ['inputs:\n  a:\n    defualt: 1', '4:5: unknown key "inputs.a.defualt" (did you mean "default"?)'],
    ['- a', '2:1: front matter must be keys and values'],
    ['text', '2:1: front matter must be keys and values'],
  ])('refuses %j', async (yaml, message) => {
    expect(await failure(yaml)).toEqual({
      code: 'invalid_template',
      message: `f.txt:${message}`,
      hint: undefined,
    });
  });

  it('names everything that is wrong at once', async () => {
    expect(await failure('modle: x\n# 你好\n"😀": 1\ntemperature: hot\ntools: []\n__proto__: 1')).toEqual({
      code: 'invalid_template',
      message:
        'f.txt:2:1: unknown key "modle" (did you mean "model"?); line 4, column 1: unknown key "😀"; ' +
        'line 5, column 14: "temperature" must be a number from 0 to 2, not "hot"; ' +
        'line 6, column 1: unknown key "tools"; line 7, column 1: unknown key "__proto__"',
      hint: KEYS_HINT,
    });
  });

  it('shows the first twenty of very many', async () => {
    const { message } = await failure(Array.from({ length: 500 }, (_, index) => `zz${index}: 1`).join('\n'));
    expect(message.split('; ')).toHaveLength(21);
    expect(message.split('; ').slice(-2)).toEqual(['line 21, column 1: unknown key "zz19"', 'and 480 more']);
  });

  const QUOTES =
    'Put quotes around a text that has ": " or " #" in it, or begins with a sign such as { [ * & ! % @.';
  it.each([
    ['system: "x', '3:1: malformed front matter: Missing closing "quote', QUOTES],
    [
      'system: Note: be brief',
      '2:9: malformed front matter: Nested mappings are not allowed in compact mappings',
      QUOTES,
    ],
    ['model: a\n\tseed: 1', '3:1: malformed front matter: Tabs are not allowed as indentation', QUOTES],
    [
      'model: x\n...\nseed: 1',
      '4:1: malformed front matter: it goes on after the end of the document ("...")',
      QUOTES,
    ],
    [
      'model: !!js/function "x"',
      '2:8: malformed front matter: Unresolved tag: tag:yaml.org,2002:js/function: tags are not supported',
      QUOTES,
    ],
    [
      'extra_body: !x { a: 1 }',
      '2:13: malformed front matter: Unresolved tag: !x: tags are not supported',
      QUOTES,
    ],
    [
      'model: !!binary aGk=',
      '2:8: malformed front matter: Unresolved tag: tag:yaml.org,2002:binary: tags are not supported',
      QUOTES,
    ],
    ['? [a]\n: 1', '2:3: malformed front matter: a key must be a text', QUOTES],
    ['model: a\nseed: 1\nmodel: b', '4:1: malformed front matter: the key "model" is there twice', undefined],
    [
      'extra_body:\n  a: [{ "b": 1, b: 2 }]',
      '3:17: malformed front matter: the key "b" is there twice',
      undefined,
    ],
    [
      'inputs: &a {}\nextra_body: *a',
      '3:13: malformed front matter: the alias *a',
      'Write the value out: aliases are not supported.',
    ],
  ])('refuses malformed YAML: %j', async (yaml, message, hint) => {
    expect(await failure(yaml)).toEqual({ code: 'invalid_template', message: `f.txt:${message}`, hint });
  });

  it('refuses an alias bomb without unfolding it', async () => {
    const levels = 'abcdefghijklmnopqrstuvwxyz'.split('');
    const bomb = levels.map((name, index) => {
      const before = levels[index - 1];
      return `  ${name}: &${name} [${Array(9)
        .fill(before ? `*${before}` : 'lol')
        .join(', ')}]`;
    });
    expect(await failure(`extra_body:\n${bomb.join('\n')}`)).toEqual({
      code: 'invalid_template',
      message: 'f.txt:4:10: malformed front matter: the alias *a',
      hint: 'Write the value out: aliases are not supported.',
    });
  });

  it('refuses what is nested too deeply', async () => {
    expect((await failure(`extra_body: ${'['.repeat(50_000)}`)).message).toMatch(
      /^f\.txt:2:\d+: malformed front matter: nested too deeply$/,
    );
  });

  it('refuses more than 1 MB', async () => {
    expect(await failure(`system: ${'x'.repeat(1024 * 1024)}`)).toEqual({
      code: 'invalid_template',
      message: 'f.txt:1:1: front matter has at most 1 MB, and this has more',
      hint: undefined,
    });
  });

  it('takes 50,000 different keys in one pass', () => {
    const keys = Array.from({ length: 50_000 }, (_, index) => `  k${index}: 1`).join('\n');
    expect(parse(`inputs:\n${keys}`).inputs.size).toBe(50_000);
  });
});
