import { createServer } from 'node:net';
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { send, type TransportRequest, type TransportResponse } from '../../src/models/transport.js';
import { type Reply, reply, serve, withResolvers } from './loopback.js';

const OPTIONS = { timeoutMs: 5000 };

function post(
  baseUrl: string,
  request: TransportRequest = {},
  options = OPTIONS,
): Promise<TransportResponse> {
  return send(new URL(baseUrl), { method: 'POST', body: '{"a":1}', ...request }, options);
}

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('sends what it is given and gives what comes', async () => {
  const server = await serve((response) =>
    response.writeHead(201, { 'X-Request-Id': '7', 'set-cookie': ['a', 'b'] }).end('é'),
  );
  const response = await post(server.baseUrl, { headers: new Headers({ Authorization: 'Bearer k' }) });
  expect(response).toMatchObject({ ok: true, status: 201, url: server.baseUrl });
  expect([...response.headers]).toEqual(
    expect.arrayContaining([
      ['x-request-id', '7'],
      ['set-cookie', 'a,b'],
    ]),
  );
  expect(await response.text()).toBe('é');
  expect(server.received).toMatchObject([
    {
      method: 'POST',
      path: '/v1',
      headers: { authorization: 'Bearer k', 'content-length': '7' },
      body: { a: 1 },
    },
  ]);
});

test('a body comes as it is sent', async () => {
  const next = [withResolvers(), withResolvers()];
  const server = await serve(async (response) => {
    response.write('one');
    await next[0]!.promise;
    response.write('two');
    await next[1]!.promise;
    response.end();
  });
  const reads: string[] = [];
  for await (const read of (await post(server.baseUrl)).body) {
    reads.push(String(read));
    next[reads.length - 1]!.resolve();
  }
  expect(reads).toEqual(['one', 'two']);
});

test('a reader that takes its time holds the server back', async () => {
  let held = false;
  const server = await serve(async (response) => {
    const part = Buffer.alloc(1024 * 1024);
    for (let sent = 0; sent < 64 && !held; sent++) held = !response.write(part) && (await isHeld(response));
    response.end();
  });
  const isHeld = (response: Parameters<Reply>[0]) =>
    Promise.race([
      new Promise<false>((resolve) => response.once('drain', () => resolve(false))),
      wait(300).then(() => true),
    ]);
  const response = await post(server.baseUrl);
  for await (const _ of response.body) {
    while (!held) await wait(20);
    break;
  }
  expect(held).toBe(true);
});

test.each([
  ['gzip', gzipSync],
  ['deflate', deflateSync],
  ['br', brotliCompressSync],
  ['GZIP', gzipSync],
  ['identity', Buffer.from],
])('understands %s', async (encoding, compress) => {
  const server = await serve((response) =>
    response.writeHead(200, { 'content-encoding': encoding }).end(compress(Buffer.from('hello'))),
  );
  expect(await (await post(server.baseUrl)).text()).toBe('hello');
});

