// The openai package: the chunks of a stream, one after the other.
import OpenAI from 'openai';

export async function ask({ baseURL, apiKey, model, maxRetries, messages }, told) {
  const client = new OpenAI({ baseURL, apiKey, maxRetries });
  const stream = await client.chat.completions.create({ model, messages, stream: true });
  // A chunk may lack all that its type promises: that is left to the caller, who is a careful one here.
  for await (const chunk of stream) told.text(chunk?.choices?.[0]?.delta?.content ?? '');
}
