import { expect, test } from 'vitest';
import {
  cleanLine,
  connectionFailure,
  type RequestFailure,
  statusFailure,
  streamFailure,
} from '../../src/models/failure.js';

const speaker = { host: 'h:1', secrets: ['geheim-1'], keyVariable: 'H_KEY' };
const failed = (status: number, body?: unknown, headers = {}): RequestFailure =>
  statusFailure(speaker, status, body, new Headers(headers));

test.each([
  [400, 'bad_request', false],
  [401, 'authentication', false],
  [402, 'insufficient_quota', false],
  [403, 'permission_denied', false],
  [404, 'not_found', false],
  [408, 'timeout', true],
  [409, 'bad_request', true],
  [413, 'bad_request', false],
  [422, 'bad_request', false],
  [429, 'rate_limited', true],
  [500, 'server_error', true],
  [502, 'server_error', true],
  [503, 'overloaded', true],
  [529, 'overloaded', true],
])('%i is %s, worth another attempt: %s', (status, code, retryable) => {
  expect(failed(status)).toMatchObject({ code, retryable, status, message: `h:1 answered ${status}` });
});

test.each([
  [429, { error: { code: 'insufficient_quota' } }, {}, 'insufficient_quota', false],
  [429, { error: { type: 'insufficient_quota' } }, { 'x-should-retry': 'true' }, 'insufficient_quota', false],
  [500, { error: { type: 'overloaded_error' } }, {}, 'overloaded', true],
  [400, {}, { 'x-should-retry': 'true' }, 'bad_request', true],
  [500, {}, { 'x-should-retry': 'false' }, 'server_error', false],
])('%i with %j and %j is %s, worth another attempt: %s', (status, body, headers, code, retryable) => {
  expect(failed(status, body, headers)).toMatchObject({ code, retryable });
});

test.each([
  ['OpenAI’s form', { error: { message: 'no\n  such thing', param: 'x' } }, 'no such thing'],
  ['an error that is a text', { error: 'nope' }, 'nope'],
  ['a message', { message: 'nope' }, 'nope'],
  ['a detail', { detail: 'nope' }, 'nope'],
  ['details', { detail: [{ loc: ['body', 'x'] }] }, '[{"loc":["body","x"]}]'],
  ['a list, as Google sends', [{ error: { message: 'nope' } }], 'nope'],
  ['another form', { oh: 'no' }, '{"oh":"no"}'],
  ['text', 'bad\tgateway ', 'bad gateway'],
  ['a page with a title', '<html><title>502 Bad Gateway</title><body>x', '502 Bad Gateway'],
  ['a page without one', '<p>oh</p><b>no</b>', 'oh no'],
  ['a key', { error: { message: 'wrong: geheim-1, sk-abcdefgh' } }, 'wrong: ***, ***'],
  ['control sequences', { error: { message: '\u001b[31mred\u001b[0m\u0007' } }, 'red'],
  ['a long text', 'x'.repeat(400), `${'x'.repeat(299)}…`],
])('says what the server said: %s', (_, body, said) => {
  expect(failed(500, body).message).toBe(`h:1 answered 500: ${said}`);
});

test('names what the server named, in full', () => {
  expect(failed(400, { error: { message: 'no x', param: 'y' } }).detail).toBe('no x y');
  expect(failed(422, { detail: [{ loc: ['z'] }] }).detail).toBe('{"detail":[{"loc":["z"]}]}');
});

test.each([
  ['seconds', { 'retry-after': '2' }, 2000],
  ['parts of one', { 'retry-after': '0.5' }, 500],
  ['milliseconds, which win', { 'retry-after': '2', 'retry-after-ms': '30' }, 30],
  ['a date that has passed', { 'retry-after': 'Wed, 21 Oct 2015 07:28:00 GMT' }, 0],
  ['parts of one without a zero', { 'retry-after': '.5' }, 500],
  ['a time that is negative', { 'retry-after': '-5' }, undefined],
  ['neither', { 'retry-after': 'soon' }, undefined],
  ['nothing', {}, undefined],
])('Retry-After as %s', (_, headers, ms) => {
  expect(failed(429, {}, headers).retryAfterMs).toBe(ms);
});

