import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, it } from 'vitest';
import { httpGetTool } from '../../src/tools/http-get.js';
import { afterTest } from '../support/teardown.js';

async function serve(listener: RequestListener): Promise<string> {
  const server = createServer(listener);
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  afterTest(() => {
    server.closeAllConnections();
    server.close();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

const page: RequestListener = (request, response) => {
  if (request.url === '/away') response.writeHead(302, { location: 'http://example.org/' }).end();
  else if (request.url === '/round') response.writeHead(302, { location: '/round' }).end();
  else if (request.url === '/image') response.writeHead(200, { 'content-type': 'image/png' }).end('x');
  else if (request.url === '/moved') response.writeHead(301, { location: 'page' }).end();
  else if (request.url === '/none') response.writeHead(404).end();
  else
    response
      .writeHead(200, { 'content-type': 'text/plain' })
      .end(`${request.url} ${request.headers.authorization}`);
};

it('reads pages of allowed hosts, without the password in their address', async () => {
  const host = await serve(page);
  const get = httpGetTool({ allow: [host], allowPrivate: true });
  expect(await get.invoke({ url: `http://ann:secret@${host}/a?b#c` })).toBe('/a?b undefined');
  expect(await get.invoke({ url: `http://${host}/moved` })).toBe('/page undefined');
});

it.each([
  ['/away', 'permission_denied', 'example.org is not among the hosts that may be asked'],
  ['/round', 'invalid_tool_input', 'HOST redirects more than 5 times'],
  ['/image', 'invalid_tool_input', 'HOST answered with image/png, not with text'],
  ['/none', 'bad_request', 'HOST answered 404'],
])('%s fails', async (path, code, message) => {
  const host = await serve(page);
  const get = httpGetTool({ allow: [host], allowPrivate: true });
  await expect(get.invoke({ url: `http://${host}${path}` })).rejects.toMatchObject({
    code,
    message: message.replace('HOST', host),
  });
});

it.each([
  ['http://127.0.0.1/', ['127.0.0.1']],
  ['http://[::1]/', ['[::1]']],
  ['http://[::ffff:127.0.0.1]/', ['[::ffff:7f00:1]']],
  ['http://2130706433/', ['127.0.0.1']],
  ['http://localhost/', ['localhost']],
  ['http://169.254.169.254/latest', ['169.254.169.254']],
])('asks no private address: %s', async (url, allow) => {
  const error = await httpGetTool({ allow })
    .invoke({ url })
    .catch((thrown) => thrown);
  expect(error).toMatchObject({
    code: 'permission_denied',
    message: expect.stringMatching(/ is an address of a private network$/),
  });
});

it.each([
  ['http://example.org/', ['example.com', '*.example.org'], 'permission_denied'],
  ['http://example.org:81/', ['example.org'], 'permission_denied'],
  ['http://notexample.org/', ['*.example.org'], 'permission_denied'],
  ['file:///etc/passwd', ['*.org'], 'invalid_tool_input'],
  ['nonsense', ['*.org'], 'invalid_tool_input'],
])('asks only who is listed: %s', async (url, allow, code) => {
  await expect(httpGetTool({ allow }).invoke({ url })).rejects.toMatchObject({ code });
});

it('reads as much as it may, and as long', async () => {
  const host = await serve((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json' });
    if (request.url === '/large') response.end('x'.repeat(100));
    else response.write('x');
  });
  const get = httpGetTool({ allow: [host], allowPrivate: true, maxBytes: 3 });
  expect(await get.invoke({ url: `http://${host}/large` })).toBe(
    'xxx\n[more than 3 bytes: the rest is left out]',
  );
  const soon = httpGetTool({ allow: [host], allowPrivate: true, timeoutMs: 20 });
  await expect(soon.invoke({ url: `http://${host}/slow` })).rejects.toMatchObject({ code: 'timeout' });
});
