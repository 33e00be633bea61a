import { describe, it } from 'vitest';
import {
  ALIASES,
  BOMB,
  bytes,
  expectRefused,
  NUL,
  QUOTES,
  type Row,
  UTF8,
  UTF16,
  unnamed,
} from './refused.js';

const RUN = ['run', 'show.txt', '--var', 'text=a'];

const REGEX = "It takes a JavaScript regular expression, such as 'order-\\d+' or '[Aa]nn'.";

const CONFIGS: readonly Row<string | Uint8Array>[] = [
  ['- a', 'c.yaml:1:1: configuration must be keys and values'],
  ['text', 'c.yaml:1:1: configuration must be keys and values'],
  ['42', 'c.yaml:1:1: configuration must be keys and values'],
  ['modle: x', 'c.yaml:1:1: unknown key "modle" (did you mean "model"?)'],
  ['model: ""', 'c.yaml:1:8: "model" must be text that is not empty, not ""'],
  ['model: 3', 'c.yaml:1:8: "model" must be text that is not empty, not 3'],
  ['prices: []', 'c.yaml:1:9: "prices" must be keys and values, not []'],
  ['prices: { m: 1 }', 'c.yaml:1:14: "prices.m" must be keys and values, not 1'],
  ['prices: { m: { input: 1 } }', 'c.yaml:1:14: "prices.m.output" is missing'],
  [
    'prices: { m: { input: -1, output: 2 } }',
    'c.yaml:1:23: "prices.m.input" must be a number of at least 0, not -1',
  ],
  [
    'prices: { m: { input: "1", output: 2 } }',
    'c.yaml:1:23: "prices.m.input" must be a number of at least 0, not "1"',
  ],
  [
    'prices: { m: { input: .inf, output: 2 } }',
    'c.yaml:1:23: "prices.m.input" must be a number of at least 0, not Infinity',
  ],
  ['prices: { m: { input: 1, output: 2, cached: 1 } }', 'c.yaml:1:37: unknown key "prices.m.cached"'],
  ['prices: { toString: 1 }', 'c.yaml:1:21: "prices.toString" must be keys and values, not 1'],
  ['providers: { x: {} }', 'c.yaml:1:17: "providers.x.baseUrl" is missing'],
  [
    'providers: { x: { baseUrl: "" } }',
    'c.yaml:1:28: "providers.x.baseUrl" must be text that is not empty, not ""',
  ],
  [
    'providers: { x: { baseUrl: 3 } }',
    'c.yaml:1:28: "providers.x.baseUrl" must be text that is not empty, not 3',
  ],
  ['providers: { x: { baseUrl: "http://a", key: sk-1 } }', 'c.yaml:1:40: unknown key "providers.x.key"'],
  ['defaults: null', 'c.yaml:1:11: "defaults" must be keys and values, not empty'],
  ['defaults: { temperature: 3 }', 'c.yaml:1:26: "defaults.temperature" must be a number from 0 to 2, not 3'],
  ['defaults: { topp: 1 }', 'c.yaml:1:13: unknown key "defaults.topp" (did you mean "topP"?)'],
  [
    'defaults: { maxTokens: 0 }',
    'c.yaml:1:24: "defaults.maxTokens" must be a whole number of at least 1, not 0',
  ],
  ['defaults: { seed: 1.5 }', 'c.yaml:1:19: "defaults.seed" must be a whole number, not 1.5'],
  [
    'defaults: { seed: 9007199254740993 }',
    'c.yaml:1:19: "defaults.seed" must be a whole number, not 9007199254740992, which is beyond ±2^53',
  ],
  [
    'defaults: { maxCost: 0 }',
    'c.yaml:1:22: "defaults.maxCost" must be a number of at least 0.000001, not 0',
  ],
  [
    'defaults: { maxTotalTokens: x }',
    'c.yaml:1:29: "defaults.maxTotalTokens" must be a whole number of at least 1, not "x"',
  ],
  ['defaults: { verbose: yes }', 'c.yaml:1:22: "defaults.verbose" must be true or false, not "yes"'],
  ['defaults: { log: "" }', 'c.yaml:1:18: "defaults.log" must be text that is not empty, not ""'],
  ['defaults: { logFormat: xml }', 'c.yaml:1:24: "defaults.logFormat" must be "text" or "jsonl", not "xml"'],
  ['defaults: { content: 0 }', 'c.yaml:1:22: "defaults.content" must be true or false, not 0'],
  ['defaults: { logTokens: 1 }', 'c.yaml:1:24: "defaults.logTokens" must be true or false, not 1'],
  ['defaults: { timeout: 0 }', 'c.yaml:1:22: "defaults.timeout" must be a number of at least 0.001, not 0'],
  [
    'defaults: { retries: -1 }',
    'c.yaml:1:22: "defaults.retries" must be a whole number of at least 0, not -1',
  ],
  ['defaults: { redact: x }', 'c.yaml:1:21: "defaults.redact" must be a list, not "x"'],
  ['defaults: { redact: [""] }', 'c.yaml:1:22: "defaults.redact.0" must be text that is not empty, not ""'],
  ['defaults: { redact: ["("] }', 'the configuration: defaults.redact (: unterminated group', REGEX],
  [
    'defaults: { redact: ["a*"] }',
    'the configuration: defaults.redact a*: it matches the empty text, which is everywhere',
    REGEX,
  ],
  ['defaults: { callback: x.mjs }', 'c.yaml:1:13: unknown key "defaults.callback"'],
  [
    'defaults: {temprature: 1, temperature: 9}\nprices: {m: {input: 1}}',
    'c.yaml:1:12: unknown key "defaults.temprature" (did you mean "temperature"?); line 1, column 40: "defaults.temperature" must be a number from 0 to 2, not 9; line 2, column 13: "prices.m.output" is missing',
  ],
  ['__proto__: 1', 'c.yaml:1:1: unknown key "__proto__"'],
  ['defaults: { __proto__: { a: 1 } }', 'c.yaml:1:13: unknown key "defaults.__proto__"'],
  [
    'model: [a',
    'c.yaml:1:10: malformed configuration: Flow sequence in block collection must be sufficiently indented and end with a ]',
    QUOTES,
  ],
  [
    'model: x\ndefaults: [a',
    'c.yaml:2:13: malformed configuration: Flow sequence in block collection must be sufficiently indented and end with a ]',
    QUOTES,
  ],
  ['model: a\nmodel: b', 'c.yaml:2:1: malformed configuration: the key "model" is there twice'],
  ['model:\ta\n\tx: 1', 'c.yaml:2:1: malformed configuration: Tabs are not allowed as indentation', QUOTES],
  ['model: !x a', 'c.yaml:1:8: malformed configuration: Unresolved tag: !x: tags are not supported', QUOTES],
  [
    'model: a\n---\nmodel: b',
    'c.yaml:2:1: malformed configuration: it goes on after the end of the document',
    QUOTES,
  ],
  ['? [a]\n: 1', 'c.yaml:1:3: malformed configuration: a key must be a text', QUOTES],
  ['model: &a x\ndefaults: { log: *b }', 'c.yaml:2:18: malformed configuration: the alias *b', ALIASES],
  ['model: &a [*a]', 'c.yaml:1:12: malformed configuration: the alias *a', ALIASES],
  [BOMB, 'c.yaml:2:8: malformed configuration: the alias *a', ALIASES],
  [`${'- '.repeat(2500)}]`, 'c.yaml: nested too deeply'],
  [`model: ${'['.repeat(5000)}`, 'c.yaml: nested too deeply', QUOTES],
  [bytes('model: ', 0xff), 'c.yaml:1:8: not UTF-8 at byte 7 (the first is byte 0)', UTF8],
  [Buffer.from('\ufeffmodel: a', 'utf16le'), 'c.yaml:1:1: not UTF-8 at byte 0 (the first is byte 0)', UTF16],
  ['model\0', 'c.yaml:1:6: a NUL byte: this is not text', NUL],
];

