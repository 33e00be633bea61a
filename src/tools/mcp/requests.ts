import { Readable } from 'node:stream';
import type { ReadableStream as NodeStream } from 'node:stream/web';
import { ChainError } from '../../errors.js';
import { send } from '../../models/transport.js';

/**
 * `fetch` for the SDK, which makes requests as those to models are made: through the proxies that the environment names,
 * redirected to no other server, with errors that say what is wrong.
 */
export class Requests {
  #failure: ChainError | undefined;

  /** Why the last request that failed had no answer, which the SDK doesn't always hand on. */
  get failure(): ChainError | undefined {
    return this.#failure;
  }

  readonly fetch = async (url: string | URL, init: RequestInit = {}): Promise<Response> => {
    const { method, body, signal } = init;
    const request = {
      method,
      headers: new Headers(init.headers).entries(),
      body: typeof body === 'string' ? body : undefined,
      signal: signal ?? undefined,
    };
    try {
      const response = await send(new URL(url), request, { timeoutMs: 0 });
      const { status } = response;
      const headers = [...response.headers.entries()];
      if (!NO_BODY.includes(status)) return new Response(webStream(response.body), { status, headers });
      response.finish();
      return new Response(null, { status, headers });
    } catch (error) {
      if (signal?.aborted) throw signal.reason;
      if (error instanceof ChainError) this.#failure = error;
      throw error;
    }
  };
}

const NO_BODY = [204, 205, 304];

function webStream(body: AsyncIterable<Uint8Array>): ReadableStream<Uint8Array> {
  return Readable.toWeb(Readable.from(body)) as NodeStream<Uint8Array> as ReadableStream<Uint8Array>;
}
