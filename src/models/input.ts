import { ChainError } from '../errors.js';
import { type Message, messagesToText, type Role } from '../messages.js';
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
  if (Array.isArray(input)) {
    const messages: readonly Message[] = [...input];
    if (messages.length === 0) throw wrong('an empty list of messages');
    const odd = messages.findIndex((message) => !isMessage(message));
    if (odd >= 0) throw wrong(`a list whose item ${odd} is no message`);
    const text = messagesToText(messages);
    return { messages, text, prompt: text };
  }
  const value = input as PromptValue | null | undefined;
  if (typeof value?.text !== 'string') throw wrong('something else');
  return { ...value, prompt: value.text };
}

const ROLES: readonly Role[] = ['system', 'user', 'assistant', 'tool'];

function isMessage(value: Message): boolean {
  return ROLES.includes(value?.role) && typeof value.content === 'string';
}

function wrong(what: string): ChainError {
  return new ChainError('invalid_argument', `a model takes a string or a list of messages, not ${what}`, {
    hint: `A message is { role, content }; its role is one of ${ROLES.join(', ')}.`,
  });
}
