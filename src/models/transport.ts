import { setMaxListeners } from 'node:events';
import type { ClientRequest, IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { ChainError } from '../errors.js';
import { maskSecrets } from '../safety/mask.js';
import { routeTo } from './agents.js';
import { cleanLine, connectionFailure, RequestFailure, timeoutFailure } from './failure.js';
import { Headers } from './headers.js';

/** A request as the openai package hands it to its `fetch`. */
export interface TransportRequest {
  readonly method?: string | undefined;
  readonly headers?: Iterable<readonly [string, string]> | undefined;
  readonly body?: string | undefined;
  readonly signal?: AbortSignal | undefined;
}

export interface TransportOptions {
  /** For the first byte and between two reads, in milliseconds; 0 or `Infinity` for no limit. */
  readonly timeoutMs: number;
  /** Shown where nothing listens. */
  readonly start?: string | undefined;
}

/**
 * Makes one request over `node:http` or `node:https`, on connections that are kept open. Redirects are followed only
 * where the method and the origin stay the same, so that a key never reaches another server.
 *
 * @throws RequestFailure when the connection fails, a time is up, or it is redirected; ChainError `aborted`
 */
export async function send(
  url: URL,
  request: TransportRequest,
  options: TransportOptions,
): Promise<TransportResponse> {
  for (let target = url, hops = 0; ; hops++) {
    const response = await exchange(target, request, options);
    const location =
      response.status >= 300 && response.status < 400 ? response.headers.get('location') : null;
    if (location === null) return response;
    response.finish();
    const next = URL.canParse(location, target.href) ? new URL(location, target) : undefined;
    const keepsMethod = response.status === 307 || response.status === 308;
    if (next?.origin !== target.origin || !keepsMethod || hops === MOST_HOPS) {
      throw redirected(target, response.status, next ?? location, hops);
    }
    target = next;
  }
}

/** As much of a web `Response` as the openai package looks at; its body comes as it is read from the socket. */
export class TransportResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly url: string;
  readonly headers: Headers;
  readonly #exchange: Exchange;
  readonly #source: Readable;

  constructor(url: URL, exchange: Exchange, message: IncomingMessage, source: Readable) {
    this.status = message.statusCode ?? 0;
    this.ok = this.status >= 200 && this.status < 300;
    this.url = url.href;
    this.headers = new Headers(Object.entries(message.headers).map(([name, value]) => [name, String(value)]));
    this.#exchange = exchange;
    this.#source = source;
  }

  /**
   * What was read, as it comes; the next read waits until this one was taken. Leaving early closes the connection.
   * To be read once. Fails like {@link send}.
   */
  get body(): AsyncIterable<Uint8Array> {
    return this.#exchange.read(this.#source);
  }

  /** The body as text, of which no more than {@link MOST_TEXT} is read. */
  async text(): Promise<string> {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of this.body) {
      chunks.push(chunk);
      length += chunk.length;
      if (length > MOST_TEXT) break;
    }
    return Buffer.concat(chunks).toString();
  }

  /**
   * No more of it is wanted: the body yields nothing more and ends with the response, or after a moment. Waiting for
   * that lets the connection be used again.
   */
  finish(): void {
    this.#exchange.finish(this.#source);
  }
}

const MOST_HOPS = 5;
const MOST_TEXT = 4 * 1024 * 1024;
/** How long a connection may take to end an answer that is whole: most end it in the same breath. */
const LINGER_MS = 50;

async function exchange(
  url: URL,
  request: TransportRequest,
  options: TransportOptions,
): Promise<TransportResponse> {
  const { http, agent, proxy } = await route(url);
  const place = proxy === undefined ? url.host : `${url.host} through the proxy ${proxy}`;
  for (let stale = true; ; stale = false) {
    const outgoing = http.request(url, {
      agent,
      method: request.method ?? 'GET',
      headers: Object.fromEntries(request.headers ?? []),
    });
    const attempt = new Exchange(outgoing, place, request.signal, options);
    try {
      const message = await attempt.response(request.body);
      if (proxy !== undefined && message.statusCode === 407) {
        message.on('error', ignore).destroy();
        throw refusedByProxy(proxy);
      }
      const source = await decoded(message, place);
      return new TransportResponse(url, attempt, message, source);
    } catch (error) {
      attempt.close();
      // The server had closed the connection that was kept open for this request: it never saw it.
      if (stale && outgoing.reusedSocket && isReset(error)) continue;
      throw error;
    }
  }
}

async function route(url: URL): Promise<Awaited<ReturnType<typeof routeTo>>> {
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw new RequestFailure('invalid_argument', `${url.protocol}// isn't an address of a server`, {
      hint: 'A base URL begins with https:// or http://.',
    });
  }
  try {
    return await routeTo(url);
  } catch (cause) {
    throw new RequestFailure('connection_failed', cause instanceof Error ? cause.message : String(cause), {
      cause,
    });
  }
}

/** One request and its response: who may end it, and how. */
class Exchange {
  readonly #request: ClientRequest;
  readonly #place: string;
  readonly #options: TransportOptions;
  readonly #signal: AbortSignal | undefined;
  readonly #timer: NodeJS.Timeout | undefined;
  #waiting = true;
  #reading = false;
  #finished = false;
  /** Why it was ended here. */
  #failure: ChainError | undefined;

