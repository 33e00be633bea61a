import type { LookupAddress, LookupOptions } from 'node:dns';
import type { IncomingMessage } from 'node:http';
import type { LookupFunction } from 'node:net';
import { ChainError } from '../errors.js';
import { type Tool, tool } from './tool.js';

export interface HttpGetToolOptions {
  /**
   * The hosts that may be asked: `example.org`, `*.example.org` for all below it, `localhost:8080` for a port that isn't
   * the usual one.
   */
  readonly allow: readonly string[];
  /** Whether addresses of this machine and of private networks may be asked. Default false. */
  readonly allowPrivate?: boolean;
  /** Of one answer. Default 1 MiB. */
  readonly maxBytes?: number;
  /** For the whole request, redirects included, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number;
}

/** Reads pages of the hosts that are allowed. No cookies, no keys, no proxy; a redirect is followed where its host is allowed, too. */
export function httpGetTool(options: HttpGetToolOptions): Tool {
  return tool({
    name: 'http_get',
    description: `Gets a text over HTTP. Hosts that can be asked: ${options.allow.join(', ')}.`,
    schema: {
      type: 'object',
      properties: { url: { type: 'string', description: 'such as https://example.org/page' } },
      required: ['url'],
      additionalProperties: false,
    },
    timeoutMs: options.timeoutMs ?? 30_000,
    run: ({ url }, { signal }) => get(String(url), options, signal),
  });
}

const MOST_REDIRECTS = 5;
const MOST_BYTES = 1024 * 1024;
const TEXT = /^(text\/|application\/(.*[+/])?(json|xml|yaml|javascript|x-ndjson)\b)/i;

async function get(address: string, options: HttpGetToolOptions, signal: AbortSignal): Promise<string> {
  let url = allowed(address, undefined, options);
  for (let redirects = 0; ; redirects++) {
    const response = await ask(url, options, signal);
    const { statusCode = 0, headers } = response;
    if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
      response.destroy();
      if (redirects === MOST_REDIRECTS)
        throw refused(`${url.host} redirects more than ${MOST_REDIRECTS} times`);
      url = allowed(headers.location, url, options);
      continue;
    }
    const type = headers['content-type'] ?? '';
    if (statusCode >= 200 && statusCode < 300 && TEXT.test(type)) return textOf(response, options);
    response.destroy();
    if (statusCode >= 200 && statusCode < 300)
      throw refused(`${url.host} answered with ${type || 'no content type'}, not with text`);
    throw new ChainError('bad_request', `${url.host} answered ${statusCode}`);
  }
}

/** @throws ChainError `permission_denied` where the host isn't on the list */
function allowed(address: string, base: URL | undefined, { allow }: HttpGetToolOptions): URL {
  const url = URL.canParse(address, base?.href) ? new URL(address, base) : undefined;
  if (url?.protocol !== 'http:' && url?.protocol !== 'https:')
    throw refused(`not an address of a page: ${address}`);
  url.username = '';
  url.password = '';
  const isListed = allow.some((entry) =>
    entry.startsWith('*.')
      ? url.host.endsWith(entry.slice(1).toLowerCase())
      : url.host === entry.toLowerCase(),
  );
  if (isListed) return url;
  throw new ChainError('permission_denied', `${url.host} is not among the hosts that may be asked`);
}

async function ask(
  url: URL,
  { allowPrivate = false }: HttpGetToolOptions,
  signal: AbortSignal,
): Promise<IncomingMessage> {
  const [{ request }, dns, { isAddress, isPublicAddress }] = await Promise.all([
    url.protocol === 'https:' ? import('node:https') : import('node:http'),
    import('node:dns'),
    import('./public-address.js'),
  ]);
  const isPublic = (ip: string) => allowPrivate || isPublicAddress(ip);
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (isAddress(host) && !isPublic(host)) throw privateAddress(url);
  // The address that was looked at is the one that is connected to: a name can't lead elsewhere in between.
  const lookup = (name: string, given: LookupOptions, done: Parameters<LookupFunction>[2]) =>
    dns.lookup(name, { ...given, all: true }, (error, found: readonly LookupAddress[]) => {
      if (error !== null) return done(error, '');
      if (!found.every(({ address }) => isPublic(address))) return done(privateAddress(url) as Error, '');
      if (given.all) return done(null, [...found]);
      done(null, found[0]!.address, found[0]!.family);
    });
  return new Promise((resolve, reject) => {
    request(url, {
      lookup: lookup as LookupFunction,
      signal,
      agent: false,
      headers: { accept: 'text/*, application/json', 'accept-encoding': 'identity' },
    })
      .once('response', resolve)
      .once('error', (cause: NodeJS.ErrnoException) =>
        reject(
          cause instanceof ChainError
            ? cause
            : new ChainError(
                'connection_failed',
                `no answer from ${url.host} (${cause.code ?? cause.message})`,
                { cause },
              ),
        ),
      )
      .end();
  });
}

async function textOf(
  response: IncomingMessage,
  { maxBytes = MOST_BYTES }: HttpGetToolOptions,
): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    length += chunk.length;
    if (length > maxBytes) break;
  }
  const text = Buffer.concat(chunks).subarray(0, maxBytes).toString();
  return length > maxBytes ? `${text}\n[more than ${maxBytes} bytes: the rest is left out]` : text;
}

function refused(message: string): ChainError {
  return new ChainError('invalid_tool_input', message);
}

function privateAddress({ host }: URL): ChainError {
  return new ChainError('permission_denied', `${host} is an address of a private network`);
}
