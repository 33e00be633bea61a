import { Ajv2020 } from 'ajv/dist/2020.js';
import { ChainError } from '../errors.js';
import { compileSchema } from '../tools/json-validator.js';

type Schema = Readonly<Record<string, unknown>>;

/** @throws ChainError `invalid_argument` for what is no JSON Schema */
export function assertSchema(schema: Schema, file: string): void {
  try {
    assertByMetaSchema(schema);
    compileSchema(schema);
  } catch (cause) {
    const why = cause instanceof RangeError ? 'nested too deeply' : (cause as Error).message;
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
  const validate = compileSchema(schema);
  if (validate(value)) return;
  const wrong = (validate.errors ?? []).map(
    ({ instancePath, message }) => `${instancePath || 'it'} ${message}`,
  );
  throw new ChainError('invalid_response', `the answer does not follow the schema: ${wrong.join('; ')}`);
}

/** Before it is compiled, which takes much for granted. */
function assertByMetaSchema(schema: Schema): void {
  const { $schema: _, ...rules } = schema;
  const ajv = new Ajv2020({ strict: false, validateFormats: false });
  if (ajv.validateSchema(rules) === true) return;
  // It lists every way in which it could be right; the first says where it is wrong.
  const [first] = ajv.errors ?? [];
  throw new Error(`${first?.instancePath} ${first?.message}`);
}