test('a compression that it does not know, and one that is broken', async () => {
  const server = await serve(
    (response) => response.writeHead(200, { 'content-encoding': 'zip' }).end('x'),
    (response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end('nonsense'),
  );
  await expect(post(server.baseUrl)).rejects.toMatchObject({
    code: 'invalid_response',
    message: `${server.host} compresses its answer as zip`,
  });
  const broken = await post(server.baseUrl);
  await expect(broken.text()).rejects.toMatchObject({ code: 'connection_failed' });
});

test('connections are used again, after a whole body and after an answer that is whole', async () => {
  const server = await serve(
    reply(200, 'a'),
    async (response) => {
      response.write('b');
      await wait(10);
      response.write('ignored');
      response.end();
    },
    reply(200, 'c'),
  );
  await (await post(server.baseUrl)).text();
  const response = await post(server.baseUrl);
  for await (const read of response.body) {
    expect(String(read)).toBe('b');
    response.finish();
  }
  await (await post(server.baseUrl)).text();
  expect(new Set(server.received.map(({ port }) => port)).size).toBe(1);
});

test('an answer that is whole but never ends is left after a while', async () => {
  const server = await serve((response) => void response.write('all'));
  const response = await post(server.baseUrl);
  for await (const _ of response.body) response.finish();
  await server.left;
});

test('leaving early closes the connection', async () => {
  const server = await serve((response) => void response.write('some'));
  for await (const _ of (await post(server.baseUrl)).body) break;
  await server.left;
});

test('a connection that was kept open, and that the server closed, is made again', async () => {
  let connections = 0;
  const server = createServer((socket) => {
    connections++;
    let requests = 0;
    socket.on('error', () => {});
    socket.on('data', () => {
      if (++requests === 2) socket.destroy();
      else socket.write('HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok');
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as { port: number }).port}/`;
  expect(await (await post(url)).text()).toBe('ok');
  await wait(10);
  expect(await (await post(url)).text()).toBe('ok');
  expect(connections).toBe(2);
  server.close();
});

const redirect =
  (status: number, location: string): Reply =>
  (response) =>
    response.writeHead(status, { location }).end('moved');

test.each([307, 308])('%i to the same origin is followed, with method and body', async (status) => {
  const server = await serve(redirect(status, '/v2'), redirect(status, 'v3'), reply(200, 'there'));
  const response = await post(server.baseUrl, { headers: [['authorization', 'Bearer k']] });
  expect(await response.text()).toBe('there');
  expect(server.received).toMatchObject([
    { path: '/v1' },
    { path: '/v2' },
    { method: 'POST', path: '/v3', headers: { authorization: 'Bearer k' }, body: { a: 1 } },
  ]);
});

test.each([301, 302, 303])('%i is not followed', async (status) => {
  const server = await serve(redirect(status, '/elsewhere'), reply(200, 'there'));
  await expect(post(server.baseUrl)).rejects.toMatchObject({
    code: 'invalid_response',
    retryable: false,
    message: `${server.host} answered ${status} and redirects to http://${server.host}/elsewhere`,
  });
  expect(server.received.length).toBe(1);
});

test('a redirect to another origin is not followed', async () => {
  const other = await serve(reply(200, 'caught'));
  const server = await serve(redirect(307, `${other.baseUrl}?key=sk-abcdefgh`));
  await expect(post(server.baseUrl)).rejects.toMatchObject({
    message: `${server.host} answered 307 and redirects to ${other.baseUrl}?key=***`,
  });
  expect(other.received).toEqual([]);
});

test.each([
  ['http://user:secret@elsewhere.test/v1', 'http://elsewhere.test/v1'],
  ['http://user:secret@[', '['],
])('a redirect to %s is told without its password', async (location, shown) => {
  const server = await serve(redirect(307, location));
  await expect(post(server.baseUrl)).rejects.toMatchObject({
    message: `${server.host} answered 307 and redirects to ${shown}`,
  });
});

test('six redirects are too many, and one to nowhere is told', async () => {
  const round = await serve(redirect(307, '/round'));
  await expect(post(round.baseUrl)).rejects.toMatchObject({
    message: `${round.host} answered 307 and redirects more than 5 times, at last to http://${round.host}/round`,
  });
  expect(round.received.length).toBe(6);
  const nowhere = await serve(redirect(307, 'http://['));
  await expect(post(nowhere.baseUrl)).rejects.toMatchObject({
    message: `${nowhere.host} answered 307 and redirects to http://[`,
  });
});

test('no answer in time', async () => {
  const server = await serve(() => {});
  await expect(post(server.baseUrl, {}, { timeoutMs: 50 })).rejects.toMatchObject({
    code: 'timeout',
    retryable: true,
    message: `no answer from ${server.host} within 0.05 s`,
  });
  await server.left;
});

test.each([
  ['the head', ''],
  ['a part', 'some'],
])('nothing more in time after %s', async (_, part) => {
  const server = await serve((response) => {
    response.flushHeaders();
    if (part !== '') response.write(part);
  });
  const response = await post(server.baseUrl, {}, { timeoutMs: 60 });
  await expect(response.text()).rejects.toMatchObject({
    code: 'timeout',
    message: `nothing more came from ${server.host} for 0.06 s`,
  });
  await server.left;
});

test('a stream may last longer than the timeout, and so may its reader', async () => {
  const server = await serve(async (response) => {
    for (let part = 0; part < 10; part++) {
      response.write('x');
      await wait(50);
    }
    response.end();
  });
  let length = 0;
  for await (const read of (await post(server.baseUrl, {}, { timeoutMs: 400 })).body) {
    if (length === 0) await wait(500);
    length += read.length;
  }
  expect(length).toBe(10);
});

test.each([0, Number.POSITIVE_INFINITY])('a timeout of %d is none', async (timeoutMs) => {
  const server = await serve(async (response) => {
    await wait(30);
    response.end('late');
  });
  expect(await (await post(server.baseUrl, {}, { timeoutMs })).text()).toBe('late');
});

const ABORTED = { code: 'aborted', message: 'the request was aborted' };

test('an abort before, while waiting for an answer, and while reading it', async () => {
  const server = await serve(
    () => {},
    (response) => void response.write('some'),
  );
  await expect(post(server.baseUrl, { signal: AbortSignal.abort() })).rejects.toMatchObject(ABORTED);
  const first = new AbortController();
  const waiting = post(server.baseUrl, { signal: first.signal });
  while (server.received.length === 0) await wait(5);
  first.abort();
  await expect(waiting).rejects.toMatchObject(ABORTED);
  const second = new AbortController();
  const response = await post(server.baseUrl, { signal: second.signal });
  const reading = (async () => {
    for await (const _ of response.body) second.abort();
  })();
  await expect(reading).rejects.toMatchObject(ABORTED);
});

test('a connection that breaks', async () => {
  const server = await serve(
    (response) => response.socket?.destroy(),
    (response) => {
      response.writeHead(200, { 'content-length': '9' });
      response.write('some', () => response.socket?.destroy());
    },
  );
  await expect(post(server.baseUrl)).rejects.toMatchObject({
    code: 'connection_failed',
    retryable: true,
    message: `no answer from ${server.host} (ECONNRESET)`,
  });
  await expect((await post(server.baseUrl)).text()).rejects.toMatchObject({ code: 'connection_failed' });
});

test('what came before a connection broke is not lost on a reader that takes its time', async () => {
  const server = await serve(async (response) => {
    response.write('one');
    await wait(30);
    response.write('two', () => response.socket?.destroy());
  });
  const reads: string[] = [];
  const reading = (async () => {
    for await (const read of (await post(server.baseUrl)).body) {
      reads.push(String(read));
      await wait(100);
    }
  })();
  await expect(reading).rejects.toMatchObject({ code: 'connection_failed' });
  expect(reads).toEqual(['one', 'two']);
});

test('nothing listens', async () => {
  await expect(
    send(new URL('http://127.0.0.1:1/'), {}, { ...OPTIONS, start: 'Start it.' }),
  ).rejects.toMatchObject({
    code: 'connection_failed',
    message: 'nothing listens at 127.0.0.1:1 (ECONNREFUSED)',
    hint: 'Start it.',
  });
});

test('a URL that is not of the web', async () => {
  await expect(post('ftp://x/')).rejects.toMatchObject({
    code: 'invalid_argument',
    message: "ftp:// isn't an address of a server",
  });
});
