import { messagesToText } from '../messages.js';
import type { Prompt, PromptValue, PromptValues } from '../prompts/prompt.js';
import { PromptTemplate } from '../prompts/template.js';

/** A prompt that is there already: it has no variables. */
export class RecordedPrompt implements Prompt {
  readonly inputVariables: readonly string[] = [];
  readonly #value: PromptValue;

  constructor(value: PromptValue) {
    this.#value = value;
  }

  get template(): string {
    return this.#value.text.replace(/[{}]/g, '$&$&');
  }

  formatPrompt(): PromptValue {
    return this.#value;
  }

  partial(): Prompt {
    return this;
  }
}

/**
 * A prompt with another system message in place of its own.
 * @param system a template; empty: none at all
 */
export function withSystem(prompt: Prompt, system: string): Prompt {
  const template = PromptTemplate.fromTemplate(system);
  return {
    template: prompt.template,
    inputVariables: [...new Set([...template.inputVariables, ...prompt.inputVariables])],
    formatPrompt(values: PromptValues): PromptValue {
      const rest = prompt.formatPrompt(values).messages.filter(({ role }) => role !== 'system');
      const content = template.format(values);
      const messages = content === '' ? rest : [{ role: 'system' as const, content }, ...rest];
      return { messages, text: messagesToText(messages) };
    },
    partial: (values: PromptValues) => withSystem(prompt.partial(values), template.partial(values).template),
  };
}
