import type { Document } from '../../events.js';
import type { FinishReason, Message, ToolCall, ToolDefinition } from '../../messages.js';

/*
 * Messages, tools and documents in the JSON shapes of the GenAI semantic conventions
 * (gen-ai-input-messages.json, gen-ai-output-messages.json, gen-ai-tool-definitions.json, gen-ai-retrieval-documents.json).
 */

type Part =
  | { readonly type: 'text'; readonly content: string }
  | { readonly type: 'tool_call'; readonly id: string; readonly name: string; readonly arguments: unknown }
  | { readonly type: 'tool_call_response'; readonly id: string | null; readonly response: string };

interface ChatMessage {
  readonly role: string;
  readonly parts: readonly Part[];
  readonly name?: string;
}

interface OutputMessage extends ChatMessage {
  readonly finish_reason: string;
}

/** A prompt. System messages stay where they are: to these models they are part of the conversation. */
export function inputMessages(messages: readonly Message[]): readonly ChatMessage[] {
  return messages.map((message) => {
    const { role, content, name, toolCalls = [], toolCallId = null } = message;
    const said: Part[] =
      role === 'tool'
        ? [{ type: 'tool_call_response', id: toolCallId, response: content }]
        : content === ''
          ? []
          : [{ type: 'text', content }];
    return { role, parts: [...said, ...toolCalls.map(toolCallPart)], ...(name !== undefined && { name }) };
  });
}

/** An answer: the one alternative that there is. */
export function outputMessages(
  text: string,
  toolCalls: readonly ToolCall[],
  finishReason: FinishReason,
): readonly OutputMessage[] {
  const [message] = inputMessages([{ role: 'assistant', content: text, toolCalls }]);
  // The conventions have their own word for one of OpenAI's.
  return [{ ...message!, finish_reason: finishReason === 'tool_calls' ? 'tool_call' : finishReason }];
}

/** What a chain was given, or gave: its one value where there is only one, else all as JSON. */
export function valuesAsText(values: Readonly<Record<string, unknown>>): string {
  const all = Object.values(values);
  return all.length === 1 && typeof all[0] === 'string' ? all[0] : JSON.stringify(values);
}

export function toolDefinitions(tools: readonly ToolDefinition[]): readonly object[] {
  return tools.map((tool) => ({ type: 'function', ...tool }));
}

/** `id` and `score` are those of the metadata, where it has them. */
export function retrievalDocuments(documents: readonly Document[]): readonly object[] {
  return documents.map(({ pageContent, metadata = {} }) => {
    const { id, score } = metadata;
    return {
      ...((typeof id === 'string' || typeof id === 'number') && { id: String(id) }),
      ...(typeof score === 'number' && { score }),
      content: pageContent,
    };
  });
}

/** They are the model's own JSON text, which may be none. */
function parseArguments(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}

function toolCallPart({ id, name, arguments: text }: ToolCall): Part {
  return { type: 'tool_call', id, name, arguments: parseArguments(text) };
}
