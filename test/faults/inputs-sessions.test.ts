import { describe, it } from 'vitest';
import {
  ALIASES,
  BOMB,
  bytes,
  expectRefused,
  KEPT,
  type NamedRow,
  named,
  QUOTES,
  type Row,
  UTF8,
  unnamed,
} from './refused.js';

const FILE = 'home/chain/sessions/s.json';
const USAGE = { inputTokens: 1, outputTokens: 1, totalTokens: 2, source: 'reported' };
const TURN = { input: 'a', output: 'b', model: 'm', usage: USAGE, cost: null, memoryUsage: null };
const WHOLE = { schema: 1, id: 'x', memory: 'buffer', state: { turns: [], summary: '' }, turns: [] };

const SESSION_NAMES = 'A name has letters, digits, - and _, in any script.';
const CONVERSATION =
  'A conversation has turns (user, and assistant where replies are given), and may have description, system and facts (text, turn, asked).';

const SESSIONS: readonly NamedRow<string | Uint8Array | object>[] = [
  ['empty', '', 'it is damaged: Unexpected end of JSON input', KEPT],
  ['half of it', '{"schema":1,"id"', 'it is damaged: Unexpected end of JSON input', KEPT],
  ['a list', '[]', 'it is damaged: it must be keys and values, not []', KEPT],
  ['null', 'null', 'it is damaged: it must be keys and values, not empty', KEPT],
  ['a text', '"x"', 'it is damaged: it must be keys and values, not "x"', KEPT],
  ['not even text', bytes(0xff, 0xfe, 0), 'it is damaged: it is not UTF-8', KEPT],
  [
    'a byte that is no UTF-8',
    bytes('{"schema":1,"id":"', 0xff, JSON.stringify(WHOLE).slice(17)),
    'it is damaged: it is not UTF-8',
    KEPT,
  ],
  ['NUL bytes', '\0\0\0', 'it is damaged: Unexpected token \'\', "" is not valid JSON', KEPT],
  ['nested without end', '['.repeat(100_000), 'it is damaged: Unexpected end of JSON input', KEPT],
  [
    'nested very deeply',
    `{"schema":1,"a":${'['.repeat(50_000)}${']'.repeat(50_000)}}`,
    'it is damaged: "id" is missing; "memory" is missing; "state" is missing',
    KEPT,
  ],
  [
    '__proto__ for a conversation',
    '{"__proto__":{"schema":1}}',
    'it is damaged: "schema" is missing; "id" is missing; "memory" is missing',
    KEPT,
  ],
  [
    'two in one',
    JSON.stringify(WHOLE) + JSON.stringify(WHOLE),
    'it is damaged: Unexpected non-whitespace character after JSON at position 84',
    KEPT,
  ],
  [
    '{ schema: 2 }',
    { ...WHOLE, ...{ schema: 2 } },
    'it is of a newer version (schema 2); this one reads schema 1',
    'Update chain. The file was left as it is.',
  ],
  [
    '{ schema: 0 }',
    { ...WHOLE, ...{ schema: 0 } },
    'it is damaged: "schema" must be a whole number from 1 to 1, not 0',
    KEPT,
  ],
  [
    "{ schema: '1' }",
    { ...WHOLE, ...{ schema: '1' } },
    'it is damaged: "schema" must be a whole number from 1 to 1, not "1"',
    KEPT,
  ],
  [
    '{ schema: 1.5 }',
    { ...WHOLE, ...{ schema: 1.5 } },
    'it is of a newer version (schema 1.5); this one reads schema 1',
    'Update chain. The file was left as it is.',
  ],
  ['{ id: 3 }', { ...WHOLE, ...{ id: 3 } }, 'it is damaged: "id" must be text, not 3', KEPT],
  ['{ turns: undefined }', { ...WHOLE, ...{ turns: undefined } }, 'it is damaged: "turns" is missing', KEPT],
  ['{ turns: {} }', { ...WHOLE, ...{ turns: {} } }, 'it is damaged: "turns" must be a list, not {}', KEPT],
  [
    '{ turns: [{}] }',
    { ...WHOLE, ...{ turns: [{}] } },
    'it is damaged: "turns.0.input" is missing; "turns.0.output" is missing; "turns.0.model" is missing',
    KEPT,
  ],
  [
    '{ turns: [null] }',
    { ...WHOLE, ...{ turns: [null] } },
    'it is damaged: "turns.0" must be keys and values, not empty',
    KEPT,
  ],
  [
    '{ turns: [{ ...TURN, input: null }] }',
    { ...WHOLE, ...{ turns: [{ ...TURN, input: null }] } },
    'it is damaged: "turns.0.input" must be text, not empty',
    KEPT,
  ],
  [
    '{ turns: [{ ...TURN, usage: null }] }',
    { ...WHOLE, ...{ turns: [{ ...TURN, usage: null }] } },
    'it is damaged: "turns.0.usage" must be keys and values, not empty',
    KEPT,
  ],
  [
    "{ turns: [{ ...TURN, usage: { ...USAGE, source: 'guess' } }] }",
    { ...WHOLE, ...{ turns: [{ ...TURN, usage: { ...USAGE, source: 'guess' } }] } },
    'it is damaged: "turns.0.usage.source" must be "reported", "estimated" or "unknown", not "guess"',
    KEPT,
  ],
  [
    '{ turns: [{ ...TURN, usage: { ...USAGE, inputTokens: -1 } }] }',
    { ...WHOLE, ...{ turns: [{ ...TURN, usage: { ...USAGE, inputTokens: -1 } }] } },
    'it is damaged: "turns.0.usage.inputTokens" must be a number of at least 0 or nothing, not -1',
    KEPT,
  ],
  [
    '{ turns: [{ ...TURN, cost: -1 }] }',
    { ...WHOLE, ...{ turns: [{ ...TURN, cost: -1 }] } },
    'it is damaged: "turns.0.cost" must be a number of at least 0 or nothing, not -1',
    KEPT,
  ],
  [
    "{ turns: [{ ...TURN, cost: 'x' }] }",
    { ...WHOLE, ...{ turns: [{ ...TURN, cost: 'x' }] } },
    'it is damaged: "turns.0.cost" must be a number of at least 0 or nothing, not "x"',
    KEPT,
  ],
  [
    '{ turns: [{ ...TURN, memoryUsage: 7 }] }',
    { ...WHOLE, ...{ turns: [{ ...TURN, memoryUsage: 7 }] } },
    'it is damaged: "turns.0.memoryUsage" must be keys and values or nothing, not 7',
    KEPT,
  ],
  ["{ memory: 'elephant' }", { ...WHOLE, ...{ memory: 'elephant' } }, 'there is no memory "elephant"', KEPT],
  [
    "{ memory: '__proto__' }",
    { ...WHOLE, ...{ memory: '__proto__' } },
    'there is no memory "__proto__"',
    KEPT,
  ],
  [
    "{ memory: 'constructor' }",
    { ...WHOLE, ...{ memory: 'constructor' } },
    'there is no memory "constructor"',
    KEPT,
  ],
  [
    "{ memory: 'window:x' }",
    { ...WHOLE, ...{ memory: 'window:x' } },
    'the memory "window" takes a number of turns, as in window:6',
    KEPT,
  ],
  [
    "{ memory: 'window:9007199254740993' }",
    { ...WHOLE, ...{ memory: 'window:9007199254740993' } },
    'the memory "window" takes a number of turns, as in window:6',
    KEPT,
  ],
  [
    '{ state: null }',
    { ...WHOLE, ...{ state: null } },
    'it is damaged: "state" must be keys and values, not empty',
    KEPT,
  ],
  [
    "{ state: { turns: [{ input: 'a' }], summary: '' } }",
    { ...WHOLE, ...{ state: { turns: [{ input: 'a' }], summary: '' } } },
    'it is damaged: "state.turns.0.output" is missing',
    KEPT,
  ],
  [
    '{ state: { turns: [], summary: 3 } }',
    { ...WHOLE, ...{ state: { turns: [], summary: 3 } } },
    'it is damaged: "state.summary" must be text, not 3',
    KEPT,
  ],
  [
    "{ state: { turns: [{ input: 'a', output: 'b', tokens: -1 }], summary: '' } }",
    { ...WHOLE, ...{ state: { turns: [{ input: 'a', output: 'b', tokens: -1 }], summary: '' } } },
    'it is damaged: "state.turns.0.tokens" must be a whole number of at least 0, not -1',
    KEPT,
  ],
  [
    '{ earlier: [{}] }',
    { ...WHOLE, ...{ earlier: [{}] } },
    'it is damaged: "earlier.0.turns" is missing; "earlier.0.summary" is missing',
    KEPT,
  ],
  [
    '{ discarded: [{}] }',
    { ...WHOLE, ...{ discarded: [{}] } },
    'it is damaged: "discarded.0.turn" is missing; "discarded.0.reason" is missing; "discarded.0.model" is missing',
    KEPT,
  ],
  [
    "{ discarded: [{ ...TURN, turn: 0, reason: 'x' }] }",
    { ...WHOLE, ...{ discarded: [{ ...TURN, turn: 0, reason: 'x' }] } },
    'it is damaged: "discarded.0.turn" must be a whole number of at least 1, not 0; "discarded.0.reason" must be "cancelled", "failed", "undone" or "reset", not "x"',
    KEPT,
  ],
  ['{ model: 3 }', { ...WHOLE, ...{ model: 3 } }, 'it is damaged: "model" must be text, not 3', KEPT],
  [
    "{ model: 'groq:' }",
    { ...WHOLE, ...{ model: 'groq:' } },
    '`groq:` names no model',
    'A model of groq is written groq:NAME.',
  ],
  ['{ system: [] }', { ...WHOLE, ...{ system: [] } }, 'it is damaged: "system" must be text, not []', KEPT],
  [
    '{ prefixes: { humanPrefix: 1 } }',
    { ...WHOLE, ...{ prefixes: { humanPrefix: 1 } } },
    'it is damaged: "prefixes.humanPrefix" must be text, not 1',
    KEPT,
  ],
];

