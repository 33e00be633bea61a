// As many requests as asked for through the AI SDK. Prints the tokens that were reported.
import { createOpenAICompatible } from '@ai-sdk/openai-compatible';
import { generateText } from 'ai';
import { atOnce } from '../at-once.mjs';

const [count, concurrency] = process.argv.slice(2).map(Number);
const provider = createOpenAICompatible({ name: 'loopback', baseURL: process.env.OPENAI_BASE_URL });
const model = provider('gpt-5-mini');
let tokens = 0;
await atOnce(count, concurrency, async (index) => {
  const { usage } = await generateText({ model, prompt: `${index} + 2 = ` });
  tokens += usage.totalTokens;
});
process.stdout.write(String(tokens));
