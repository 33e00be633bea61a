// LangChain.js with one callback handler. Prints how much came.
import { ChatOpenAI } from '@langchain/openai';
import ranks from 'js-tiktoken/ranks/o200k_base';

// After an answer it downloads a tokenizer, and without internet waits minutes for it: here it gets it at once.
const { fetch } = globalThis;
globalThis.fetch = (url, init) =>
  String(url).includes('tiktoken') ? Promise.resolve(Response.json(ranks)) : fetch(url, init);

let text = '';
const handler = {
  handleLLMNewToken(token) {
    text += token;
  },
};
const model = new ChatOpenAI({ model: 'gpt-5-mini', apiKey: 'none', streaming: true, callbacks: [handler] });
await model.invoke('1 + 2 = ');
process.stdout.write(String(text.length));
