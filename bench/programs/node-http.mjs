// The least that can read a streamed answer: node:http, a scan for lines, JSON.parse. Prints how much came.
import http from 'node:http';

const body = JSON.stringify({
  model: 'gpt-5-mini',
  messages: [{ role: 'user', content: '1 + 2 = ' }],
  stream: true,
  stream_options: { include_usage: true },
});
const options = { method: 'POST', headers: { 'content-type': 'application/json' } };

http
  .request(`${process.env.OPENAI_BASE_URL}/chat/completions`, options, (response) => {
    let rest = '';
    let text = '';
    response.setEncoding('utf8');
    response.on('data', (piece) => {
      const lines = rest + piece;
      let from = 0;
      for (let to = lines.indexOf('\n'); to >= 0; from = to + 1, to = lines.indexOf('\n', from)) {
        if (to - from < 6 || lines.startsWith('data: [DONE]', from)) continue;
        text += JSON.parse(lines.slice(from + 6, to)).choices[0]?.delta.content ?? '';
      }
      rest = lines.slice(from);
    });
    response.on('end', () => process.stdout.write(String(text.length)));
  })
  .end(body);
