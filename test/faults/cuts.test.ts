import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { readCompletion } from '../../src/models/completion-stream.js';
import type { ModelChunk } from '../../src/models/model.js';
import { send } from '../../src/models/transport.js';
import { STREAM_CASES } from './stream-cases.js';

/** Longer ones differ from these in nothing that a cut could hit. */
const SHORT = STREAM_CASES.filter(({ sends }) => sends.length < 2000);

let server: Server;
/** What the next request is answered with. */
let answer: (response: ServerResponse) => void;
beforeAll(async () => {
  server = createServer((request, response) => {
    request.resume();
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    answer(response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
});

it.each(SHORT.map(({ fault, sends }) => [fault, sends]))('the same after any cut: %s', async (_, sends) => {
  const bytes = Buffer.from(sends);
  const whole = await read(bytes);
  const others: number[] = [];
  for (let at = 1; at < bytes.length; at++) {
    if ((await read(bytes.subarray(0, at), bytes.subarray(at))) !== whole) others.push(at);
  }
  expect(others).toEqual([]);
});

/** What is made of these parts, each sent once the one before it was read. */
async function read(...parts: readonly Buffer[]): Promise<string> {
  const left = [...parts];
  let next = () => {};
  answer = (response) => {
    next = () => void (left.length > 1 ? response.write(left.shift()) : response.end(left.shift()));
    next();
  };
  const { port } = server.address() as AddressInfo;
  const response = await send(new URL(`http://127.0.0.1:${port}/`), { method: 'POST' }, { timeoutMs: 0 });
  const { body } = response;
  const watched = async function* () {
    for await (const part of body) {
      yield part;
      if (left.length > 0) next();
    }
  };
  Object.defineProperty(response, 'body', { value: watched() });
  const chunks: ModelChunk[] = [];
  try {
    for await (const batch of readCompletion(response, { host: 'h', secrets: [] })) chunks.push(...batch);
  } catch (error) {
    return JSON.stringify([chunks, String(error)]);
  }
  return JSON.stringify([chunks]);
}
