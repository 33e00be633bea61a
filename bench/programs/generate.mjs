// As many requests as asked for through the library, with a counter. Prints the tokens it counted.
import { ChatOpenAI, TokenCounter } from '../../dist/index.js';

const [count, maxConcurrency] = process.argv.slice(2).map(Number);
const counter = new TokenCounter();
const llm = new ChatOpenAI({ model: 'gpt-5-mini', streaming: false });
const prompts = Array.from({ length: count }, (_, index) => `${index} + 2 = `);
await llm.generate(prompts, { callbacks: [counter], maxConcurrency });
process.stdout.write(String(counter.totalTokens));
