// Starts a server of the registry over HTTP, in the way that its argument names, and says at which port it listens.
import { Server } from 'node:net';

const { listen } = Server.prototype;
Server.prototype.listen = function (...args) {
  return listen.apply(this, args).once('listening', () => process.send(this.address().port));
};
await import('@modelcontextprotocol/server-everything/dist/index.js');
