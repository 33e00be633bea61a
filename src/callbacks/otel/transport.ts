import type { IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import type { createOtlpNetworkExportDelegate } from '@opentelemetry/otlp-exporter-base';
import type { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';

type Transport = Parameters<typeof createOtlpNetworkExportDelegate>[3];
type Response = Awaited<ReturnType<Transport['send']>>;
export type HttpOptions = ReturnType<typeof convertLegacyHttpOptions>;

/** Signals of the end. */
export interface TransportEnd {
  /** Aborts when nothing is to be tried again any more. */
  readonly closing: AbortSignal;
  /** Aborts when nothing is to be waited for any more. */
  readonly over: AbortSignal;
}

const FIRST_WAIT_MS = 1000;
const LONGEST_WAIT_MS = 5000;

/** By the OTLP specification these may pass. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504]);

/**
 * OTLP over HTTP. The SDK's own transport goes on with its attempts for ten seconds, whoever waits for it, and then
 * doesn't say what it was answered; this one stops when it is told to.
 */
export function otlpTransport(options: HttpOptions, { closing, over }: TransportEnd): Transport {
  return {
    async send(data, timeoutMillis): Promise<Response> {
      const deadline = performance.now() + timeoutMillis;
      for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
        const last = closing.aborted;
        const outcome = await attempt(data, options, deadline - performance.now(), over);
        if (!(outcome instanceof DeliveryFailure)) return { status: 'success', data: outcome };
        // Up to a quarter less, so that many clients don't come back at once.
        const waitMs = outcome.retryAfterMs ?? wait * (1 - Math.random() / 4);
        const late = performance.now() + waitMs > deadline;
        if (!outcome.passing || last || late || over.aborted) return { status: 'failure', error: outcome };
        await delay(waitMs, undefined, { signal: closing, ref: false }).catch(() => {});
      }
    },
    shutdown() {},
  };
}

/** Why nothing was delivered, in words that may follow a colon. */
export class DeliveryFailure extends Error {
  /** It may be otherwise next time. */
  readonly passing: boolean;
  /** What it was answered; `undefined` where it wasn't. */
  readonly status: number | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    passing: boolean,
    answer: { readonly status?: number; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(message);
    this.passing = passing;
    this.status = answer.status;
    this.retryAfterMs = answer.retryAfterMs;
  }
}

/** @returns what was answered when it was taken. Never rejects */
async function attempt(
  data: Uint8Array,
  options: HttpOptions,
  timeoutMs: number,
  over: AbortSignal,
): Promise<DeliveryFailure | Uint8Array> {
  try {
    const { response, body } = await post(data, options, timeoutMs, over);
    const { statusCode: status = 0, headers } = response;
    if (status >= 200 && status < 300) return body;
    const seconds = Number.parseInt(headers['retry-after'] ?? '', 10);
    const retryAfterMs = seconds >= 0 ? seconds * 1000 : undefined;
    return new DeliveryFailure(`it answered ${status}`, PASSING.has(status), { status, retryAfterMs });
  } catch (error) {
    if (error instanceof DeliveryFailure) return error;
    const { code = '', message } = error as NodeJS.ErrnoException;
    // Node repeats OpenSSL's own words, over several lines.
    if (code === 'EPROTO') return new DeliveryFailure('it does not speak TLS as https:// has it', false);
    return new DeliveryFailure(REASONS[code] ?? message, code in REASONS);
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection closed',
  EPIPE: 'connection closed',
  ETIMEDOUT: 'no answer in time',
  ENOTFOUND: 'unknown host',
  EAI_AGAIN: 'unknown host',
  ENETUNREACH: 'network unreachable',
  EHOSTUNREACH: 'host unreachable',
};

interface Answer {
  readonly response: IncomingMessage;
  /** Empty where it isn't in the language of the request, or too long. */
  readonly body: Uint8Array;
}

/** Longer answers are left: what tells of spans that were refused is short. */
const MOST_READ = 64 * 1024;

/** The answer, once all of it has come: then the connection can be used again. */
async function post(
  data: Uint8Array,
  options: HttpOptions,
  timeoutMs: number,
  over: AbortSignal,
): Promise<Answer> {
  const url = new URL(options.url);
  const { request } = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  const headers = await options.headers();
  let body = data;
  if (options.compression === 'gzip') {
    const { gzip } = await import('node:zlib');
    body = await promisify(gzip)(data);
    headers['content-encoding'] = 'gzip';
  }
  const agent = await options.agentFactory(url.protocol);
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      method: 'POST',
      agent,
      headers: { ...headers, 'content-length': body.byteLength },
    });
    const giveUp = () => outgoing.destroy(new DeliveryFailure('no answer in time', true));
    const timer = setTimeout(giveUp, Math.max(timeoutMs, 0));
    over.addEventListener('abort', giveUp, { once: true });
    if (over.aborted) giveUp();
    outgoing.on('response', (response) => {
      const chunks: Uint8Array[] = [];
      let length = 0;
      response.on('data', (chunk: Uint8Array) => {
        if (length < MOST_READ) chunks.push(chunk);
        length += chunk.length;
      });
      const isReadable = response.headers['content-type']?.split(';')[0] === headers['content-type'];
      response
        .on('end', () => {
          resolve({ response, body: Buffer.concat(isReadable && length <= MOST_READ ? chunks : []) });
        })
        .on('error', reject);
    });
    outgoing.on('error', reject).on('close', () => {
      clearTimeout(timer);
      over.removeEventListener('abort', giveUp);
      reject(new DeliveryFailure('connection closed', true));
    });
    outgoing.end(body);
  });
}
