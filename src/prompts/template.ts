import { ChainError } from '../errors.js';
import { FString } from './f-string.js';
import {
  lookUp,
  mergeValues,
  type Prompt,
  type PromptValue,
  type PromptValues,
  requireValues,
} from './prompt.js';

export interface PromptTemplateFields {
  /** A text with `{variables}`, or one that was parsed already. */
  readonly template: string | FString;
  /** All variables that aren't partial ones, if they shall be checked against the template's. */
  readonly inputVariables?: readonly string[];
  readonly partialVariables?: PromptValues;
}

/** A text with `{variables}`; `{{` and `}}` stand for braces. As messages it is one user message. */
export class PromptTemplate implements Prompt {
  readonly template: string;
  readonly inputVariables: readonly string[];
  private readonly parsed: FString;
  private readonly partials: PromptValues;

  /**
   * @throws {TemplateError} for unbalanced braces and names that aren't legal, with line and column
   * @throws {ChainError} `invalid_argument` when `inputVariables` are not the template's
   */
  constructor({ template, inputVariables, partialVariables = {} }: PromptTemplateFields) {
    if (typeof template !== 'string' && !(template instanceof FString)) {
      throw new ChainError(
        'invalid_argument',
        `a prompt template is a text, not ${template === null ? 'null' : typeof template}`,
      );
    }
    this.parsed = typeof template === 'string' ? new FString(template) : template;
    this.template = this.parsed.text;
    this.partials = mergeValues({}, partialVariables);
    this.inputVariables = [...this.parsed.variables.keys()].filter(
      (name) => !Object.hasOwn(this.partials, name),
    );
    if (inputVariables) checkVariables(inputVariables, this.inputVariables);
  }

  static fromTemplate(template: string): PromptTemplate {
    return new PromptTemplate({ template });
  }

  /**
   * Arrays and objects appear as JSON, dates in ISO format. A value is never scanned for variables.
   *
   * @throws {MissingVariablesError} naming all variables without a value
   * @throws {ChainError} `invalid_argument` for a value that has no text
   */
  format(values: PromptValues = {}): string {
    requireValues(this.inputVariables, values);
    return this.parsed.render((name) => lookUp(name, values, this.partials));
  }

  formatPrompt(values: PromptValues = {}): PromptValue {
    const text = this.format(values);
    return { messages: [{ role: 'user', content: text }], text };
  }

  partial(values: PromptValues): PromptTemplate {
    return new PromptTemplate({
      template: this.parsed,
      partialVariables: mergeValues(this.partials, values),
    });
  }
}

function checkVariables(declared: readonly string[], used: readonly string[]): void {
  const problems = [
    ...declared.filter((name) => !used.includes(name)).map((name) => `{${name}} is not in the template`),
    ...used.filter((name) => !declared.includes(name)).map((name) => `{${name}} is not in inputVariables`),
  ];
  if (problems.length === 0) return;
  throw new ChainError('invalid_argument', `inputVariables do not fit the template: ${problems.join(', ')}`, {
    hint: 'Leave inputVariables out to take them from the template.',
  });
}
