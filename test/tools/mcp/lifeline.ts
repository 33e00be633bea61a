import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import { afterTest } from '../../support/teardown.js';

/** Where processes connect to as long as they run. */
export interface Lifeline {
  readonly port: number;
  /** When so many have connected. */
  started(count: number): Promise<void>;
  /** When all of them have ended. */
  over(): Promise<void>;
}

export async function openLifeline(): Promise<Lifeline> {
  const sockets: Socket[] = [];
  const server = createServer((socket) => void sockets.push(socket.on('error', () => {}).resume()));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  afterTest(() => {
    server.close();
    for (const socket of sockets) socket.destroy();
  });
  return {
    port: (server.address() as { port: number }).port,
    async started(count) {
      while (sockets.length < count) await once(server, 'connection');
    },
    async over() {
      for (const socket of sockets) if (!socket.closed) await once(socket, 'close');
    },
  };
}
