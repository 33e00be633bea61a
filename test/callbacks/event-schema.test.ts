import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect, test } from 'vitest';
import { EVENT_TYPES } from '../../src/events.js';
import { EVENT_SAMPLES } from '../callbacks/event-samples.js';

interface Schema {
  readonly $id?: string;
  readonly $ref?: string;
  readonly allOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly $defs?: Readonly<Record<string, Schema>>;
}

const schema = JSON.parse(
  readFileSync(new URL('../../schemas/event.schema.json', import.meta.url), 'utf8'),
) as Schema;
const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

test('the schema knows every type of event, and no other', () => {
  expect(schema.oneOf?.map(({ $ref }) => $ref)).toEqual(EVENT_TYPES.map((type) => `#/$defs/${type}`));
});

test.each(EVENT_TYPES)('%s: a line is valid, and has exactly the fields that the schema names', (type) => {
  const line = JSON.parse(JSON.stringify(EVENT_SAMPLES[type])) as object;
  expect(validate(line), JSON.stringify(validate.errors)).toBe(true);
  const { properties, required } = fieldsOf(schema.$defs?.[type] ?? {});
  const own = properties.filter((name) => !MARKS.includes(name)).toSorted();
  expect(Object.keys(line).toSorted()).toEqual(own);
  expect(required.toSorted()).toEqual(own);
});

/** Only in the line that opens a root run. */
const MARKS = ['schema', 'content'];

test.each([
  [{ schema: 1 }, true],
  [{ schema: 1, content: false }, true],
  [{ schema: 2 }, false],
  [{ schema: '1' }, false],
  [{ schema: 1, content: true }, false],
])('marked with %j a line is valid: %s', (marks, valid) => {
  expect(validate({ ...EVENT_SAMPLES.chainStart, ...marks })).toBe(valid);
});

test('the schema has the version that lines are marked with in its name', () => {
  expect(schema.$id).toBe('urn:promptchain:schema:event:1');
});

test.each(EVENT_TYPES)('%s: a line that lacks a field, or has one of another kind, is invalid', (type) => {
  const sample = EVENT_SAMPLES[type] as unknown as Record<string, unknown>;
  for (const field of Object.keys(sample)) {
    const { [field]: _, ...rest } = sample;
    expect(validate(rest), `without ${field}`).toBe(false);
    if (ANYTHING.has(field)) continue;
    expect(validate({ ...rest, [field]: true }), `${field}: true`).toBe(false);
  }
});

test.each([{}, { type: 'log', time: 1, level: 'info', message: 'x' }, []])('not an event: %j', (line) => {
  expect(validate(line)).toBe(false);
});

const ANYTHING = new Set(['input', 'output', 'data']);

function fieldsOf({ $ref, allOf = [], properties = {}, required = [] }: Schema): {
  properties: string[];
  required: string[];
} {
  const parts = [
    ...allOf,
    ...($ref === undefined ? [] : [schema.$defs?.[$ref.slice('#/$defs/'.length)] ?? {}]),
  ];
  const below = parts.map(fieldsOf);
  return {
    properties: [...Object.keys(properties), ...below.flatMap((part) => part.properties)],
    required: [...required, ...below.flatMap((part) => part.required)],
  };
}
