// A chat-completions server in a process of its own that sends what it has ready as fast as it is taken.
// `/<tokens>/v1` streams that many tokens, `/document/v1` answers whole. Prints its port.
import { createServer } from 'node:http';
import { documentOf, streamOf } from './answers.mjs';

/** Events that are written together, as a fast server's reach a reader. */
const EVENTS_A_WRITE = 256;

const ready = new Map();
let requests = 0;

createServer((request, response) => {
  if (request.url === '/requests') return response.end(String(requests));
  request.resume().on('end', () => {
    requests += 1;
    const kind = request.url.split('/')[1];
    if (!ready.has(kind)) ready.set(kind, render(kind));
    const { type, parts } = ready.get(kind);
    response.writeHead(200, { 'content-type': type });
    send(response, parts, 0);
  });
}).listen(0, '127.0.0.1', function () {
  console.log(this.address().port);
});

process.on('disconnect', () => process.exit());

function render(kind) {
  if (kind === 'document') return { type: 'application/json', parts: [Buffer.from(documentOf())] };
  const parts = [];
  /** Of an answer of a million tokens most parts are alike. */
  const known = new Map();
  const add = (text) => {
    if (!known.has(text)) known.set(text, Buffer.from(text));
    parts.push(known.get(text));
  };
  let events = [];
  for (const event of streamOf(Number(kind))) {
    if (events.push(event) < EVENTS_A_WRITE) continue;
    add(events.join(''));
    events = [];
  }
  add(events.join(''));
  return { type: 'text/event-stream', parts };
}

function send(response, parts, from) {
  for (let next = from; next < parts.length; next++) {
    if (!response.write(parts[next])) return response.once('drain', () => send(response, parts, next + 1));
  }
  response.end();
}