test('Retry-After as a date', () => {
  const { retryAfterMs } = failed(429, {}, { 'retry-after': new Date(Date.now() + 30_000).toUTCString() });
  expect(retryAfterMs).toBeGreaterThan(20_000);
  expect(retryAfterMs).toBeLessThanOrEqual(30_000);
});

test.each([
  ['90', /^h:1 answered 429; come back in 90 s \(20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ\)$/],
  ['3599', /^h:1 answered 429; come back in 60 min \(/],
  ['99999999999999', /^h:1 answered 429; come back in \d+ min$/],
  ['60', /^h:1 answered 429$/],
])('more than 60 s, and it says when to come back: %s', (seconds, message) => {
  expect(failed(429, undefined, { 'retry-after': seconds }).message).toMatch(message);
});

test('hints', () => {
  expect(failed(401).hint).toBe('Is H_KEY the right one for this server?');
  expect(failed(402).hint).toBe('The account is out of credit, or at its limit: asking again is no use.');
  expect(failed(500).hint).toBe(undefined);
  expect(failed(404).withHint('Its models: a.')).toMatchObject({ ...failed(404), hint: 'Its models: a.' });
});

test.each([
  [{ message: 'slow down', code: 429 }, 'rate_limited', 'slow down', true],
  [{ message: 'oh', code: 'x', status: 503 }, 'overloaded', 'oh', true],
  [{ message: 'no credit', code: 'insufficient_quota' }, 'insufficient_quota', 'no credit', false],
  [{ message: 'bad', code: 400 }, 'bad_request', 'bad', false],
  ['oh no', 'server_error', 'oh no', false],
  [undefined, 'server_error', 'it gave no reason', false],
  [{}, 'server_error', '{"error":{}}', false],
])('an error in a stream: %j', (error, code, said, retryable) => {
  expect(streamFailure(speaker, error)).toMatchObject({
    code,
    retryable,
    message: `h:1 answered with an error: ${said}`,
  });
});

const NO_NETWORK = 'Is there a network? The offline model answers without one.';
const error = (code: string) => Object.assign(new Error('why'), { code });

test.each([
  ['ECONNREFUSED', 'nothing listens at h:1 (ECONNREFUSED)', true, 'start it'],
  ['ECONNRESET', 'no answer from h:1 (ECONNRESET)', true, undefined],
  ['ETIMEDOUT', 'no answer from h:1 (ETIMEDOUT)', true, undefined],
  ['EAI_AGAIN', 'no answer from h:1 (EAI_AGAIN)', true, NO_NETWORK],
  ['ENETUNREACH', 'no answer from h:1 (ENETUNREACH)', true, NO_NETWORK],
  ['', 'no answer from h:1 (why)', true, undefined],
  ['ENOTFOUND', 'there is no host h:1 (ENOTFOUND)', false, NO_NETWORK],
  [
    'CERT_HAS_EXPIRED',
    "the certificate of h:1 can't be trusted (CERT_HAS_EXPIRED)",
    false,
    'A certificate of your own is trusted when NODE_EXTRA_CA_CERTS names its file.',
  ],
  [
    'EPROTO',
    "h:1 doesn't speak what its URL says (EPROTO)",
    false,
    'Should it begin with http:// where it begins with https://, or the other way round?',
  ],
])('a connection that failed: %s', (code, message, retryable, hint) => {
  const failure = connectionFailure('h:1', error(code), 'start it');
  expect(failure).toMatchObject({ code: 'connection_failed', message, retryable, cause: { code } });
  expect(failure.hint).toBe(hint);
});

test('DEPTH_ZERO_SELF_SIGNED_CERT and its like are not retried', () => {
  for (const code of [
    'DEPTH_ZERO_SELF_SIGNED_CERT',
    'SELF_SIGNED_CERT_IN_CHAIN',
    'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    'ERR_TLS_CERT_ALTNAME_INVALID',
  ]) {
    expect(connectionFailure('h:1', error(code)).retryable).toBe(false);
  }
});

test('a line is one line', () => {
  expect(cleanLine(' a\r\n\u001b]0;x\u0007b\u0000 ', 10)).toBe('a b');
  expect(cleanLine('abcdef', 4)).toBe('abc…');
});
