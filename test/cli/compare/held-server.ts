import type { ServerResponse } from 'node:http';
import { DONE, delta, event, type Loopback, serve, text } from '../../models/loopback.js';

/** An answer that comes when a test says so. */
export interface HeldAnswer {
  write(part: string): void;
  /** The rest of it, and the end, with so many tokens. */
  end(part?: string, tokens?: number): void;
  /** In place of an answer. */
  refuse(status: number, message: string): void;
}

export interface HeldServer extends Loopback {
  /** The answer to the first request for this model that hasn't been given one; waits for the request. */
  answer(model: string, temperature?: number): Promise<HeldAnswer>;
}

/** A server that answers nothing by itself. */
export async function serveHeld(): Promise<HeldServer> {
  const open: { readonly key: string; readonly response: ServerResponse }[] = [];
  const waiting = new Set<() => void>();
  const loopback = await serve((response, { body }) => {
    open.push({ key: keyOf(body.model as string, body.temperature as number | undefined), response });
    for (const look of waiting) look();
  });
  const take = (key: string): Promise<ServerResponse> =>
    new Promise((resolve) => {
      const look = () => {
        const index = open.findIndex((one) => one.key === key);
        if (index < 0) return;
        waiting.delete(look);
        resolve(open.splice(index, 1)[0]!.response);
      };
      waiting.add(look);
      look();
    });
  return {
    ...loopback,
    answer: async (model, temperature) => heldAnswer(await take(keyOf(model, temperature))),
  };
}

function keyOf(model: string, temperature: number | undefined): string {
  return temperature === undefined ? model : `${model} at ${temperature}`;
}

function heldAnswer(response: ServerResponse): HeldAnswer {
  const write = (part: string) => {
    if (!response.headersSent) response.writeHead(200, { 'content-type': 'text/event-stream' });
    response.write(text(part));
  };
  return {
    write,
    end(part = '', tokens = 4) {
      write(part);
      const usage = { prompt_tokens: 9, completion_tokens: tokens, total_tokens: 9 + tokens };
      response.end(event(delta({}, 'stop')) + event({ choices: [], usage }) + DONE);
    },
    refuse(status, message) {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ error: { message } }));
    },
  };
}
