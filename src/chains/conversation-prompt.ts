import { randomUUID } from 'node:crypto';
import type { Memory } from '../memory/memory.js';
import { type Message, messagesToText } from '../messages.js';
import { ChatPromptTemplate } from '../prompts/chat-template.js';
import type { Prompt, PromptValue, PromptValues } from '../prompts/prompt.js';
import { PromptTemplate } from '../prompts/template.js';

/** Without a system prompt of the user's own. In no language's favour. */
const DEFAULT_SYSTEM =
  'You are in a conversation with a human. Be helpful and specific, answer in the language of the last message, and ' +
  'say so where you do not know something.';

/** A conversation's prompt, with the variables `history` and `input`, for completion models; chat models get messages. */
export function conversationPrompt(
  { humanPrefix, aiPrefix }: Memory,
  system: string = DEFAULT_SYSTEM,
): PromptTemplate {
  const [opening, human, ai] = [system, humanPrefix, aiPrefix].map((text) => text.replace(/[{}]/g, '$&$&'));
  return PromptTemplate.fromTemplate(`${opening}\n\n{history}\n${human}: {input}\n${ai}:`);
}

/**
 * What the model is shown in one turn. A prompt without `{history}` has it put before the last message of the user's,
 * and one without `{input}` is what the conversation opens with.
 *
 * @throws {MissingVariablesError} naming all other variables without a value
 */
export function formatTurn(prompt: Prompt, memory: Memory, values: PromptValues): PromptValue {
  const { inputVariables } = prompt;
  if (!inputVariables.includes('history')) return withHistory(prompt, memory, values);
  if (prompt instanceof PromptTemplate) return formatText(prompt, memory, values);
  const { summary, turns } = pastOf(memory);
  const inMessages = prompt instanceof ChatPromptTemplate && prompt.placeholders.includes('history');
  const { messages } = prompt.formatPrompt({ ...values, history: inMessages ? turns : memory.buffer });
  const whole = inputVariables.includes('input') ? messages : [...messages, asked(values)];
  return toValue(inMessages ? summary : undefined, whole, memory);
}

/** A text is a prompt for a completion model. What it says by its lines, a chat model is told by messages. */
function formatText(prompt: PromptTemplate, memory: Memory, values: PromptValues): PromptValue {
  const said = prompt.format({ ...values, history: memory.buffer });
  const asks = prompt.inputVariables.includes('input');
  const text = asks ? said : `${said}\n${turnLine(values, memory)}`;
  const mark = randomUUID();
  const [opening = '', ending = '', ...more] = prompt.format({ ...values, history: mark }).split(mark);
  const ownLines = more.length === 0 && /(?:^|\n)[^\S\n]*$/.test(opening) && /^[^\S\n]*(?:\n|$)/.test(ending);
  if (!ownLines) {
    const messages: Message[] = asks
      ? [{ role: 'user', content: text }]
      : [...systemMessage(said), asked(values)];
    return { messages, text };
  }
  const { summary, turns } = pastOf(memory);
  const content = asks
    ? saidIn(prompt, memory, { ...values, history: mark }, mark)
    : [ending.trim(), inputOf(values)].join('\n').trim();
  const messages: Message[] = [...systemMessage(opening.trim()), ...turns, { role: 'user', content }];
  return { messages: withSummary(summary, messages), text };
}

/**
 * What stands behind the history, without `Human:` before the input and an open `AI:` after it: of a message's text
 * they say what its role says already. Any two words in their places are speakers; one alone has to be known for one.
 */
function saidIn(prompt: PromptTemplate, memory: Memory, values: PromptValues, mark: string): string {
  const inputMark = randomUUID();
  const ending = prompt
    .format({ ...values, input: inputMark })
    .split(mark)[1]!
    .trim();
  const [before = '', after = '', ...more] = ending.split(inputMark);
  const input = inputOf(values);
  if (more.length > 0) return ending.replaceAll(inputMark, () => input);
  const isPair = WORD.test(before.trim()) && WORD.test(after.trim());
  const withoutLabel = (text: string, names: readonly string[]) => {
    const [, lines = '', last = ''] = /^([\s\S]*?)([^\n]*)$/.exec(text) ?? [];
    const isLabel = isPair || names.some((name) => [`${name}:`, `${name}：`].includes(last.trim()));
    return isLabel ? lines : text;
  };
  const opened = withoutLabel(before, [memory.humanPrefix, ...HUMANS]);
  const closed = withoutLabel(after, [memory.aiPrefix, ...AIS]);
  return `${opened}${input}${closed.trimEnd()}`;
}

const WORD = /^[^\s:：]{1,20}[:：]$/;
const HUMANS = ['Human', 'User', 'Customer', 'Question', 'Q', '人类', '用户', '客户', '顾客', '问题', '问'];
const AIS = ['AI', 'Assistant', 'Bot', 'Answer', 'A', '助手', '助理', '回答', '答'];

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
  return { role: 'user', content: inputOf(values) };
}

/** What the user says, as a template would have it. */
export function inputOf(values: PromptValues): string {
  return INPUT.format(values);
}

const INPUT = PromptTemplate.fromTemplate('{input}');

function turnLine(values: PromptValues, { humanPrefix, aiPrefix }: Memory): string {
  return `${humanPrefix}: ${inputOf(values)}\n${aiPrefix}:`;
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
