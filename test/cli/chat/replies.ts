import type { ServerResponse } from 'node:http';
import { DONE, delta, event, type Received, type Reply, reply, text } from '../../models/loopback.js';

interface Said {
  readonly role: string;
  readonly content: string;
}

/** The messages of a request, a line for each. */
export function said({ body }: Received): readonly string[] {
  return (body.messages as readonly Said[]).map(({ role, content }) => `${role}: ${content}`);
}

/**
 * Answers what was said last: `You said: …`, for ten tokens in and two out. `fail` gets an error, `cut` half an answer,
 * `wait` the beginning of one that never ends, `empty` one without a word.
 */
export const echo: Reply = (response, { body }) => {
  const last = (body.messages as readonly Said[]).at(-1)!.content;
  if (last === 'fail') return reply(400, { error: { message: 'Not that.' } })(response, undefined as never);
  begin(response);
  if (last === 'wait') return response.write(text('You'));
  if (last === 'cut') return response.write(text('You'), () => response.destroy());
  const words = last === 'empty' ? [] : ['You said: ', last];
  for (const word of words) response.write(text(word));
  const usage = { prompt_tokens: 10, completion_tokens: 2, total_tokens: 12 };
  return response.end(event(delta({}, 'stop')) + event({ choices: [], usage }) + DONE);
};

/** The same, but what a memory asks for a summary gets one. */
export const echoAndSummarize: Reply = (response, received) => {
  const { messages } = received.body as { messages: Said[] };
  const asked = messages.at(-1)!.content.endsWith('New summary:');
  const content = `summary of ${messages.at(-1)!.content.match(/^Human: .*$/gm)?.length} turns`;
  const body = asked ? { messages: [{ role: 'user', content }] } : received.body;
  return echo(response, { ...received, body });
};

function begin(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
}
