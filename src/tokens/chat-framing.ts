import type { Message, ToolDefinition } from '../messages.js';
import type { Tokenizer } from './tokenizer.js';

/** What marks off each message, besides its role, name and content. */
const TOKENS_PER_MESSAGE = 3;
/** What opens the answer. */
const TOKENS_OF_PRIMING = 3;
const TOKENS_PER_NAME = 1;

/**
 * The input tokens of a conversation, in the chat format that OpenAI documents: right to the token for messages of
 * text. How a server words tools and their calls isn't documented; they count as their JSON.
 */
export function countMessages(
  tokenizer: Tokenizer,
  messages: readonly Message[],
  tools: readonly ToolDefinition[] = [],
): number {
  let tokens = TOKENS_OF_PRIMING;
  for (const { role, content, name, toolCalls } of messages) {
    tokens += TOKENS_PER_MESSAGE + tokenizer.count(role) + tokenizer.count(content);
    if (name !== undefined) tokens += TOKENS_PER_NAME + tokenizer.count(name);
    for (const call of toolCalls ?? []) {
      tokens += tokenizer.count(JSON.stringify({ name: call.name, arguments: call.arguments }));
    }
  }
  for (const tool of tools) tokens += tokenizer.count(JSON.stringify(tool));
  return tokens;
}

/** Whether a model is given messages; OpenAI's models for completions and embeddings take the bare text. */
export function takesMessages(model: string): boolean {
  const name = model.trim().toLowerCase().replace(/^.*\//, '');
  return !/^(gpt-3\.5-turbo-instruct(-|$)|(davinci|babbage)-002$|text-(embedding|davinci|curie|babbage|ada)-)/.test(
    name,
  );
}
