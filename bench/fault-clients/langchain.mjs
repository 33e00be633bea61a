// LangChain.js: the chunks of an answer, which add up to it.
import { ChatOpenAI } from '@langchain/openai';
import ranks from 'js-tiktoken/ranks/o200k_base';

// After an answer it may download a tokenizer, and without internet waits minutes for it: here it gets it at once.
const { fetch } = globalThis;
globalThis.fetch = (url, init) =>
  String(url).includes('tiktoken') ? Promise.resolve(Response.json(ranks)) : fetch(url, init);

// Its six waits between attempts are 63 to 126 s long, by chance: here they are as short as they can be.
Math.random = () => 0;

export async function ask({ baseURL, apiKey, model, maxRetries, messages }, told) {
  const llm = new ChatOpenAI({ model, apiKey, maxRetries, configuration: { baseURL } });
  let whole;
  for await (const chunk of await llm.stream(messages)) {
    told.text(chunk.text);
    whole = whole?.concat(chunk) ?? chunk;
  }
  told.toolCalls((whole?.tool_calls ?? []).map(({ name, args }) => ({ name, arguments: args })));
}
