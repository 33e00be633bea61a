import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { EventType } from '../../src/events.js';
import { BaseCallbackHandler, type ChainEvent } from '../../src/events.js';
import { afterTest } from '../support/teardown.js';

/** A request as the server got it. */
export interface Received {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
  /** The port at the other end: the same one for the same connection. */
  readonly port: number;
}

export type Reply = (response: ServerResponse, received: Received) => unknown;

export interface Loopback {
  readonly baseUrl: string;
  readonly host: string;
  readonly received: Received[];
  /** Settles when a client has closed a connection before its answer was whole. */
  readonly left: Promise<void>;
}

/** A server whose n-th request gets the n-th reply; the last one is given again and again. */
export async function serve(...replies: readonly Reply[]): Promise<Loopback> {
  const received: Received[] = [];
  const { promise: left, resolve: leave } = withResolvers();
  const server = createServer(async (request, response) => {
    response.on('close', () => !response.writableFinished && leave());
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString();
    const one: Received = {
      method: request.method ?? '',
      path: request.url ?? '',
      headers: request.headers,
      body: text === '' ? {} : JSON.parse(text),
      port: request.socket.remotePort ?? 0,
    };
    received.push(one);
    await replies[Math.min(received.length, replies.length) - 1]?.(response, one);
  });
  afterTest(() => close(server));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { baseUrl: `http://${host}/v1`, host, received, left };
}

export function withResolvers(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}

/** Answers with a body, whole. */
export function reply(status: number, body: unknown, headers: Readonly<Record<string, string>> = {}): Reply {
  const text = typeof body === 'string' ? body : JSON.stringify(body);
  const type = typeof body === 'string' ? 'text/plain' : 'application/json';
  return (response) => response.writeHead(status, { 'content-type': type, ...headers }).end(text);
}

/** Streams these texts, each in a write of its own. */
export function stream(...writes: readonly (string | Buffer)[]): Reply {
  return async (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    for (const write of writes) {
      response.write(write);
      await new Promise((resolve) => setImmediate(resolve));
    }
    response.end();
  };
}

export function event(value: unknown): string {
  return `data: ${JSON.stringify(value)}\n\n`;
}

/** A chat chunk with text. */
export function text(content: string, finish: string | null = null): string {
  return event(delta({ content }, finish));
}

export function delta(fields: unknown, finish: string | null = null): unknown {
  return {
    id: 'chatcmpl-1',
    model: 'gpt-5-mini-2025-08-07',
    choices: [{ index: 0, delta: fields, finish_reason: finish }],
  };
}

export const DONE = 'data: [DONE]\n\n';

export const USAGE = {
  prompt_tokens: 9,
  completion_tokens: 4,
  total_tokens: 13,
  prompt_tokens_details: { cached_tokens: 5 },
  completion_tokens_details: { reasoning_tokens: 2 },
};

/** Everything that a run told. */
export class Recorder extends BaseCallbackHandler {
  readonly events: ChainEvent[] = [];

  override onEvent = (heard: ChainEvent): void => {
    this.events.push(heard);
  };

  types(): EventType[] {
    return this.events.map(({ type }) => type);
  }

  of<T extends EventType>(type: T): Extract<ChainEvent, { type: T }>[] {
    return this.events.filter((heard): heard is Extract<ChainEvent, { type: T }> => heard.type === type);
  }
}

/** One token a chunk, until nobody listens any more. */
export const endless: Reply = async (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let open = true; open; ) {
    response.write(text(' word'));
    await new Promise((resolve) => setImmediate(resolve));
    open = !response.destroyed;
  }
};

function close(server: Server): Promise<unknown> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(resolve));
}
