import { describe, it } from 'vitest';
import { ALIASES, BOMB, expectRefused, QUOTES, type Row, unnamed } from './refused.js';

const KEYS =
  'Front matter may have description, model, temperature, top_p, max_tokens, max_cost, max_total_tokens, stop, seed, response_format, reasoning_effort, extra_body, system, inputs, tools, max_rounds, offline; other fields of the request go under extra_body.';

const YAML: readonly Row<string>[] = [
  ['system: "x', '3:1: malformed front matter: Missing closing "quote', QUOTES],
  ["description: 'a", "3:1: malformed front matter: Missing closing 'quote", QUOTES],
  [
    'system: Note: be brief',
    '2:9: malformed front matter: Nested mappings are not allowed in compact mappings',
    QUOTES,
  ],
  ['description: "a\\qb"', '2:16: malformed front matter: Invalid escape sequence \\q', QUOTES],
  [
    'description: |\nx',
    '3:1: malformed front matter: Implicit map keys need to be followed by map values',
    QUOTES,
  ],
  [
    'description: >-9\n x',
    '3:1: malformed front matter: All mapping items must start at the same column',
    QUOTES,
  ],
  [
    'inputs:\n  a: 1\n b: 2',
    '4:1: malformed front matter: All mapping items must start at the same column',
    QUOTES,
  ],
  ['model: a\n\tseed: 1', '3:1: malformed front matter: Tabs are not allowed as indentation', QUOTES],
  ['\tmodel: m', '2:1: malformed front matter: Tabs are not allowed as indentation', QUOTES],
  ['inputs:\n\ta: 1', '3:1: malformed front matter: Tabs are not allowed as indentation', QUOTES],
  ['model: x\n...\nseed: 1', '4:1: malformed front matter: it goes on after the end of the document', QUOTES],
  ['{', '3:1: malformed front matter: Flow map must end with a }', QUOTES],
  [']', '2:1: malformed front matter: Unexpected flow-seq-end token in YAML document: "]"', QUOTES],
  ['model: @x', '2:8: malformed front matter: Plain value cannot start with reserved character @', QUOTES],
  ['model: `x`', '2:8: malformed front matter: Plain value cannot start with reserved character `', QUOTES],
  [
    'model: %x',
    '2:8: malformed front matter: Plain value cannot start with directive indicator character %',
    QUOTES,
  ],
  [
    '%YAML 1.1\n',
    '2:1: malformed front matter: Plain value cannot start with directive indicator character %',
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
  [
    'description: !!python/object:os.system x',
    '2:14: malformed front matter: Unresolved tag: tag:yaml.org,2002:python/object:os.system: tags are not supported',
    QUOTES,
  ],
  [
    'seed: !!int x',
    '2:7: malformed front matter: Unresolved tag: tag:yaml.org,2002:int: tags are not supported',
    QUOTES,
  ],
  ['? [a]\n: 1', '2:3: malformed front matter: a key must be a text', QUOTES],
  ['? {a: 1}\n: 2', '2:3: malformed front matter: a key must be a text', QUOTES],
  ['model: a\nseed: 1\nmodel: b', '4:1: malformed front matter: the key "model" is there twice'],
  ['extra_body:\n  a: [{ "b": 1, b: 2 }]', '3:17: malformed front matter: the key "b" is there twice'],
  ['inputs: { a: 1, "a": 2 }', '2:17: malformed front matter: the key "a" is there twice'],
  ['inputs: &a {}\nextra_body: *a', '3:13: malformed front matter: the alias *a', ALIASES],
  ['model: *nope', '2:8: malformed front matter: the alias *nope', ALIASES],
  ['extra_body: &a [*a]', '2:17: malformed front matter: the alias *a', ALIASES],
  [BOMB, '3:8: malformed front matter: the alias *a', ALIASES],
  [`${'- '.repeat(2500)}]`, ': nested too deeply'],
  [`extra_body: ${'['.repeat(50_000)}`, ': nested too deeply', QUOTES],
  [`extra_body: ${'{a: '.repeat(3000)}1${'}'.repeat(3000)}`, ': nested too deeply', QUOTES],
  [`system: ${'x'.repeat(1024 * 1024)}`, '1:1: front matter has at most 1 MB, and this has more'],
];

const UNKNOWN: readonly Row<string>[] = [
  ['modle: x', '2:1: unknown key "modle" (did you mean "model"?)'],
  ['Temperature: 1', '2:1: unknown key "Temperature" (did you mean "temperature"?)'],
  ['max-tokens: 1', '2:1: unknown key "max-tokens" (did you mean "max_tokens"?)'],
  ['maxTokens: 1', '2:1: unknown key "maxTokens" (did you mean "max_tokens"?)'],
  ['__proto__: 1', '2:1: unknown key "__proto__"'],
  ['constructor: 1', '2:1: unknown key "constructor"'],
  ['toString: { a: 1 }', '2:1: unknown key "toString"'],
  ['<<: { model: m }', '2:1: unknown key "<<"'],
  ['1: 2', '2:1: unknown key "1"'],
  ['null: 2', '2:1: unknown key "null"'],
  ['"": 1', '2:1: unknown key ""'],
  ['? a', '2:3: unknown key "a"'],
  ['plugins: []', '2:1: unknown key "plugins"'],
  ['"\\e[31m": 1', '2:1: unknown key ""'],
  ['"\\u202e": 1', '2:1: unknown key "\\u202e"'],
  ['a: &a 1', '2:1: unknown key "a"'],
];

describe('front matter that is refused:', () => {
  it.each(unnamed(YAML))('$title', async ({ input: yaml, message, hint }) => {
    const content = `---\n${yaml}\n---\nHi`;
    await expectRefused(
      ['run', 't.txt'],
      { files: { 't.txt': content } },
      `t.txt${message.startsWith(':') ? '' : ':'}${message}`,
      hint,
    );
  });
});

describe('front matter with keys that there are not:', () => {
  it.each(unnamed(UNKNOWN))('$title', async ({ input: yaml, message }) => {
    const content = `---\n${yaml}\n---\nHi`;
    await expectRefused(['run', 't.txt'], { files: { 't.txt': content } }, `t.txt:${message}`, KEYS);
  });
});
