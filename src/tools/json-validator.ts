import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';

/**
 * What checks values by a JSON Schema, and finds all that is wrong. The schema's own version is left aside: older ones
 * are checked by the rules that all share.
 * @throws Error for what is no schema
 */
export function compileSchema({ $schema: _, ...rules }: Readonly<Record<string, unknown>>): ValidateFunction {
  return new Ajv2020({ allErrors: true, strict: false, validateFormats: false }).compile(rules);
}
