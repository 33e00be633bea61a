// As many requests as asked for through the openai package. Prints the tokens that were reported.
import OpenAI from 'openai';
import { atOnce } from '../at-once.mjs';

const [count, concurrency] = process.argv.slice(2).map(Number);
const client = new OpenAI({ apiKey: 'none' });
let tokens = 0;
await atOnce(count, concurrency, async (index) => {
  const messages = [{ role: 'user', content: `${index} + 2 = ` }];
  const { usage } = await client.chat.completions.create({ model: 'gpt-5-mini', messages });
  tokens += usage.total_tokens;
});
process.stdout.write(String(tokens));
