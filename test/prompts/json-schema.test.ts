import { describe, expect, it } from 'vitest';
import { checkSchema, type JsonSchema } from '../../src/prompts/json-schema.js';

describe('checkSchema', () => {
  it.each<[JsonSchema, unknown, string | undefined]>([
    [{}, { any: ['thing'] }, undefined],
    [{ type: 'string' }, '', undefined],
    [{ type: 'string' }, 3, 'it must be text, not 3'],
    [{ type: 'string' }, null, 'it must be text, not empty'],
    [{ type: 'string' }, ['a'], 'it must be text, not ["a"]'],
    [{ type: 'string', minLength: 1 }, '', 'it must be text that is not empty, not ""'],
    [{ type: 'string', enum: ['a', 'b', 'c'] }, 'b', undefined],
    [{ type: 'string', enum: ['a', 'b', 'c'] }, 'd', 'it must be "a", "b" or "c", not "d"'],
    [{ type: 'string', enum: ['a'] }, 1, 'it must be "a", not 1'],
    [{ type: 'number' }, 1.5, undefined],
    [{ type: 'number' }, '1', 'it must be a number, not "1"'],
    [{ type: 'number' }, Number.NaN, 'it must be a number, not NaN'],
    [{ type: 'number' }, Infinity, 'it must be a number, not Infinity'],
    [{ type: 'number', minimum: 0, maximum: 2 }, 0, undefined],
    [{ type: 'number', minimum: 0, maximum: 2 }, 2, undefined],
    [{ type: 'number', minimum: 0, maximum: 2 }, 2.1, 'it must be a number from 0 to 2, not 2.1'],
    [{ type: 'number', minimum: 0, maximum: 2 }, -0.1, 'it must be a number from 0 to 2, not -0.1'],
    [{ type: 'integer', minimum: 1 }, 1, undefined],
    [{ type: 'integer', minimum: 1 }, 0, 'it must be a whole number of at least 1, not 0'],
    [{ type: 'integer' }, 1.5, 'it must be a whole number, not 1.5'],
    [{ type: 'integer' }, 2 ** 53, 'it must be a whole number, not 9007199254740992, which is beyond ±2^53'],
    [{ type: 'boolean' }, false, undefined],
    [{ type: 'boolean' }, 'false', 'it must be true or false, not "false"'],
    [{ type: 'array' }, [], undefined],
    [{ type: 'array' }, {}, 'it must be a list, not {}'],
    [{ type: 'array', minItems: 1 }, [], 'it must be a list that is not empty, not []'],
    [{ type: 'object' }, {}, undefined],
    [{ type: 'object' }, [], 'it must be keys and values, not []'],
    [{ type: ['string', 'array'], minLength: 1 }, [], undefined],
    [{ type: ['string', 'number', 'null'] }, true, 'it must be text, a number or nothing, not true'],
    [{ type: 'null' }, '字'.repeat(60), `it must be nothing, not "${'字'.repeat(38)}…`],
  ])('%j of %j: %s', (schema, value, message) => {
    expect(checkSchema(schema, value).map((problem) => problem.message)).toEqual(message ? [message] : []);
  });

  const NESTED: JsonSchema = {
    type: 'object',
    additionalProperties: false,
    required: ['kind', 'size'],
    properties: {
      kind: { type: 'string' },
      size: { type: 'number' },
      tags: { type: 'array', items: { type: 'string' } },
      more: { type: 'object', additionalProperties: { type: 'object', additionalProperties: false } },
    },
  };

  it('finds everything at once, in the order of the data, with its path', () => {
    const value = { tags: ['a', 1, null], kidn: 'x', more: { a: {}, b: { c: 1 }, d: 2 }, kind: 3 };
    expect(checkSchema(NESTED, value)).toEqual([
      { path: ['tags', 1], at: 'value', message: '"tags.1" must be text, not 1' },
      { path: ['tags', 2], at: 'value', message: '"tags.2" must be text, not empty' },
      { path: ['kidn'], at: 'key', message: 'unknown key "kidn" (did you mean "kind"?)' },
      { path: ['more', 'b', 'c'], at: 'key', message: 'unknown key "more.b.c"' },
      { path: ['more', 'd'], at: 'value', message: '"more.d" must be keys and values, not 2' },
      { path: ['kind'], at: 'value', message: '"kind" must be text, not 3' },
      { path: [], at: 'value', message: '"size" is missing' },
    ]);
  });

  it('does not take inherited names for keys', () => {
    const value = JSON.parse('{"kind": "x", "size": 1, "__proto__": 1, "constructor": 2}');
    expect(checkSchema(NESTED, value).map(({ message }) => message)).toEqual([
      'unknown key "__proto__"',
      'unknown key "constructor"',
    ]);
    expect(checkSchema({ required: ['toString'] }, {}).map(({ message }) => message)).toEqual([
      '"toString" is missing',
    ]);
  });

  it('chooses between then and else', () => {
    const schema: JsonSchema = {
      properties: { type: { type: 'string' } },
      if: { properties: { type: { enum: ['a'] } } },
      // biome-ignore lint/suspicious/noThenProperty: JSON Schema names its keyword so, and nobody awaits a schema
      then: { required: ['x'] },
      else: { properties: { x: false } },
    };
    const messages = (value: unknown) => checkSchema(schema, value).map(({ message }) => message);
    expect(messages({ type: 'a', x: 1 })).toEqual([]);
    expect(messages({ type: 'a' })).toEqual(['"x" is missing']);
    expect(messages({ type: 'b' })).toEqual([]);
    expect(messages({ type: 'b', x: 1 })).toEqual(['"x" is not allowed here']);
  });
});
