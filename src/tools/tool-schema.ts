import type { ErrorObject, ValidateFunction } from 'ajv';
import { ChainError } from '../errors.js';

export type JsonSchema = Readonly<Record<string, unknown>>;

/**
 * As much as is used here of what zod (from 4.2), ArkType and others have in common, by which no schema library needs to
 * be known: https://standardschema.dev, with its JSON Schema extension.
 */
export interface StandardSchema<Output = unknown> {
  readonly '~standard': {
    readonly version: 1;
    readonly vendor: string;
    validate(value: unknown): StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
    readonly jsonSchema?: { input(options: { readonly target: string }): JsonSchema };
  };
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly StandardIssue[] };

interface StandardIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/** What an input is, as told to models, and what checks it. */
export interface InputSchema {
  readonly parameters: JsonSchema;
  /**
   * The input as the tool gets it: a schema may fill in defaults.
   * @throws ChainError `invalid_tool_input` that names all that is wrong
   */
  check(input: unknown): Promise<unknown>;
}

/** @throws ChainError `invalid_argument` for what is no schema, or one that can't be told to a model */
export function inputSchema(schema: StandardSchema | JsonSchema): InputSchema {
  if (typeof schema !== 'object' && typeof schema !== 'function') throw noSchema();
  if (schema === null) throw noSchema();
  return '~standard' in schema ? ofStandard(schema as StandardSchema) : ofJson(schema as JsonSchema);
}

function ofStandard({ '~standard': standard }: StandardSchema): InputSchema {
  if (standard.jsonSchema === undefined) {
    throw new ChainError('invalid_argument', `this version of ${standard.vendor} gives no JSON Schema`, {
      hint: 'zod does from 4.2 on. A JSON Schema itself does as well.',
    });
  }
  const { $schema: _, ...parameters } = standard.jsonSchema.input({ target: 'draft-2020-12' });
  return {
    parameters,
    async check(input) {
      const result = await standard.validate(input);
      if (result.issues === undefined) return result.value;
      throw wrongInput(result.issues.map(({ path = [], message }) => `${pointer(path)}${message}`));
    },
  };
}

function ofJson(schema: JsonSchema): InputSchema {
  const { $schema: _, ...parameters } = schema;
  let validator: Promise<ValidateFunction> | undefined;
  return {
    parameters,
    async check(input) {
      const validate = await (validator ??= compile(schema));
      if (validate(input)) return input;
      throw wrongInput((validate.errors ?? []).map(told));
    },
  };
}

async function compile(schema: JsonSchema): Promise<ValidateFunction> {
  const { compileSchema } = await import('./json-validator.js');
  try {
    return compileSchema(schema);
  } catch (cause) {
    throw new ChainError('invalid_argument', `not a JSON Schema: ${(cause as Error).message}`, { cause });
  }
}

function told({ instancePath, message, keyword, params }: ErrorObject): string {
  const more = keyword === 'additionalProperties' ? ` (${params.additionalProperty})` : '';
  return `${pointer(instancePath.split('/').slice(1))}${message}${more}`;
}

function pointer(path: readonly (PropertyKey | { readonly key: PropertyKey })[]): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part));
  return keys.length === 0 ? '' : `${keys.join('.')}: `;
}

function wrongInput(wrong: readonly string[]): ChainError {
  return new ChainError('invalid_tool_input', `the arguments don't follow the schema: ${wrong.join('; ')}`);
}

function noSchema(): ChainError {
  return new ChainError('invalid_argument', "a tool's schema is a JSON Schema or a zod schema");
}
