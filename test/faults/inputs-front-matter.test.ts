import { describe, it } from 'vitest';
import { expectRefused, type Row, unnamed } from './refused.js';

const VALUES: readonly Row<string>[] = [
  ['temperature: hot', '2:14: "temperature" must be a number from 0 to 2, not "hot"'],
  ['temperature: 2.5', '2:14: "temperature" must be a number from 0 to 2, not 2.5'],
  ['temperature: .nan', '2:14: "temperature" must be a number from 0 to 2, not NaN'],
  ['temperature:', '2:13: "temperature" must be a number from 0 to 2, not empty'],
  ['temperature: NaN', '2:14: "temperature" must be a number from 0 to 2, not "NaN"'],
  ['temperature: -.inf', '2:14: "temperature" must be a number from 0 to 2, not -Infinity'],
  ['temperature: 1e999', '2:14: "temperature" must be a number from 0 to 2, not Infinity'],
  ['temperature: 0x10', '2:14: "temperature" must be a number from 0 to 2, not 16'],
  ['temperature: "1"', '2:14: "temperature" must be a number from 0 to 2, not "1"'],
  ['temperature: 1_0', '2:14: "temperature" must be a number from 0 to 2, not "1_0"'],
  ['top_p: -1', '2:8: "top_p" must be a number from 0 to 1, not -1'],
  ['top_p: 1.1', '2:8: "top_p" must be a number from 0 to 1, not 1.1'],
  ['max_tokens: 0', '2:13: "max_tokens" must be a whole number of at least 1, not 0'],
  ['max_tokens: 1.5', '2:13: "max_tokens" must be a whole number of at least 1, not 1.5'],
  [
    'max_tokens: 9007199254740993',
    '2:13: "max_tokens" must be a whole number of at least 1, not 9007199254740992, which is beyond ±2^53',
  ],
  [
    'seed: 12345678901234567890',
    '2:7: "seed" must be a whole number, not 12345678901234567000, which is beyond ±2^53',
  ],
  [
    'seed: -9007199254740993',
    '2:7: "seed" must be a whole number, not -9007199254740992, which is beyond ±2^53',
  ],
  ['seed: "1"', '2:7: "seed" must be a whole number, not "1"'],
  ['max_cost: 0', '2:11: "max_cost" must be a number of at least 0.000001, not 0'],
  ['max_cost: $1', '2:11: "max_cost" must be a number of at least 0.000001, not "$1"'],
  ['max_cost: .inf', '2:11: "max_cost" must be a number of at least 0.000001, not Infinity'],
  ['max_total_tokens: 0', '2:19: "max_total_tokens" must be a whole number of at least 1, not 0'],
  ['max_total_tokens: 1e400', '2:19: "max_total_tokens" must be a whole number of at least 1, not Infinity'],
  ['model: 4', '2:8: "model" must be text that is not empty, not 4'],
  ['model: ""', '2:8: "model" must be text that is not empty, not ""'],
  ['model: null', '2:8: "model" must be text that is not empty, not empty'],
  ['model: [a, b]', '2:8: "model" must be text that is not empty, not ["a","b"]'],
  ['description: true', '2:14: "description" must be text, not true'],
  ['description: 3', '2:14: "description" must be text, not 3'],
  ['offline: 3', '2:10: "offline" must be text that is not empty, not 3'],
  ['offline: ""', '2:10: "offline" must be text that is not empty, not ""'],
  ['offline: []', '2:10: "offline" must be text that is not empty, not []'],
  ['system: [a]', '2:9: "system" must be text that is not empty, not ["a"]'],
  ['system: ""', '2:9: "system" must be text that is not empty, not ""'],
  ['reasoning_effort: 3', '2:19: "reasoning_effort" must be text that is not empty, not 3'],
  ['reasoning_effort: ""', '2:19: "reasoning_effort" must be text that is not empty, not ""'],
  ['stop: []', '2:7: "stop" must be text that is not empty or a list that is not empty, not []'],
  ['stop: [a, 2]', '2:11: "stop.1" must be text that is not empty, not 2'],
  ['stop: ""', '2:7: "stop" must be text that is not empty or a list that is not empty, not ""'],
  ['stop: [""]', '2:8: "stop.0" must be text that is not empty, not ""'],
  ['stop: { a: 1 }', '2:7: "stop" must be text that is not empty or a list that is not empty, not {"a":1}'],
  ['stop: null', '2:7: "stop" must be text that is not empty or a list that is not empty, not empty'],
  ['response_format: json', '2:18: "response_format" must be keys and values, not "json"'],
  ['response_format: []', '2:18: "response_format" must be keys and values, not []'],
  ['response_format: {}', '2:18: "response_format.type" is missing'],
  ['response_format: { schema: {} }', '2:18: "response_format.type" is missing'],
  [
    'response_format: { type: xml }',
    '2:26: "response_format.type" must be "text", "json_object" or "json_schema", not "xml"',
  ],
  [
    'response_format: { type: __proto__ }',
    '2:26: "response_format.type" must be "text", "json_object" or "json_schema", not "__proto__"',
  ],
  ['response_format: { type: json_schema }', '2:18: "response_format.schema" is missing'],
  ['response_format: { type: text, schema: {} }', '2:32: "response_format.schema" is not allowed here'],
  [
    'response_format: { type: json_schema, schema: [] }',
    '2:47: "response_format.schema" must be keys and values, not []',
  ],
  [
    'response_format: { type: json_schema, name: "", schema: {} }',
    '2:45: "response_format.name" must be text that is not empty, not ""',
  ],
  [
    'response_format: { type: json_object, constructor: 1 }',
    '2:39: unknown key "response_format.constructor"',
  ],
  ['extra_body: 3', '2:13: "extra_body" must be keys and values, not 3'],
  ['extra_body: []', '2:13: "extra_body" must be keys and values, not []'],
  ['extra_body: null', '2:13: "extra_body" must be keys and values, not empty'],
  ['inputs: [a]', '2:9: "inputs" must be keys and values, not ["a"]'],
  ['inputs: a', '2:9: "inputs" must be keys and values, not "a"'],
  ['inputs: null', '2:9: "inputs" must be keys and values, not empty'],
  [
    'inputs:\n  a: [1]',
    '3:6: "inputs.a" must be text, a number, true or false, nothing or keys and values, not [1]',
  ],
  ['inputs: { a: { required: 1 } }', '2:26: "inputs.a.required" must be true or false, not 1'],
  ['inputs: { a: { required: no } }', '2:26: "inputs.a.required" must be true or false, not "no"'],
  [
    'inputs: { a: { default: } }',
    '2:25: "inputs.a.default" must be text, a number or true or false, not empty',
  ],
  [
    'inputs: { a: { default: [1] } }',
    '2:25: "inputs.a.default" must be text, a number or true or false, not [1]',
  ],
  ['inputs:\n  a:\n    defualt: 1', '4:5: unknown key "inputs.a.defualt" (did you mean "default"?)'],
  ['inputs: { a: { __proto__: 1 } }', '2:16: unknown key "inputs.a.__proto__"'],
  [
    'inputs: { a.b: 1, "c d": 2, 0: 3, "": 4 }',
    '2:11: "a.b" is no name of a variable; line 2, column 19: "c d" is no name of a variable; line 2, column 29: "0" is no name of a variable; line 2, column 35: "" is no name of a variable',
  ],
  ['- a', '2:1: front matter must be keys and values'],
  ['text', '2:1: front matter must be keys and values'],
  ['42', '2:1: front matter must be keys and values'],
  ['model:m', '2:1: front matter must be keys and values'],
];

describe('front matter that is refused:', () => {
  it.each(unnamed(VALUES))('$title', async ({ input: yaml, message, hint }) => {
    const content = `---\n${yaml}\n---\nHi`;
    await expectRefused(['run', 't.txt'], { files: { 't.txt': content } }, `t.txt:${message}`, hint);
  });
});
