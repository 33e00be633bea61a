import { didYouMean } from '../nearest-name.js';

type JsonType = 'string' | 'number' | 'integer' | 'boolean' | 'null' | 'array' | 'object';

/** The part of JSON Schema (draft 7) that `checkSchema` knows. */
export interface JsonSchema {
  readonly $schema?: string;
  readonly title?: string;
  readonly description?: string;
  readonly type?: JsonType | readonly JsonType[];
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minLength?: number;
  readonly minItems?: number;
  readonly items?: JsonSchema;
  readonly properties?: Readonly<Record<string, JsonSchema | false>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | JsonSchema;
  readonly if?: JsonSchema;
  readonly then?: JsonSchema;
  readonly else?: JsonSchema;
}

export interface SchemaProblem {
  /** Keys and list indexes from the root to the value. */
  readonly path: readonly (string | number)[];
  /** Whether it is the last key of the path that is wrong, rather than its value. */
  readonly at: 'key' | 'value';
  /** `"temperature" must be a number from 0 to 2, not "hot"`. */
  readonly message: string;
}

/** Everything in plain data that a schema forbids, in the data's own order. */
export function checkSchema(
  schema: JsonSchema,
  value: unknown,
  path: readonly (string | number)[] = [],
): SchemaProblem[] {
  if (!isAllowed(schema, value)) {
    return [
      { path, at: 'value', message: `${label(path)} must be ${expected(schema)}, not ${excerpt(value)}` },
    ];
  }
  const problems: SchemaProblem[] = [];
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items)
      value.forEach((item, index) => void problems.push(...checkSchema(items, item, [...path, index])));
  } else if (isObject(value)) {
    problems.push(...checkObject(schema, value, path));
  }
  // What is missing is told already.
  if (schema.if && (schema.required ?? []).every((key) => Object.hasOwn(Object(value), key))) {
    const branch = checkSchema(schema.if, value).length === 0 ? schema.then : schema.else;
    if (branch) problems.push(...checkSchema(branch, value, path));
  }
  return problems;
}

function checkObject(
  schema: JsonSchema,
  value: Readonly<Record<string, unknown>>,
  path: readonly (string | number)[],
): SchemaProblem[] {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const known = Object.keys(properties);
  const problems: SchemaProblem[] = [];
  for (const [key, entry] of Object.entries(value)) {
    const keyPath = [...path, key];
    const property = Object.hasOwn(properties, key) ? properties[key]! : additionalProperties;
    if (typeof property === 'object') {
      problems.push(...checkSchema(property, entry, keyPath));
    } else if (!property) {
      const message = known.includes(key)
        ? `${label(keyPath)} is not allowed here`
        : `unknown key ${label(keyPath)}${didYouMean(key, known)}`;
      problems.push({ path: keyPath, at: 'key', message });
    }
  }
  for (const key of required) {
    if (!Object.hasOwn(value, key)) {
      problems.push({ path, at: 'value', message: `${label([...path, key])} is missing` });
    }
  }
  return problems;
}

function isAllowed(schema: JsonSchema, value: unknown): boolean {
  const types = typesOf(schema);
  if (types.length > 0 && !types.some((type) => hasType(type, value))) return false;
  switch (typeof value) {
    case 'string':
      return (
        (schema.enum === undefined || schema.enum.includes(value)) && value.length >= (schema.minLength ?? 0)
      );
    case 'number':
      return value >= (schema.minimum ?? -Infinity) && value <= (schema.maximum ?? Infinity);
    default:
      return !Array.isArray(value) || value.length >= (schema.minItems ?? 0);
  }
}

function typesOf({ type = [] }: JsonSchema): readonly JsonType[] {
  return typeof type === 'string' ? [type] : type;
}

function hasType(type: JsonType, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isObject(value);
    case 'number':
      return Number.isFinite(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'string':
      return typeof value === 'string';
    case 'boolean':
      return typeof value === 'boolean';
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** What a schema allows, in words. */
function expected(schema: JsonSchema): string {
  if (schema.enum) return either(schema.enum.map((value) => `"${value}"`));
  const { minimum, maximum } = schema;
  const range =
    minimum === undefined
      ? ''
      : maximum === undefined
        ? ` of at least ${minimum}`
        : ` from ${minimum} to ${maximum}`;
  const words: Readonly<Record<JsonType, string>> = {
    string: schema.minLength ? 'text that is not empty' : 'text',
    number: `a number${range}`,
    integer: `a whole number${range}`,
    boolean: 'true or false',
    null: 'nothing',
    array: schema.minItems ? 'a list that is not empty' : 'a list',
    object: 'keys and values',
  };
  return either(typesOf(schema).map((type) => words[type]));
}

function either(words: readonly string[]): string {
  return words.length < 2 ? words.join() : `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}

function label(path: readonly (string | number)[]): string {
  return path.length === 0 ? 'it' : `"${path.join('.')}"`;
}

function excerpt(value: unknown): string {
  if (value === null) return 'empty';
  if (typeof value === 'number') {
    return Number.isInteger(value) && !Number.isSafeInteger(value)
      ? `${value}, which is beyond ±2^53`
      : `${value}`;
  }
  const characters = [...JSON.stringify(value).slice(0, 100)];
  return characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : characters.join('');
}