const SCHEMAS: readonly Row<string | Uint8Array>[] = [
  ['', '--schema s.json: not JSON: Unexpected end of JSON input'],
  ['{', "--schema s.json: not JSON: Expected property name or '}' in JSON at position 1"],
  ['[]', '--schema s.json: a JSON Schema is an object'],
  ['"x"', '--schema s.json: a JSON Schema is an object'],
  ['null', '--schema s.json: a JSON Schema is an object'],
  ['{"a":1,}', '--schema s.json: not JSON: Expected double-quoted property name in JSON at position 7'],
  ['type: object', '--schema s.json: not JSON: Unexpected token \'y\', "type: object" is not valid JSON'],
  [
    '{"type": "objekt"}',
    '--schema s.json: not a JSON Schema: /type must be equal to one of the allowed values',
  ],
  ['{"type": 3}', '--schema s.json: not a JSON Schema: /type must be equal to one of the allowed values'],
  ['{"properties": []}', '--schema s.json: not a JSON Schema: /properties must be object'],
  ['{"required": "a"}', '--schema s.json: not a JSON Schema: /required must be array'],
  ['{"minimum": "1"}', '--schema s.json: not a JSON Schema: /minimum must be number'],
  [
    '{"pattern": "("}',
    '--schema s.json: not a JSON Schema: Invalid regular expression: /(/u: Unterminated group',
  ],
  ['{"enum": []}', '--schema s.json: not a JSON Schema: enum must have non-empty array'],
  ['{"allOf": {}}', '--schema s.json: not a JSON Schema: /allOf must be array'],
  ['{"$id": 3}', '--schema s.json: not a JSON Schema: /$id must be string'],
  [
    '{"$id": "http://x", "$defs": {"a": {"$id": "http://x"}}}',
    '--schema s.json: not a JSON Schema: schema with key or id "http://x" already exists',
  ],
  ['{"$ref": "#/nope"}', "--schema s.json: not a JSON Schema: can't resolve reference #/nope from id #"],
  [
    '{"$ref": "http://127.0.0.1:9/x"}',
    "--schema s.json: not a JSON Schema: can't resolve reference http://127.0.0.1:9/x from id #",
  ],
  ['['.repeat(9000), '--schema s.json: not JSON: Unexpected end of JSON input'],
  [
    `${'{"items":'.repeat(20_000)}{}${'}'.repeat(20_000)}`,
    '--schema s.json: not a JSON Schema: nested too deeply',
  ],
  [bytes('{', 0xff), 's.json:1:2: not UTF-8 at byte 1 (the first is byte 0)', UTF8],
  ['\0', 's.json:1:1: a NUL byte: this is not text', NUL],
];

describe('a configuration that is refused:', () => {
  it.each(unnamed(CONFIGS))('$title', async ({ input: content, message, hint }) => {
    const files = { 'show.txt': '<{text}>\n', 'c.yaml': content };
    await expectRefused([...RUN, '--config', 'c.yaml'], { files }, message, hint);
  });
});

describe('a schema that is refused:', () => {
  it.each(unnamed(SCHEMAS))('$title', async ({ input: content, message, hint }) => {
    const files = { 'show.txt': '<{text}>\n', 's.json': content };
    await expectRefused([...RUN, '--schema', 's.json'], { files }, message, hint);
  });
});