  constructor(
    request: ClientRequest,
    place: string,
    signal: AbortSignal | undefined,
    options: TransportOptions,
  ) {
    this.#request = request;
    this.#place = place;
    this.#options = options;
    this.#signal = signal;
    const ms = options.timeoutMs;
    if (ms > 0 && ms <= LONGEST_TIMER_MS) this.#timer = setTimeout(this.#timeUp, ms).unref();
    if (signal === undefined) return;
    // Many requests may well share one signal: no cause for a warning.
    setMaxListeners(0, signal);
    signal.addEventListener('abort', this.#abort, { once: true });
    if (signal.aborted) this.#abort();
  }

  response(body: string | undefined): Promise<IncomingMessage> {
    return new Promise((resolve, reject) => {
      this.#request.once('response', resolve);
      this.#request.on('error', (error) => reject(this.#explain(error)));
      this.#request.end(body);
    });
  }

  async *read(source: Readable): AsyncGenerator<Uint8Array, void, void> {
    this.#reading = true;
    try {
      this.#await();
      for await (const chunk of source.iterator({ destroyOnReturn: false })) {
        if (this.#finished) continue;
        this.#waiting = false;
        yield chunk;
        this.#await();
      }
    } catch (error) {
      if (this.#finished) return;
      const failure = this.#explain(error);
      // What had come before the connection failed is still to be had.
      const rest: Uint8Array | null = failure.code === 'aborted' ? null : source.read();
      if (rest !== null) yield rest;
      throw failure;
    } finally {
      this.#reading = false;
      this.close();
      source.destroy();
    }
  }

  finish(source: Readable): void {
    this.#finished = true;
    this.close();
    if (source.readableEnded || source.destroyed) return;
    const timer = setTimeout(() => source.destroy(), LINGER_MS);
    source.once('close', () => clearTimeout(timer));
    if (!this.#reading) source.resume();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#abort);
  }

  /** Time counts only while the server is waited for, not while the reader is busy. */
  #await(): void {
    this.#waiting = true;
    // A timer that was cleared would start again.
    if (!this.#finished) this.#timer?.refresh();
  }

  #timeUp = (): void => {
    if (this.#waiting) this.#end(timeoutFailure(this.#place, this.#options.timeoutMs, this.#reading));
  };

  #abort = (): void => this.#end(new ChainError('aborted', 'the request was aborted'));

  #end(failure: ChainError): void {
    this.#failure = failure;
    this.#request.destroy(failure);
  }

  #explain(error: unknown): ChainError {
    if (this.#failure !== undefined) return this.#failure;
    return error instanceof ChainError ? error : connectionFailure(this.#place, error, this.#options.start);
  }
}

/** The longest that `setTimeout` can wait. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** We don't ask for compression; a server that compresses all the same is understood. */
async function decoded(message: IncomingMessage, place: string): Promise<Readable> {
  message.on('error', ignore);
  const encoding = message.headers['content-encoding']?.trim().toLowerCase();
  if (!encoding || encoding === 'identity') return message;
  const [zlib, { pipeline }] = await Promise.all([import('node:zlib'), import('node:stream')]);
  const decoders: Readonly<Record<string, () => import('node:stream').Transform>> = {
    gzip: zlib.createGunzip,
    'x-gzip': zlib.createGunzip,
    deflate: zlib.createInflate,
    br: zlib.createBrotliDecompress,
  };
  const create = Object.hasOwn(decoders, encoding) ? decoders[encoding] : undefined;
  if (create === undefined) {
    message.destroy();
    throw new RequestFailure(
      'invalid_response',
      `${place} compresses its answer as ${cleanLine(encoding, 40)}`,
    );
  }
  return pipeline(message, create(), ignore);
}

function ignore(): void {}

function isReset(error: unknown): boolean {
  const { code } = ((error as Error).cause ?? {}) as NodeJS.ErrnoException;
  return code === 'ECONNRESET' || code === 'EPIPE';
}

function redirected(from: URL, status: number, location: URL | string, hops: number): RequestFailure {
  const to = cleanLine(maskSecrets(withoutPassword(location)));
  const why = hops === MOST_HOPS ? `more than ${MOST_HOPS} times, at last to` : 'to';
  return new RequestFailure(
    'invalid_response',
    `${from.host} answered ${status} and redirects ${why} ${to}`,
    {
      status,
      hint: 'Requests carry a key, so they are not sent on: set the base URL to the address that answers.',
    },
  );
}

function withoutPassword(location: URL | string): string {
  if (typeof location === 'string') return location.replace(/^.*@/s, '');
  const shown = new URL(location);
  shown.username = '';
  shown.password = '';
  return shown.href;
}

function refusedByProxy(proxy: string): RequestFailure {
  return new RequestFailure(
    'connection_failed',
    `the proxy ${proxy} answered 407: its user and password are missing or wrong`,
    { status: 407, hint: 'They stand in the proxy variable, as in http://user:password@host:port.' },
  );
}
