import { ChainError } from '../errors.js';
import { PositionCounter, type SourcePosition, TemplateError } from './source-position.js';

/** How a name may look: letters of any script, digits, `_` and `-`, a letter or `_` first. */
const NAME = '[\\p{L}_][\\p{L}\\p{M}\\p{N}_-]*';
/** The same for most names: tables of all letters take a millisecond to build, so they wait for their first use. */
const ASCII_NAME = '[A-Za-z_][\\w-]*';

const WHOLE_ASCII_NAME = new RegExp(`^${ASCII_NAME}$`);
const ASCII_VARIABLE = new RegExp(`\\{(${ASCII_NAME})\\}`, 'y');
let variable: RegExp | undefined;

const DOUBLE_BRACES = 'For a brace that is only text write it twice: {{ or }}.';

/**
 * A text with `{variables}`, parsed. `{{` and `}}` stand for one brace. There are no format specifiers, and a
 * name is only a name: `{user.name}` or `{0}` is an error, so that no text is taken for a variable by chance.
 */
export class FString {
  readonly text: string;
  /** The variables, in the order of their first use, with its place. */
  readonly variables: ReadonlyMap<string, SourcePosition>;
  private readonly literals: readonly string[];
  private readonly names: readonly string[];

  /**
   * @param start the place of the text's first character, for errors
   * @throws {TemplateError} for unbalanced braces and names that aren't legal
   */
  constructor(text: string, start?: SourcePosition) {
    const variables = new Map<string, SourcePosition>();
    const positions = new PositionCounter(text, start);
    const literals: string[] = [];
    const names: string[] = [];
    const braces = /[{}]/g;
    let literal = '';
    let from = 0;
    for (let brace = braces.exec(text); brace !== null; brace = braces.exec(text)) {
      const at = brace.index;
      literal += text.slice(from, at);
      if (text[at + 1] === text[at]) {
        literal += text[at];
        from = at + 2;
      } else {
        const name = variableAt(ASCII_VARIABLE, text, at) ?? variableAt(anyVariable(), text, at);
        if (name === undefined) throw faultAt(text, at, positions.at(at));
        if (!variables.has(name)) variables.set(name, positions.at(at));
        literals.push(literal);
        names.push(name);
        literal = '';
        from = at + name.length + 2;
      }
      braces.lastIndex = from;
    }
    literals.push(literal + text.slice(from));
    this.text = text;
    this.variables = variables;
    this.literals = literals;
    this.names = names;
  }

  /** The text with each variable's value, which is not scanned again. `lookUpValue` is asked once for each use. */
  render(lookUpValue: (name: string) => unknown): string {
    let text = this.literals[0]!;
    this.names.forEach((name, index) => {
      text += valueText(name, lookUpValue(name)) + this.literals[index + 1]!;
    });
    return text;
  }
}

export function isVariableName(name: string): boolean {
  return WHOLE_ASCII_NAME.test(name) || new RegExp(`^${NAME}$`, 'u').test(name);
}

function anyVariable(): RegExp {
  variable ??= new RegExp(`\\{(${NAME})\\}`, 'uy');
  return variable;
}

function variableAt(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[1];
}

/**
 * A value as a prompt shows it: strings, numbers and booleans as they are, a date in ISO format, arrays and
 * objects as JSON.
 */
function valueText(name: string, value: unknown): string {
  switch (typeof value) {
    case 'string':
      return value;
    case 'number':
    case 'boolean':
    case 'bigint':
      return String(value);
    case 'object':
      return objectText(name, value);
    default:
      throw noText(name, `a ${typeof value}`);
  }
}

function objectText(name: string, value: object | null): string {
  if (!hasJson(value))
    throw noText(name, `a ${value?.constructor?.name || 'value'}, which has no text of its own`);
  let text: string | undefined;
  let cause: unknown;
  try {
    text = value instanceof Date ? value.toISOString() : JSON.stringify(value);
  } catch (error) {
    cause = error;
  }
  if (text === undefined) throw noText(name, 'a value that JSON cannot hold', cause);
  return text;
}

/** What JSON would show as `{}`, a forgotten promise above all, is a mistake. */
function hasJson(value: object | null): boolean {
  if (value === null || Array.isArray(value) || typeof (value as { toJSON?: unknown }).toJSON === 'function')
    return true;
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

function noText(name: string, what: string, cause?: unknown): ChainError {
  return new ChainError('invalid_argument', `The value of {${name}} is ${what}`, {
    cause,
    hint: 'Give a string, a number, a boolean, a date, or an array or object of these.',
  });
}

/** What is wrong at the brace at `at`, which begins neither a variable nor a pair of braces. */
function faultAt(text: string, at: number, position: SourcePosition): TemplateError {
  if (text[at] === '}') {
    return new TemplateError(position, '"}" without a "{" before it', { hint: DOUBLE_BRACES });
  }
  const next = /[{}]/g;
  next.lastIndex = at + 1;
  const closing = next.exec(text);
  const inside = text.slice(at + 1, closing?.index);
  if (/^\s*["']/.test(inside)) {
    return new TemplateError(position, '"{" begins no variable; this looks like JSON', {
      hint: 'In pasted JSON write every brace twice ({{"a": 1}}), or bring it in as the value of a variable.',
    });
  }
  if (closing?.[0] !== '}') {
    return new TemplateError(position, '"{" is never closed', { hint: DOUBLE_BRACES });
  }
  if (inside === '') return new TemplateError(position, '"{}" names no variable', { hint: DOUBLE_BRACES });
  const trimmed = inside.trim();
  return new TemplateError(position, `${excerpt(`{${inside}}`)} is not a variable`, {
    hint: isVariableName(trimmed)
      ? `Write {${trimmed}} without spaces. ${DOUBLE_BRACES}`
      : `A name has letters, digits, _ and -, and begins with a letter or _. ${DOUBLE_BRACES}`,
  });
}

function excerpt(text: string): string {
  const line = text.slice(0, 200).replace(/\s+/g, ' ');
  const characters = [...line];
  return `"${characters.length > 40 ? `${characters.slice(0, 39).join('')}…` : line}"`;
}
