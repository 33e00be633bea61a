// The AI SDK with one callback. Prints how much came.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { streamText } from 'ai';

const provider = createOpenAICompatible({
  name: 'loopback',
  baseURL: process.env.OPENAI_BASE_URL,
  includeUsage: true,
});
let text = '';
const result = streamText({
  model: provider('gpt-5-mini'),
  prompt: '1 + 2 = ',
  onChunk({ chunk }) {
    if (chunk.type === 'text-delta') text += chunk.text;
  },
});
await result.consumeStream();
process.stdout.write(String(text.length));
