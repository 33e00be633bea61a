import { messagesToText } from '../messages.js';
import type { Prompt } from './prompt.js';

/** The same prompt under another system message: `system` as it is, without variables, in place of its own. */
export function withSystem(prompt: Prompt, system: string): Prompt {
  return {
    inputVariables: prompt.inputVariables,
    formatPrompt(values) {
      const others = prompt.formatPrompt(values).messages.filter(({ role }) => role !== 'system');
      const messages = [{ role: 'system' as const, content: system }, ...others];
      return { messages, text: messagesToText(messages) };
    },
    partial: (values) => withSystem(prompt.partial(values), system),
  };
}
