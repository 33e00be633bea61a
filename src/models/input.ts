import { ChainError } from '../errors.js';
import { type Message, messagesToText } from '../messages.js';
import type { PromptValue } from '../prompts/prompt.js';

/** What a model takes: a string is one user message. */
export type ModelInput = string | readonly Message[] | PromptValue;

/**
 * Both forms of what a model is given.
 * @throws ChainError `invalid_argument` for what is none
 */
export function toPromptValue(input: ModelInput): PromptValue & { readonly prompt: string } {
  if (typeof input === 'string') {
    const messages: Message[] = [{ role: 'user', content: input }];
    return { messages, text: input, prompt: input };
  }
  if (isMessages(input)) {
    const messages = [...input];
    const text = messagesToText(messages);
    return { messages, text, prompt: text };
  }
  if (typeof input?.text === 'string') return { ...input, prompt: input.text };
  throw new ChainError('invalid_argument', 'a model takes a string or a list of messages');
}

function isMessages(input: ModelInput): input is readonly Message[] {
  return Array.isArray(input);
}
