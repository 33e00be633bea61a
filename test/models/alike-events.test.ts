import fc from 'fast-check';
import { expect, it, vi } from 'vitest';
import { AlikeEvents } from '../../src/models/alike-events.js';

const chunk = (content: unknown, more: object = {}) =>
  JSON.stringify({ id: 'c1', choices: [{ index: 0, delta: { content }, finish_reason: null }], ...more });

function parseAll(events: readonly string[]): unknown[] {
  const parser = new AlikeEvents();
  return events.map((event) => parser.parse(event));
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const expectSame = (events: readonly string[]): void => expect(parseAll(events)).toEqual(events.map(parsed));

it('parses no more than the text of a chunk that is like the one before', () => {
  const parse = vi.spyOn(JSON, 'parse');
  try {
    parseAll([chunk('Hel'), chunk('lo'), chunk(' "you"\n🌸')]);
    expect(parse.mock.calls.map(([text]) => text)).toEqual([chunk('Hel'), '"lo"', '" \\"you\\"\\n🌸"']);
  } finally {
    parse.mockRestore();
  }
});

it.each([
  ['another field differs', [chunk('a'), chunk('b', { usage: 1 }), chunk('c'), chunk('d', { usage: 2 })]],
  ['the text is no text any more', [chunk('a'), chunk(null), chunk(7), chunk(['x'])]],
  ['it closes the text and goes on', [chunk('a'), chunk('b').replace('"b"', '"b","content":"c"')]],
  ['it closes the text and lacks the comma', [chunk('a'), chunk('b').replace('"b"', '"b" "c"')]],
  ['the text holds a raw control character', [chunk('a'), chunk('b').replace('"b"', '"\u0001"')]],
  ['it is cut short', [chunk('a'), chunk('b').slice(0, -1), chunk('b').slice(0, 20), '']],
  ['the key is there twice', [chunk('a', { content: 'a' }), chunk('b', { content: 'a' })]],
  [
    'the key is there twice, once in disguise',
    ['x', 'y'].map((text) => `{"choices":[{"delta":{"content":"${text}","\\u0063ontent":"x"}}]}`),
  ],
  ['a value looks like the key', [chunk('content', { a: 'content' }), chunk('x', { a: 'content' })]],
  [
    'there are blanks',
    ['a', 'b'].map((text) => `{ "choices" : [ { "delta" : { "content" :\t"${text}" } } ] } `),
  ],
  ['there are several choices', ['a', 'b'].map((x) => `{"choices":[{"delta":{"content":"${x}"}},{}]}`)],
  [
    'a key is that of a prototype',
    ['a', 'b'].map((x) => `{"__proto__":{},"choices":[{"delta":{"content":"${x}"}}]}`),
  ],
  ['no two are alike', Array.from({ length: 20 }, (_, at) => chunk('a', { at }))],
  ['they are no chunks', ['null', '1', '"a"', '[]', '{"choices":[]}', '{"choices":[null]}', '{"choices":1}']],
])('gives what JSON.parse gives where %s', (_, events) => {
  expectSame(events);
  expectSame([...events, ...events.toReversed()]);
});

it('gives what JSON.parse gives, whatever comes', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary' }),
    fc.constantFrom('"', '\\', 'content', '"content":"a"', '\n', ''),
  );
  const value = fc.oneof(text, fc.jsonValue());
  const event = fc.oneof(
    text.map((content) => chunk(content)),
    fc.tuple(value, fc.dictionary(text, value)).map(([content, more]) => chunk(content, more)),
    fc.tuple(text, fc.nat(), text).map(([content, at, put]) => {
      const whole = chunk(content);
      return whole.slice(0, at % whole.length) + put + whole.slice(at % whole.length);
    }),
  );
  fc.assert(fc.property(fc.array(event, { maxLength: 12 }), (events) => void expectSame(events)));
});
