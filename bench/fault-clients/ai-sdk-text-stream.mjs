// The AI SDK: the text of an answer alone.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';

export async function ask({ baseURL, apiKey, model, maxRetries, messages }, told) {
  const provider = createOpenAICompatible({ name: 'loopback', baseURL, apiKey });
  const { textStream } = streamText({ model: provider(model), messages, maxRetries });
  for await (const text of textStream) told.text(text);
}
