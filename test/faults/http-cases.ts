import { constants, gzipSync, type ZlibOptions } from 'node:zlib';
import { type Reply, reply, stream } from '../models/loopback.js';
import type { FaultCase } from './fault-case.js';
import { DONE, say, stop, usage } from './wire.js';

const ANSWER = say('Hello') + stop() + usage(3, 1) + DONE;
const FINE = stream(ANSWER);
/** Repeats the key, as some servers do. */
const refuse =
  (status: number): Reply =>
  (response, { headers }) =>
    reply(status, { error: { message: `Not this key: ${headers.authorization}` } })(
      response,
      undefined as never,
    );
/** Asks to come back at once. */
const fail = (status: number, headers = {}): Reply =>
  reply(status, { error: { message: 'not now' } }, { 'retry-after-ms': '1', ...headers });
const page = (status: number): Reply =>
  reply(status, '<!doctype html><title>Welcome</title><p>Hi', { 'content-type': 'text/html; charset=utf-8' });
const zipped =
  (text: string, options?: ZlibOptions): Reply =>
  (response) =>
    response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(text, options));
const silence: Reply = () => {};
const hangUp: Reply = (response) => response.socket?.destroy();

/** The same server under another name. */
const toLocalhost: Reply = (response, { headers, path }) =>
  response.writeHead(307, { location: `http://localhost:${headers.host?.split(':')[1]}${path}` }).end();

const ASK_ONCE = ['--retries', '0'];
const PAST = 'Wed, 21 Oct 2015 07:28:00 GMT';
const BASE_URL_HINT =
  'Is the base URL right? It is what stands before /chat/completions, often ending in /v1.';

