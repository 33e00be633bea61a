import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { type AddressInfo, connect, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Received } from '../models/loopback.js';
import { CERTIFICATE, KEY } from '../support/certificate.js';
import { type Answered, pathOf } from './fault-case.js';

/**
 * A server on loopback that does what its cases say. `/<path of a case>/<any name>/v1` is a base URL at which that
 * case begins anew for each name; `GET /<path of a case>/<any name>/calls` gives how often it was called, and `/keys`
 * how many hosts were sent a key.
 */
export interface FaultServer {
  /** Also a proxy, whose tunnels all lead to `tls`. */
  readonly http: string;
  /** With a certificate that only {@link CERTIFICATE} vouches for. */
  readonly tls: string;
  calls(one: Answered, client: string): number;
  close(): Promise<void>;
}

export async function startFaultServer(cases: readonly Answered[]): Promise<FaultServer> {
  const byPath = new Map(cases.map((one) => [pathOf(one), one]));
  if (byPath.size < cases.length) throw new Error('two cases have one path');
  const counts = new Map<string, number>();
  const trusted = new Map<string, Set<string | undefined>>();
  const sockets = new Set<Duplex>();

  const answer: RequestListener = async (request, response) => {
    const [, path = '', client, last] = (request.url ?? '').split('/');
    const place = `${path}/${client}`;
    const text = await textOf(request);
    const one = byPath.get(path);
    if (last === 'calls') return void response.end(String(counts.get(place) ?? 0));
    if (last === 'keys') return void response.end(String(trusted.get(place)?.size ?? 0));
    if (one === undefined || request.method !== 'POST') return void notFound(response);
    const call = counts.get(place) ?? 0;
    counts.set(place, call + 1);
    const { authorization, host } = request.headers;
    if (authorization !== undefined) trusted.set(place, (trusted.get(place) ?? new Set()).add(host));
    await one.replies[Math.min(call, one.replies.length - 1)]?.(response, received(request, text));
  };

  const plain = createServer(answer);
  const tls = createTlsServer({ key: KEY, cert: CERTIFICATE }, answer);
  const servers: readonly Server[] = [plain, tls];
  for (const server of [plain, tls]) {
    // A connection that idles stays: a request just as it is closed would fail for a reason that no case is about.
    server.keepAliveTimeout = 0;
    server.on('connection', (socket: Duplex) => {
      sockets.add(socket.on('close', () => sockets.delete(socket)).on('error', () => {}));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  }
  plain.on('connect', (_, socket: Duplex) => {
    const there = connect(portOf(tls), '127.0.0.1', () => {
      socket.write('HTTP/1.1 200 OK\r\n\r\n');
      there.pipe(socket).pipe(there);
    });
    there.on('error', () => socket.destroy());
  });

  return {
    http: `http://127.0.0.1:${portOf(plain)}`,
    tls: `https://127.0.0.1:${portOf(tls)}`,
    calls: (one, client) => counts.get(`${pathOf(one)}/${client}`) ?? 0,
    async close() {
      for (const socket of sockets) socket.destroy();
      await Promise.all(servers.map((server) => new Promise((resolve) => server.close(resolve))));
    },
  };
}

const portOf = (server: Server): number => (server.address() as AddressInfo).port;

async function textOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

function received(request: IncomingMessage, text: string): Received {
  const { method = '', url = '', headers, socket } = request;
  return { method, path: url, headers, body: JSON.parse(text), port: socket.remotePort ?? 0 };
}

function notFound(response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain' }).end('nothing here');
}
