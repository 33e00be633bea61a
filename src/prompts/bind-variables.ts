import { ChainError } from '../errors.js';
import type { TemplateFile } from './load.js';
import {
  hasValue,
  MissingVariablesError,
  mergeValues,
  type PromptValues,
  plural,
  unknownNames,
} from './prompt.js';
import { formatPosition } from './source-position.js';

/**
 * The values a template's prompt is formatted with, checked before anything runs.
 *
 * @param values given one by one (`--var`): a name that the template doesn't have is a mistake
 * @param extra given in bulk (`--vars`): what the template doesn't have is left out, and `values` win
 * @throws {MissingVariablesError} naming all that are missing, with their places and the flags to set them
 * @throws {ChainError} `unknown_variable` for names in `values` that the template doesn't have, each with the nearest
 *   right one, and with all that are missing besides
 */
export function bindVariables(
  template: TemplateFile,
  values: PromptValues,
  extra: PromptValues = {},
): PromptValues {
  const { variables, inputs, prompt } = template;
  const isKnown = (name: string) => variables.has(name) || inputs.has(name);
  const merged = mergeValues(extra, values);
  const unknown = Object.keys(values).filter((name) => !isKnown(name));
  const missing = prompt.inputVariables.filter((name) => !hasValue(merged, name));
  if (unknown.length > 0) throw unknownVariables(template, unknown, missing);
  if (missing.length > 0) {
    throw new MissingVariablesError(missing, {
      message: missingMessage(template, missing),
      hint: setHint(missing),
    });
  }
  return Object.fromEntries(Object.entries(merged).filter(([name]) => isKnown(name)));
}

function missingMessage({ variables }: TemplateFile, missing: readonly string[]): string {
  const places = missing.map((name) => `${name} (${formatPosition(variables.get(name)!)})`);
  return `Missing ${plural(missing)}: ${places.join(', ')}`;
}

function setHint(missing: readonly string[]): string {
  return `Set ${missing.length === 1 ? 'it' : 'them'} with ${missing.map((name) => `--var ${name}=…`).join(' ')}`;
}

function unknownVariables(
  template: TemplateFile,
  unknown: readonly string[],
  missing: readonly string[],
): ChainError {
  const { file, text, variables, inputs } = template;
  const known = [...new Set([...variables.keys(), ...inputs.keys()])];
  const parts = [unknownNames(unknown, known)];
  if (missing.length > 0) parts.push(missingMessage(template, missing));
  const escaped = unknown.find((name) => text.includes(`{{${name}}}`));
  const there =
    escaped !== undefined
      ? `In ${file} {{${escaped}}} is the text {${escaped}}: a variable has single braces.`
      : known.length === 0
        ? `${file} has no variables.`
        : `${file} has ${plural(known)} ${known.join(', ')}.`;
  return new ChainError('unknown_variable', parts.join('. '), {
    hint: missing.length > 0 ? `${there} ${setHint(missing)}` : there,
  });
}
