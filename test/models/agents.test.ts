import { createServer as createHttpServer, request as httpRequest, type Server } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { connect } from 'node:net';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { routeTo } from '../../src/models/agents.js';
import { send } from '../../src/models/transport.js';
import { CERTIFICATE, KEY } from '../support/certificate.js';
import { reply, serve } from './loopback.js';

const closing: Server[] = [];

beforeEach(() => {
  for (const name of ['HTTP_PROXY', 'HTTPS_PROXY', 'ALL_PROXY', 'NO_PROXY']) {
    vi.stubEnv(name, '');
    vi.stubEnv(name.toLowerCase(), '');
  }
});

afterEach(async () => {
  vi.unstubAllEnvs();
  for (const server of closing.splice(0)) {
    server.closeAllConnections();
    server.close();
  }
});

/** A proxy that notes what it was asked for. */
async function proxy(): Promise<{ readonly url: string; readonly asked: string[] }> {
  const asked: string[] = [];
  const server = createHttpServer((incoming, response) => {
    asked.push(`${incoming.method} ${incoming.url} ${incoming.headers['proxy-authorization'] ?? ''}`.trim());
    const { method, headers } = incoming;
    incoming.pipe(
      httpRequest(incoming.url ?? '', { method: method ?? '', headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 0, answer.headers);
        answer.pipe(response);
      }),
    );
  });
  server.on('connect', (incoming, socket) => {
    asked.push(`CONNECT ${incoming.url}`);
    const [host, port] = (incoming.url ?? '').split(':');
    const there = connect(Number(port), host, () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    there.on('error', () => socket.destroy());
    socket.on('error', () => there.destroy());
  });
  return { url: await listen(server), asked };
}

async function listen(server: Server): Promise<string> {
  closing.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

function secureServer(): Promise<string> {
  return listen(
    createHttpsServer({ key: KEY, cert: CERTIFICATE }, (_, response) => response.end('secret')) as Server,
  );
}

const get = (url: string) => send(new URL(url), {}, { timeoutMs: 5000 });

test('without a proxy, one agent serves all hosts of a protocol', async () => {
  const [one, two, secure] = await Promise.all(
    ['http://a/', 'http://b/', 'https://a/'].map((url) => routeTo(new URL(url))),
  );
  expect(one).toMatchObject({ proxy: undefined });
  expect(one?.agent).toBe(two?.agent);
  expect(secure?.agent).not.toBe(one?.agent);
});

test.each(['HTTP_PROXY', 'http_proxy', 'ALL_PROXY'])('%s is honoured', async (variable) => {
  const server = await serve(reply(200, 'there'));
  const through = await proxy();
  vi.stubEnv(variable, `http://user:pw@${through.url}`);
  expect(await (await get(server.baseUrl)).text()).toBe('there');
  expect(through.asked).toEqual([`GET ${server.baseUrl} Basic dXNlcjpwdw==`]);
});

test('NO_PROXY is honoured', async () => {
  const server = await serve(reply(200, 'there'));
  const through = await proxy();
  vi.stubEnv('HTTP_PROXY', `http://${through.url}`);
  vi.stubEnv('NO_PROXY', '127.0.0.1');
  expect(await (await get(server.baseUrl)).text()).toBe('there');
  expect(through.asked).toEqual([]);
});

test('a secure server is reached through a tunnel, and its certificate is looked at', async () => {
  const host = await secureServer();
  const through = await proxy();
  vi.stubEnv('HTTPS_PROXY', `http://${through.url}`);
  await expect(get(`https://${host}/`)).rejects.toMatchObject({
    code: 'connection_failed',
    retryable: false,
    message: `the certificate of ${host} through the proxy ${through.url} can't be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
  });
  expect(through.asked).toEqual([`CONNECT ${host}`]);
});

test('a proxy variable without a protocol means http', async () => {
  const host = await secureServer();
  const through = await proxy();
  vi.stubEnv('HTTPS_PROXY', through.url);
  await expect(get(`https://${host}/`)).rejects.toMatchObject({
    message: expect.stringContaining(`the certificate of ${host} through the proxy ${through.url}`),
  });
  expect(through.asked).toEqual([`CONNECT ${host}`]);
});

test.each(['http', 'https'])('a proxy that wants a password, on the way to %s', async (protocol) => {
  const server = createHttpServer((_, response) => response.writeHead(407).end('who are you?'));
  server.on('connect', (_, socket) => {
    socket
      .on('error', () => {})
      .end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
  });
  const host = await listen(server);
  vi.stubEnv('ALL_PROXY', `http://user:wrong@${host}`);
  await expect(get(`${protocol}://locked.test/`)).rejects.toMatchObject({
    code: 'connection_failed',
    retryable: false,
    message: `the proxy ${host} answered 407: its user and password are missing or wrong`,
  });
});

test('a certificate that nobody vouches for', async () => {
  const host = await secureServer();
  await expect(get(`https://${host}/`)).rejects.toMatchObject({
    message: `the certificate of ${host} can't be trusted (DEPTH_ZERO_SELF_SIGNED_CERT)`,
    retryable: false,
  });
});

test('TLS where there is none', async () => {
  const server = await serve(reply(200, 'plain'));
  await expect(get(`https://${server.host}/`)).rejects.toMatchObject({
    code: 'connection_failed',
    retryable: false,
    message: expect.stringContaining(`${server.host} doesn't speak what its URL says (E`),
  });
});

test('a proxy that does not answer is named, without its password', async () => {
  vi.stubEnv('HTTP_PROXY', 'http://user:pw@127.0.0.1:1');
  await expect(get('http://example.test/')).rejects.toMatchObject({
    message: 'nothing listens at example.test through the proxy 127.0.0.1:1 (ECONNREFUSED)',
  });
});

test('a proxy of another kind', async () => {
  vi.stubEnv('HTTP_PROXY', 'socks5://user:pw@127.0.0.1:1');
  await expect(get('http://other.test/')).rejects.toMatchObject({
    code: 'connection_failed',
    message: 'a proxy variable names no http proxy, but one of socks5://',
  });
});
