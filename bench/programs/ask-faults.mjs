// Asks for all cases that it is sent, at once, through one of fault-clients/, and sends back what the caller was told.
import { AsyncLocalStorage } from 'node:async_hooks';
import { once } from 'node:events';

/** What was told for the case that asks: whatever happens in its name is put down to it. */
const asking = new AsyncLocalStorage();
const { fetch } = globalThis;
globalThis.fetch = (...args) => {
  const told = asking.getStore();
  if (told !== undefined) told.attempts += 1;
  return fetch(...args);
};

/** Either would end the process of whoever uses the client. */
for (const end of ['unhandledRejection', 'uncaughtException']) {
  process.on(end, (error) => {
    const told = asking.getStore();
    if (told === undefined) {
      console.error(error);
      process.exit(1);
    }
    told.crash = String(error);
  });
}

const [client] = process.argv.slice(2);
const { ask } = await import(`../fault-clients/${client}.mjs`);
process.send('ready');
const [requests] = await once(process, 'message');
const outcomes = await Promise.all(requests.map(outcomeOf));
process.send(outcomes, () => process.exit());

async function outcomeOf(request) {
  const told = { fault: request.fault, text: '', error: null, toolCalls: null, attempts: 0, ended: false };
  await Promise.race([
    asking.run(told, () => listen(request, told)),
    new Promise((resolve) => setTimeout(resolve, request.limitMs)),
  ]);
  return told;
}

async function listen(request, told) {
  const failed = (error) => {
    told.error ??= String(error?.message ?? error);
  };
  try {
    await ask(request, {
      // What comes after an error is of no use to a caller who stops there.
      text: (piece) => {
        if (told.error === null) told.text += piece;
      },
      error: failed,
      toolCalls: (calls) => {
        told.toolCalls = calls;
      },
    });
  } catch (error) {
    failed(error);
  }
  told.ended = true;
}
