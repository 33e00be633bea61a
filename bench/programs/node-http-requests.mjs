// As many requests as asked for by node:http alone, on connections that stay open. Prints the tokens that were reported.
import http from 'node:http';
import { atOnce } from '../at-once.mjs';

const [count, concurrency] = process.argv.slice(2).map(Number);
const url = `${process.env.OPENAI_BASE_URL}/chat/completions`;
const agent = new http.Agent({ keepAlive: true, maxSockets: concurrency });
const headers = { 'content-type': 'application/json' };
let tokens = 0;

await atOnce(count, concurrency, async (index) => {
  const messages = [{ role: 'user', content: `${index} + 2 = ` }];
  const answer = await post(JSON.stringify({ model: 'gpt-5-mini', messages }));
  tokens += JSON.parse(answer).usage.total_tokens;
});
process.stdout.write(String(tokens));
agent.destroy();

function post(body) {
  return new Promise((resolve, reject) => {
    http
      .request(url, { method: 'POST', headers, agent }, (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (piece) => {
          text += piece;
        });
        response.on('end', () => resolve(text));
      })
      .on('error', reject)
      .end(body);
  });
}
