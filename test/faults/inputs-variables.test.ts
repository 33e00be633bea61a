import { describe, it } from 'vitest';
import {
  BOMB,
  bytes,
  expectRefused,
  NUL,
  QUOTES,
  type Row,
  SET_TEXT,
  UTF8,
  UTF16,
  unnamed,
} from './refused.js';

const HERE = {
  'show.txt': '<{text}>\n',
  'file.txt': 'x',
  'folder/': '',
  'latin.txt': bytes('a', 0xff),
  'nul.txt': 'a\0',
};

const MAPPING = 'A --vars file is one JSON or YAML mapping, such as {"number": 2}.';

const FLAGS: readonly Row<readonly string[]>[] = [
  [[], 'Missing variable: text (show.txt:1:2)', SET_TEXT],
  [['--var', 'text'], 'not name=value: --var text', 'A variable is set as --var name=value.'],
  [['--var', '=x'], 'not name=value: --var =x', 'A variable is set as --var name=value.'],
  [['--var', ''], 'not name=value: --var ', 'A variable is set as --var name=value.'],
  [
    ['--var', 'text', '--var', '=x'],
    'not name=value: --var text, --var =x',
    'A variable is set as --var name=value.',
  ],
  [['--var', 'text=a', '--var', 'a b=c'], 'Unknown variable: a b', 'show.txt has variable text.'],
  [
    ['--var', 'txet=a', '--var', 'other=b'],
    'Unknown variables: txet (did you mean "text"?), other. Missing variable: text (show.txt:1:2)',
    'show.txt has variable text. Set it with --var text=…',
  ],
  [['--var', 'text=a', '--var', '__proto__=c'], 'Unknown variable: __proto__', 'show.txt has variable text.'],
  [['--var', 'text=a', '--var', 'toString=c'], 'Unknown variable: toString', 'show.txt has variable text.'],
  [
    ['--var', 'text=a', '--var', 'con\x1b[31mstructor=c'],
    'Unknown variable: constructor',
    'show.txt has variable text.',
  ],
  [['--var', 'text=@nope.txt'], '--var text: nope.txt: no such file'],
  [['--var', 'text=@folder'], '--var text: folder: a folder, not a file'],
  [['--var', 'text=@'], '--var text names no file'],
  [['--var', 'text=@latin.txt'], 'latin.txt:1:2: not UTF-8 at byte 1 (the first is byte 0)', UTF8],
  [['--var', 'text=@nul.txt'], 'nul.txt:1:2: a NUL byte: this is not text', NUL],
  [['--var', 'text=@file.txt/x'], '--var text: file.txt/x: no such file'],
  [['--var', 'text=-', '--var', 'other=-'], "standard input can't be --var text=- and --var other=- at once"],
  [['--vars', '-', '--var', 'text=-'], "standard input can't be --vars - and --var text=- at once"],
  [['--vars', 'nope.yaml'], '--vars: nope.yaml: no such file'],
  [['--vars', 'folder'], '--vars: folder: a folder, not a file'],
  [['--vars', ''], '--vars names no file'],
  [['--vars', 'latin.txt'], 'latin.txt:1:2: not UTF-8 at byte 1 (the first is byte 0)', UTF8],
  [['--vars', 'nul.txt'], 'nul.txt:1:2: a NUL byte: this is not text', NUL],
];