const BAD_NAMES: readonly Row<string>[] = [
  ['', '"" is no name for a session: it is empty'],
  [' ', '" " is no name for a session: it is empty'],
  ['../s', '"../s" is no name for a session: it has a path separator'],
  ['a/b', '"a/b" is no name for a session: it has a path separator'],
  ['a\\b', '"a\\b" is no name for a session: it has a path separator'],
  ['.', '"." is no name for a session: it has .'],
  ['..', '".." is no name for a session: it has .'],
  ['a b', '"a b" is no name for a session: it has a space'],
  ['-x', '"-x" is no name for a session: it begins with a dash'],
  ['con', '"con" is no name for a session: Windows keeps it for a device'],
  ['COM1', '"COM1" is no name for a session: Windows keeps it for a device'],
  ['a.json', '"a.json" is no name for a session: it has .'],
  ['a\x1b[31m', '"a" is no name for a session: it has a control character'],
  ['a\u202eb', '"a\\u202eb" is no name for a session: it has a control character'],
  ['a\tb', '"a\tb" is no name for a session: it has a control character'],
  ['\0', '"" is no name for a session: it has a control character'],
  ['🌹', '"🌹" is no name for a session: it has 🌹'],
  [
    'é'.repeat(101),
    '"ééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé" is no name for a session: it has more than 200 bytes',
  ],
];

