// The openai package: its helper, which puts the chunks together.
import OpenAI from 'openai';

export async function ask({ baseURL, apiKey, model, maxRetries, messages }, told) {
  const client = new OpenAI({ baseURL, apiKey, maxRetries });
  const stream = client.chat.completions.stream({ model, messages });
  stream.on('content', told.text);
  const { choices } = await stream.finalChatCompletion();
  const calls = choices[0]?.message.tool_calls ?? [];
  told.toolCalls(calls.map(({ function: { name, arguments: text } }) => ({ name, arguments: text })));
}
