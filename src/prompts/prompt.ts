import { ChainError } from '../errors.js';
import type { Message } from '../messages.js';
import { didYouMean, nearestName } from '../nearest-name.js';

/** Values by variable name. Only own properties count, and `undefined` or `null` is no value. */
export type PromptValues = Readonly<Record<string, unknown>>;

/** A prompt with all its variables filled in: for chat models, and as one text. */
export interface PromptValue {
  readonly messages: readonly Message[];
  readonly text: string;
}

/** What every kind of prompt template can do. It never changes; it makes others. */
export interface Prompt {
  /** The whole template as one text, its variables in braces: to be looked at. */
  readonly template: string;
  /** The variables that still need a value, in the order of their first use. */
  readonly inputVariables: readonly string[];
  /**
   * @throws {MissingVariablesError} naming all variables without a value
   * @throws {ChainError} `invalid_argument` for a value that has no text
   */
  formatPrompt(values: PromptValues): PromptValue;
  /** The same prompt with some values given beforehand; a value given when formatting wins over them. */
  partial(values: PromptValues): Prompt;
}

/** Variables have no value. Its code is `missing_variable`. */
export class MissingVariablesError extends ChainError {
  override readonly name: string = 'MissingVariablesError';
  /** All of them, in the order of their first use. */
  readonly missing: readonly string[];

  constructor(
    missing: readonly string[],
    options: { readonly message?: string; readonly hint?: string } = {},
  ) {
    const { message = `Missing ${plural(missing)}: ${missing.join(', ')}` } = options;
    super('missing_variable', message, options);
    this.missing = missing;
  }
}

/** The value of `name` in the first of `sources` that has one. */
export function lookUp(name: string, ...sources: readonly PromptValues[]): unknown {
  return sources.find((source) => hasValue(source, name))?.[name];
}

export function hasValue(values: PromptValues, name: string): boolean {
  return Object.hasOwn(values, name) && values[name] !== undefined && values[name] !== null;
}

/** The values of both, `values` winning, without those that are no value. */
export function mergeValues(base: PromptValues, values: PromptValues): PromptValues {
  // Not by assignment: a variable may be called `__proto__`.
  return Object.fromEntries(
    [...Object.entries(base), ...Object.entries(values)].filter(
      ([, value]) => value !== undefined && value !== null,
    ),
  );
}

/**
 * @throws {MissingVariablesError} naming all of `names` that `values` has none for, and each other value whose name is
 *   almost one of those
 */
export function requireValues(names: readonly string[], values: PromptValues): void {
  const missing = names.filter((name) => !hasValue(values, name));
  if (missing.length === 0) return;
  const mistyped = Object.keys(values).filter(
    (name) => hasValue(values, name) && !names.includes(name) && nearestName(name, missing) !== undefined,
  );
  const error = new MissingVariablesError(missing);
  if (mistyped.length === 0) throw error;
  const message = `${unknownNames(mistyped, missing)}. ${error.message}`;
  throw new MissingVariablesError(missing, { message });
}

/** `Unknown variable: numbr (did you mean "number"?)` */
export function unknownNames(names: readonly string[], known: readonly string[]): string {
  return `Unknown ${plural(names)}: ${names.map((name) => name + didYouMean(name, known)).join(', ')}`;
}

/** `variable`, or `variables` of several. */
export function plural(names: readonly string[]): string {
  return names.length === 1 ? 'variable' : 'variables';
}