const CONVERSATIONS: readonly Row<string | Uint8Array>[] = [
  ['', 'talk.yaml:1:1: "turns" is missing', CONVERSATION],
  ['{', 'talk.yaml:1:2: malformed conversation file: Flow map must end with a }', QUOTES],
  ['turns: x', 'talk.yaml:1:8: "turns" must be a list that is not empty, not "x"'],
  ['turns: []', 'talk.yaml:1:8: "turns" must be a list that is not empty, not []'],
  ['turns: [{}]', 'talk.yaml:1:9: "turns.0.user" is missing'],
  ['facts: []', 'talk.yaml:1:1: "turns" is missing', CONVERSATION],
  ['turns: [{ user: 3 }]', 'talk.yaml:1:17: "turns.0.user" must be text that is not empty, not 3'],
  ['turns: [{ user: " " }]', 'talk.yaml:1:17: "turns.0.user" is only space'],
  [
    'turns: [{ user: a, assistant: b }, { user: c }]',
    'talk.yaml:1:36: turn 2 has no "assistant": either all turns have one or none has',
  ],
  ['turns: [{ user: a, __proto__: b }]', 'talk.yaml:1:20: unknown key "turns.0.__proto__"', CONVERSATION],
  [
    'turns: [{ user: a }]\nfacts: [{ text: z }]',
    'talk.yaml:2:9: "facts.0.turn" is missing; line 2, column 9: "facts.0.asked" is missing',
  ],
  [
    'turns: [{ user: a }]\nfacts: [{ text: z, turn: 1, asked: 2 }]',
    'talk.yaml:2:26: the fact "z" does not occur in turn 1 or any other; line 2, column 36: the fact "z" is asked for in turn 2, and the last turn is 1',
  ],
  [
    'turns:\n\t- user: a',
    'talk.yaml:2:1: malformed conversation file: Tabs are not allowed as indentation',
    QUOTES,
  ],
  ['turns: &a [*a]', 'talk.yaml:1:12: malformed conversation file: the alias *a', ALIASES],
  [BOMB, 'talk.yaml:2:8: malformed conversation file: the alias *a', ALIASES],
  [`turns: ${'['.repeat(5000)}`, 'talk.yaml: nested too deeply', QUOTES],
  [bytes(0xff), 'talk.yaml:1:1: not UTF-8 at byte 0 (the first is byte 0)', UTF8],
  ['a'.repeat(10 * 1024 * 1024 + 1), 'talk.yaml:1:1: a conversation has at most 10 MB, and this has more'],
];

describe('a session that is refused, and stays as it is:', () => {
  it.each(named(SESSIONS))('$title', async ({ input: content, message, hint }) => {
    const text =
      typeof content === 'string' || content instanceof Uint8Array ? content : JSON.stringify(content);
    const told = message.startsWith('`') ? message : `cannot read the conversation ${FILE}: ${message}`;
    await expectRefused(['chat', '--session', 's'], { stdin: 'hi\n', files: { [FILE]: text } }, told, hint);
  });
});

describe('a name of a session that is refused:', () => {
  it.each(unnamed(BAD_NAMES))('$title', async ({ input: name, message }) => {
    await expectRefused(['chat', `--session=${name}`], { stdin: 'hi\n' }, message, SESSION_NAMES);
  });
});

describe('a conversation file that is refused:', () => {
  it.each(unnamed(CONVERSATIONS))('$title', async ({ input: content, message, hint }) => {
    await expectRefused(['memory', 'talk.yaml'], { files: { 'talk.yaml': content } }, message, hint);
  });
});