const FILES: readonly Row<string | Uint8Array>[] = [
  ['', 'v.yaml: holds no names with values', MAPPING],
  ['\n', 'v.yaml: holds no names with values', MAPPING],
  ['null', 'v.yaml: holds no names with values', MAPPING],
  ['text', 'v.yaml: holds no names with values', MAPPING],
  ['42', 'v.yaml: holds no names with values', MAPPING],
  ['- a', 'v.yaml: holds no names with values', MAPPING],
  ['[]', 'v.yaml: holds no names with values', MAPPING],
  ['text,other\na,b', 'v.yaml: holds no names with values', MAPPING],
  ['text=a', 'v.yaml: holds no names with values', MAPPING],
  ['<a/>', 'v.yaml: holds no names with values', MAPPING],
  ['[text]\na=b', 'v.yaml:2:1: Unexpected scalar at node end', QUOTES],
  [
    'a: [b',
    'v.yaml:1:6: Flow sequence in block collection must be sufficiently indented and end with a ]',
    QUOTES,
  ],
  [
    'text: {',
    'v.yaml:1:8: Flow map in block collection must be sufficiently indented and end with a }',
    QUOTES,
  ],
  ['{"text": "a" "b": 1}', 'v.yaml:1:14: Unexpected double-quoted-scalar token', QUOTES],
  ['{text: a', 'v.yaml:1:9: Flow map must end with a }', QUOTES],
  ['text: "a', 'v.yaml:1:9: Missing closing "quote', QUOTES],
  ["text: 'a", "v.yaml:1:9: Missing closing 'quote", QUOTES],
  ['text: a: b', 'v.yaml:1:7: Nested mappings are not allowed in compact mappings', QUOTES],
  ['text: @a', 'v.yaml:1:7: Plain value cannot start with reserved character @', QUOTES],
  ['text: %a', 'v.yaml:1:7: Plain value cannot start with directive indicator character %', QUOTES],
  ['text: "\\q"', 'v.yaml:1:8: Invalid escape sequence \\q', QUOTES],
  ['text: a\ntext: b', 'v.yaml:2:1: the key "text" is there twice'],
  ['{"text": 1, "text": 2}', 'v.yaml:1:13: the key "text" is there twice'],
  ['text:\n\t- a', 'v.yaml:2:1: Tabs are not allowed as indentation', QUOTES],
  ['text: a\n---\ntext: b', 'v.yaml:2:1: it goes on after the end of the document', QUOTES],
  ['%YAML 9.9\n---\ntext: a', 'v.yaml:1:7: Unsupported YAML version 9.9', QUOTES],
  [
    'text: !!js/function x',
    'v.yaml:1:7: Unresolved tag: tag:yaml.org,2002:js/function: tags are not supported',
    QUOTES,
  ],
  ['text: !x a', 'v.yaml:1:7: Unresolved tag: !x: tags are not supported', QUOTES],
  [
    'text: !!binary aGk=',
    'v.yaml:1:7: Unresolved tag: tag:yaml.org,2002:binary: tags are not supported',
    QUOTES,
  ],
  ['text: !!int x', 'v.yaml:1:7: Unresolved tag: tag:yaml.org,2002:int: tags are not supported', QUOTES],
  ['text: !!set {a}', 'v.yaml:1:7: Unresolved tag: tag:yaml.org,2002:set: tags are not supported', QUOTES],
  [
    'text: !!omap [a: 1]',
    'v.yaml:1:7: Unresolved tag: tag:yaml.org,2002:omap: tags are not supported',
    QUOTES,
  ],
  ['? [a]\n: b', 'v.yaml:1:3: a key must be a text', QUOTES],
  ['? {a: 1}\n: b', 'v.yaml:1:3: a key must be a text', QUOTES],
  ['text: *a', 'v.yaml:1:7: the alias *a stands for nothing before it'],
  ['text: a\nother: [1, *a]', 'v.yaml:2:12: the alias *a stands for nothing before it'],
  ['a: &a [*a]\ntext: 1', 'v.yaml:1:8: the alias *a is inside of itself'],
  ['text: &a\n  b: *a', 'v.yaml:2:6: the alias *a is inside of itself'],
  [`text: a\n${BOMB}`, 'v.yaml:3:8: the aliases make too much of it'],
  [`a: &a [1, 1]\nb: [${'*a,'.repeat(200)}]`, 'v.yaml:2:5: the aliases make too much of it'],
  [`a: &a 1\nb: [${'*a,'.repeat(1001)}]`, 'v.yaml:2:3005: more than 1000 aliases'],
  [`${'- '.repeat(2500)}]`, 'v.yaml: nested too deeply'],
  [`text: ${'['.repeat(5000)}`, 'v.yaml: nested too deeply', QUOTES],
  [`{"text": ${'['.repeat(5000)}${']'.repeat(5000)}}`, 'v.yaml: nested too deeply', QUOTES],
  [bytes('text: ', 0xff), 'v.yaml:1:7: not UTF-8 at byte 6 (the first is byte 0)', UTF8],
  [Buffer.from('\ufefftext: a', 'utf16le'), 'v.yaml:1:1: not UTF-8 at byte 0 (the first is byte 0)', UTF16],
  ['text: a\0', 'v.yaml:1:8: a NUL byte: this is not text', NUL],
  ['__proto__: { text: a }', 'Missing variable: text (show.txt:1:2)', SET_TEXT],
  ['<<: { text: a }', 'Missing variable: text (show.txt:1:2)', SET_TEXT],
  ['text: null', 'Missing variable: text (show.txt:1:2)', SET_TEXT],
  ['other: 1', 'Missing variable: text (show.txt:1:2)', SET_TEXT],
  ['1: a', 'Missing variable: text (show.txt:1:2)', SET_TEXT],
  ['Text: a', 'Missing variable: text (show.txt:1:2)', SET_TEXT],
  ['constructor: a', 'Missing variable: text (show.txt:1:2)', SET_TEXT],
];

describe('variables that are refused:', () => {
  it.each(unnamed(FLAGS))('$title', async ({ input: args, message, hint }) => {
    await expectRefused(['run', 'show.txt', ...args], { files: HERE }, message, hint);
  });
});

describe('a --vars file that is refused:', () => {
  it.each(unnamed(FILES))('$title', async ({ input: content, message, hint }) => {
    const files = { 'show.txt': '<{text}>\n', 'v.yaml': content };
    await expectRefused(['run', 'show.txt', '--vars', 'v.yaml'], { files }, message, hint);
  });
});
