// The AI SDK: all parts of an answer, errors among them.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';

export async function ask({ baseURL, apiKey, model, maxRetries, messages }, told) {
  const provider = createOpenAICompatible({ name: 'loopback', baseURL, apiKey });
  const { fullStream } = streamText({ model: provider(model), messages, maxRetries });
  const calls = [];
  for await (const part of fullStream) {
    if (part.type === 'text-delta') told.text(part.text);
    if (part.type === 'error') told.error(part.error);
    if (part.type === 'tool-call') calls.push({ name: part.toolName, arguments: part.input });
  }
  told.toolCalls(calls);
}
