import type { Message, ToolCall, ToolDefinition, Usage } from '../messages.js';
import { countMessages } from './chat-framing.js';
import { loadTokenizer } from './tokenizer.js';
import { estimatedUsage } from './usage.js';

/**
 * The usage of a run whose server reported none, or that ended before it could: counted here, from what was sent (a
 * completion's prompt, or a chat's messages and tools) and from the text and the tool calls (as their JSON) that
 * came.
 */
export async function estimateUsage(
  model: string,
  input: string | readonly Message[],
  answer: string,
  tools: readonly ToolDefinition[] = [],
  toolCalls: readonly ToolCall[] = [],
): Promise<Usage> {
  const tokenizer = await loadTokenizer(model);
  const inputTokens =
    typeof input === 'string' ? tokenizer.count(input) : countMessages(tokenizer, input, tools);
  let outputTokens = tokenizer.count(answer);
  for (const { name, arguments: args } of toolCalls) {
    outputTokens += tokenizer.count(JSON.stringify({ name, arguments: args }));
  }
  return estimatedUsage(inputTokens, outputTokens);
}
