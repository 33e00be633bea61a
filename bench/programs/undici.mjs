// The same requests, as fast as undici makes them. Prints the tokens that were reported.
import { Agent, request } from 'undici';
import { atOnce } from '../at-once.mjs';

const [count, concurrency] = process.argv.slice(2).map(Number);
const url = `${process.env.OPENAI_BASE_URL}/chat/completions`;
const dispatcher = new Agent({ connections: concurrency });
const headers = { 'content-type': 'application/json' };
let tokens = 0;

await atOnce(count, concurrency, async (index) => {
  const messages = [{ role: 'user', content: `${index} + 2 = ` }];
  const body = JSON.stringify({ model: 'gpt-5-mini', messages });
  const answer = await request(url, { method: 'POST', headers, body, dispatcher });
  tokens += (await answer.body.json()).usage.total_tokens;
});
process.stdout.write(String(tokens));
await dispatcher.close();
