// Three customers at once: while the stock is looked up for one of them, the others are served.
import { setTimeout as sleep } from 'node:timers/promises';
import { BaseCallbackHandler, ChatOpenAI, OfflineModel } from 'promptchain';

class CustomerHandler extends BaseCallbackHandler {
  constructor(customer, lookupMs) {
    super();
    this.customer = customer;
    this.lookupMs = lookupMs;
  }

  async onLLMStart() {
    this.say('looking up the stock...');
    await sleep(this.lookupMs);
    this.say('stock looked up');
  }

  onLLMNewToken({ token }) {
    this.say(`token: ${token}`);
  }

  onLLMEnd({ usage }) {
    this.say(`served, with ${usage.totalTokens} tokens`);
  }

  say(text) {
    console.log(`[${this.customer}] ${text}`);
  }
}

const llm = process.env.OPENAI_API_KEY
  ? new ChatOpenAI()
  : new OfflineModel({ reply: 'Pink roses, of course.' });

async function serve(customer, lookupMs) {
  const question = 'My sister has her birthday tomorrow. Which flowers?';
  await llm.invoke(question, { callbacks: [new CustomerHandler(customer, lookupMs)] });
}

await Promise.all([serve('Ann', 600), serve('Bo', 300), serve('Cy', 0)]);
console.log('All served.');
