import { Ajv2020 } from 'ajv/dist/2020.js';
import { ChainError } from '../errors.js';

type Schema = Readonly<Record<string, unknown>>;

/** @throws ChainError `invalid_argument` for what is no JSON Schema */
export function assertSchema(schema: Schema, file: string): void {
  try {
    validator(schema);
  } catch (cause) {
    // The validator lists every way in which it could be right; the first says where it is wrong.
    const why = (cause as Error).message.replace(/^schema is invalid: data/, '').split(', ')[0];
    throw new ChainError('invalid_argument', `--schema ${file}: not a JSON Schema: ${why}`, { cause });
  }
}

/** @throws ChainError `invalid_response` when an answer is not the JSON that the schema asks for */
export function assertMatches(answer: string, schema: Schema): void {
  let value: unknown;
  try {
    value = JSON.parse(answer);
  } catch (cause) {
    throw new ChainError('invalid_response', 'the answer is not JSON, which --schema asks for', { cause });
  }
  const validate = validator(schema);
  if (validate(value)) return;
  const wrong = (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath || 'it'} ${message}`,
  );
  throw new ChainError('invalid_response', `the answer does not follow the schema: ${wrong.join('; ')}`);
}

function validator(schema: Schema) {
  // Its own schema version is left aside: draft-07 files are checked by the rules that both share.
  const { $schema: _, ...rules } = schema;
  return new Ajv2020({ allErrors: true, strict: false, validateFormats: false }).compile(rules);
}