export const HTTP_CASES: readonly FaultCase[] = [
  {
    fault: '401, with the key in its message',
    replies: [refuse(401)],
    calls: 1,
    error: 'HOST answered 401: Not this key: Bearer ***\nIs OPENAI_API_KEY the right one for this server?',
    code: 'authentication',
  },
  {
    fault: '403, with the key in its message',
    replies: [refuse(403)],
    calls: 1,
    error: 'HOST answered 403: Not this key: Bearer ***',
    code: 'permission_denied',
  },
  {
    fault: '404 with a page of HTML',
    replies: [page(404)],
    calls: 1,
    error: `HOST answered 404: Welcome\n${BASE_URL_HINT}`,
    code: 'not_found',
  },
  {
    fault: '408, 409, 429, 500, 502, 503, 529, each once',
    replies: [...[408, 409, 429, 500, 502, 503, 529].map((status) => fail(status)), FINE],
    flags: ['--retries', '7'],
    calls: 8,
    answer: 'Hello',
  },
  {
    fault: '408, 409, 429, and so on',
    replies: [fail(408), fail(409), fail(429)],
    calls: 3,
    error: 'HOST answered 429: not now',
    code: 'rate_limited',
  },
  {
    fault: '500, 503, 529, and so on',
    replies: [fail(500), fail(503), fail(529)],
    calls: 3,
    error: 'HOST answered 529: not now',
    code: 'overloaded',
  },
  {
    fault: 'Retry-After in seconds, as a date, and in milliseconds',
    replies: [
      reply(429, '', { 'retry-after': '0.02' }),
      reply(503, '', { 'retry-after': PAST }),
      reply(429, '', { 'retry-after': '50', 'retry-after-ms': '3' }),
      FINE,
    ],
    flags: ['--retries', '3'],
    calls: 4,
    waits: [20, 0, 3],
    answer: 'Hello',
  },
  {
    fault: 'Retry-After of more than 60 s',
    replies: [reply(429, { error: { message: 'not now' } }, { 'retry-after': '90' })],
    calls: 1,
    error: 'HOST answered 429: not now; come back in 90 s (TIME)',
    code: 'rate_limited',
  },
  {
    fault: '429 for want of credit',
    replies: [reply(429, { error: { code: 'insufficient_quota', message: 'Quota exceeded' } })],
    calls: 1,
    error:
      'HOST answered 429: Quota exceeded\nThe account is out of credit, or at its limit: asking again is no use.',
    code: 'insufficient_quota',
  },
  {
    fault: 'Ctrl-C while another attempt is waited for',
    replies: [fail(503, { 'retry-after-ms': '50000' })],
    interrupt: 'retry',
    calls: 1,
    waits: [50_000],
    exit: 130,
    code: 'aborted',
  },
  {
    fault: 'nothing listens',
    replies: [],
    at: () => 'http://127.0.0.1:1',
    flags: ASK_ONCE,
    calls: 0,
    error: 'nothing listens at HOST (ECONNREFUSED)',
    code: 'connection_failed',
  },
  {
    fault: 'an unknown host',
    replies: [],
    at: () => 'http://no-such-host.invalid',
    flags: ASK_ONCE,
    calls: 0,
    error: 'there is no host HOST (ENOTFOUND)\nIs there a network? The offline model answers without one.',
    code: 'connection_failed',
  },
  {
    fault: 'a connection that breaks before the answer, once',
    replies: [hangUp, FINE],
    calls: 2,
    answer: 'Hello',
  },
  {
    fault: 'a connection that always breaks before the answer',
    replies: [hangUp],
    flags: ['--retries', '1'],
    calls: 2,
    error: 'no answer from HOST (ECONNRESET)',
    code: 'connection_failed',
  },
  {
    fault: 'a certificate that nobody vouches for',
    replies: [FINE],
    at: ({ tls }) => tls,
    calls: 0,
    waits: [],
    error:
      "the certificate of HOST can't be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)\nA certificate of your own is trusted when NODE_EXTRA_CA_CERTS names its file.",
    code: 'connection_failed',
  },
  {
    fault: 'http where the URL says https',
    replies: [FINE],
    at: ({ http }) => http.replace('http:', 'https:'),
    calls: 0,
    waits: [],
    error:
      "HOST doesn't speak what its URL says (EPROTO)\nShould it begin with http:// where it begins with https://, or the other way round?",
    code: 'connection_failed',
  },
  {
    fault: 'headers that never come',
    replies: [silence],
    flags: ['--timeout', '1', ...ASK_ONCE],
    calls: 1,
    error: 'no answer from HOST within 1 s',
    code: 'timeout',
  },
  {
    fault: 'a redirect to another host',
    replies: [toLocalhost, FINE],
    calls: 1,
    error:
      'HOST answered 307 and redirects to http://localhost:PORT/v1/chat/completions\nRequests carry a key, so they are not sent on: set the base URL to the address that answers.',
    code: 'invalid_response',
  },
  {
    fault: '200 with a page of HTML',
    replies: [page(200)],
    calls: 1,
    error: `HOST answered 200 with no completion in it (text/html; charset=utf-8)\n${BASE_URL_HINT}`,
    code: 'invalid_response',
  },
  {
    fault: '200 with an error in JSON, with control sequences',
    replies: [reply(200, { error: { message: 'The model is \x1b[31mbeing moved\x1b[0m\x07' } })],
    calls: 1,
    error: 'HOST answered with an error: The model is being moved',
    code: 'server_error',
  },
  {
    fault: '200 with a refusal in JSON',
    replies: [reply(200, { code: 1004, message: 'Not on this plan' })],
    calls: 1,
    error: `HOST answered 200 with no completion in it (application/json): Not on this plan\n${BASE_URL_HINT}`,
    code: 'invalid_response',
  },
  {
    fault: '200 with a whole completion in place of a stream',
    replies: [
      reply(200, {
        choices: [{ message: { content: 'Hello' }, finish_reason: 'stop' }],
        usage: { prompt_tokens: 3 },
      }),
    ],
    calls: 1,
    answer: 'Hello',
    logged: { finishReason: 'stop' },
  },
  {
    fault: 'a compressed stream that nobody asked for',
    replies: [zipped(ANSWER)],
    calls: 1,
    answer: 'Hello',
  },
  {
    fault: 'a compressed stream that ends too early',
    replies: [zipped(say('Hel'), { finishFlush: constants.Z_SYNC_FLUSH })],
    calls: 1,
    answer: 'Hel',
    error: 'HOST broke off before the answer was whole',
    code: 'stream_cut',
  },
  {
    fault: 'HTTPS_PROXY, the one way to the server',
    replies: [FINE],
    at: () => 'https://localhost:1',
    env: ({ http }) => ({ HTTPS_PROXY: http, NODE_EXTRA_CA_CERTS: 'certificate.pem' }),
    calls: 1,
    answer: 'Hello',
  },
  {
    fault: 'HTTPS_PROXY, where nothing listens',
    replies: [FINE],
    at: ({ tls }) => tls,
    env: () => ({ HTTPS_PROXY: 'http://127.0.0.1:1' }),
    flags: ASK_ONCE,
    calls: 0,
    error: 'nothing listens at HOST through the proxy 127.0.0.1:1 (ECONNREFUSED)',
    code: 'connection_failed',
  },
];
