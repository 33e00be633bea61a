// The openai package alone, without callbacks. Prints how much came.
import OpenAI from 'openai';

const client = new OpenAI({ apiKey: 'none' });
const stream = await client.chat.completions.create({
  model: 'gpt-5-mini',
  messages: [{ role: 'user', content: '1 + 2 = ' }],
  stream: true,
  stream_options: { include_usage: true },
});
let text = '';
for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? '';
process.stdout.write(String(text.length));
