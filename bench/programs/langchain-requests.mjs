// As many requests as asked for through LangChain.js, with a handler that counts. Prints the tokens that were reported.
import { ChatOpenAI } from '@langchain/openai';

const [count, maxConcurrency] = process.argv.slice(2).map(Number);
let tokens = 0;
const handler = {
  handleLLMEnd({ llmOutput }) {
    tokens += llmOutput.tokenUsage.totalTokens;
  },
};
const model = new ChatOpenAI({ model: 'gpt-5-mini', apiKey: 'none', callbacks: [handler] });
const prompts = Array.from({ length: count }, (_, index) => `${index} + 2 = `);
await model.batch(prompts, { maxConcurrency });
process.stdout.write(String(tokens));
