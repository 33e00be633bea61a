// Node's own fetch, a scan for lines, JSON.parse. Prints how much came.
const response = await fetch(`${process.env.OPENAI_BASE_URL}/chat/completions`, {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: JSON.stringify({
    model: 'gpt-5-mini',
    messages: [{ role: 'user', content: '1 + 2 = ' }],
    stream: true,
    stream_options: { include_usage: true },
  }),
});
let rest = '';
let text = '';
for await (const piece of response.body.pipeThrough(new TextDecoderStream())) {
  const lines = rest + piece;
  let from = 0;
  for (let to = lines.indexOf('\n'); to >= 0; from = to + 1, to = lines.indexOf('\n', from)) {
    if (to - from < 6 || lines.startsWith('data: [DONE]', from)) continue;
    text += JSON.parse(lines.slice(from + 6, to)).choices[0]?.delta.content ?? '';
  }
  rest = lines.slice(from);
}
process.stdout.write(String(text.length));
