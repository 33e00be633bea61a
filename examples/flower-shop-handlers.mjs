// Two handlers of one's own, a synchronous and an asynchronous one. They also go with the command:
//
//   chain run sample-prompts/flower-shop.txt --callback examples/flower-shop-handlers.mjs
import { setTimeout as sleep } from 'node:timers/promises';
import { AsyncCallbackHandler, BaseCallbackHandler } from 'promptchain';

export class FlowerShopSyncHandler extends BaseCallbackHandler {
  onLLMNewToken({ token }) {
    console.log(`Flower data: token: ${token}`);
  }
}

// The model waits for it, and meanwhile whatever else the program does goes on.
export class FlowerShopAsyncHandler extends AsyncCallbackHandler {
  async onLLMStart() {
    console.log('Fetching flower data...');
    await sleep(500);
    console.log('Flower data fetched. Advising...');
  }

  async onLLMEnd() {
    console.log('Wrapping up the advice...');
    await sleep(500);
    console.log('Have a lovely day!');
  }
}
