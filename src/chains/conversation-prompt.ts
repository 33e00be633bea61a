import { randomUUID } from 'node:crypto';
import type { Memory } from '../memory/memory.js';
import { type Message, messagesToText } from '../messages.js';
import { ChatPromptTemplate } from '../prompts/chat-template.js';
import { lookUp, type Prompt, type PromptValue, type PromptValues } from '../prompts/prompt.js';
import { PromptTemplate } from '../prompts/template.js';

/** Without a system prompt of the user's own. In no language's favour. */
const DEFAULT_SYSTEM =
  'You are in a conversation with a human. Be helpful and specific, answer in the language of the last message, and ' +
  'say so where you do not know something.';

/** A conversation's prompt, with the variables `history` and `input`, for completion models; chat models get messages. */
export function conversationPrompt(system: string = DEFAULT_SYSTEM): PromptTemplate {
  const escaped = system.replace(/[{}]/g, '$&$&');
  return PromptTemplate.fromTemplate(`${escaped}\n\n{history}\nHuman: {input}\nAI:`);
}

/**
 * What the model is shown in one turn. A prompt without `{history}` has it put before the last message of the user's,
 * and one without `{input}` is what the conversation opens with.
 *
 * @throws {MissingVariablesError} naming all other variables without a value
 */
export function formatTurn(prompt: Prompt, memory: Memory, values: PromptValues): PromptValue {
  if (!prompt.inputVariables.includes('history')) return withHistory(prompt, memory, values);
  if (prompt instanceof PromptTemplate) return formatText(prompt, memory, values);
  const { summary, turns } = pastOf(memory);
  const inMessages = prompt instanceof ChatPromptTemplate && prompt.placeholders.includes('history');
  const history = inMessages ? turns : memory.buffer;
  const { messages } = prompt.formatPrompt({ ...values, history });
  return toValue(inMessages ? summary : undefined, messages, memory);
}

/** A text is a prompt for a completion model. What it says by its lines, a chat model is told by messages. */
function formatText(prompt: PromptTemplate, memory: Memory, values: PromptValues): PromptValue {
  const text = prompt.format({ ...values, history: memory.buffer });
  const [history, input] = [randomUUID(), randomUUID()];
  const [opening = '', ending = ''] = prompt.format({ ...values, history, input }).split(history);
  const around = ending.split(input);
  const isTurn = around.length === 2 && around.every((part) => LABEL.test(part.trim()));
  if (!isTurn) return { messages: [{ role: 'user', content: text }], text };
  const { summary, turns } = pastOf(memory);
  const messages: Message[] = [...systemMessage(opening.trim()), ...turns, asked(values)];
  return { messages: withSummary(summary, messages), text };
}

/** `Human:` before the input and `AI:` after it, in whatever words, or nothing. */
const LABEL = /^(?:[^\n:：]{1,40}[:：])?$/;

function withHistory(prompt: Prompt, memory: Memory, values: PromptValues): PromptValue {
  const { messages } = prompt.formatPrompt(values);
  const { summary, turns } = pastOf(memory);
  if (prompt.inputVariables.includes('input')) {
    const last = messages.findLastIndex(({ role }) => role === 'user');
    return toValue(summary, [...messages.slice(0, last), ...turns, ...messages.slice(last)], memory);
  }
  const opening = prompt instanceof PromptTemplate ? systemMessage(messages[0]!.content) : messages;
  return toValue(summary, [...opening, ...turns, asked(values)], memory);
}

function systemMessage(content: string): readonly Message[] {
  return content === '' ? [] : [{ role: 'system', content }];
}

function asked(values: PromptValues): Message {
  return { role: 'user', content: String(lookUp('input', values)) };
}

function pastOf({ messages }: Memory): { readonly summary?: string; readonly turns: readonly Message[] } {
  const [first, ...rest] = messages;
  return first?.role === 'system' ? { summary: first.content, turns: rest } : { turns: messages };
}

/** Messages, and for completion models the same as a text that ends where the answer begins. */
function toValue(
  summary: string | undefined,
  all: readonly Message[],
  { humanPrefix, aiPrefix }: Memory,
): PromptValue {
  const messages = withSummary(summary, all);
  const text = messagesToText(messages, { user: humanPrefix, assistant: aiPrefix });
  return { messages, text: `${text}\n${aiPrefix}:` };
}

/** In the system message where there is one: many models take no second. */
function withSummary(summary: string | undefined, messages: readonly Message[]): readonly Message[] {
  if (summary === undefined) return messages;
  const [first, ...rest] = messages;
  return first?.role === 'system'
    ? [{ ...first, content: `${first.content}\n\n${summary}` }, ...rest]
    : [{ role: 'system', content: summary }, ...messages];
}
