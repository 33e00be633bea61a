import { handlerName, inWords } from '../callbacks/failures.js';
import type { CallbackHandler } from '../events.js';

const CLOSE_MS = 5000;

/**
 * Closes handlers side by side, each within five seconds.
 * @returns what went wrong, a line for each
 */
export async function closeAll(handlers: readonly CallbackHandler[]): Promise<string[]> {
  const outcomes = await Promise.all(handlers.map(closeOne));
  return outcomes.filter((outcome) => outcome !== undefined);
}

async function closeOne(handler: CallbackHandler): Promise<string | undefined> {
  if (handler.close === undefined) return undefined;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`it took longer than ${CLOSE_MS / 1000} s`)), CLOSE_MS);
  });
  try {
    await Promise.race([handler.close(), late]);
    return undefined;
  } catch (error) {
    return `${inWords(handlerName(handler))} could not be closed: ${(error as Error).message}`;
  } finally {
    clearTimeout(timer);
  }
}
