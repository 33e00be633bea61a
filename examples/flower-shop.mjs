// A flower shop's assistant on a streaming chat model, watched by two handlers of one's own.
import { ChatOpenAI, OfflineModel } from 'promptchain';
import { FlowerShopAsyncHandler, FlowerShopSyncHandler } from './flower-shop-handlers.mjs';

const fields = { maxTokens: 100, callbacks: [new FlowerShopSyncHandler(), new FlowerShopAsyncHandler()] };
const llm = process.env.OPENAI_API_KEY
  ? new ChatOpenAI(fields)
  : new OfflineModel({ ...fields, reply: 'Roses, sunflowers and lilies.' });

await llm.generate([
  [{ role: 'user', content: 'Which flowers go best with a birthday? Name just three, in under 50 words.' }],
]);
