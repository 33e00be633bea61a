import { event } from '../models/loopback.js';

/** What chat completions look like as they are streamed, as little of it as will do for every client. */
export const choice = (fields: object): string => event({ choices: [{ index: 0, ...fields }] });
export const say = (content: string): string => choice({ delta: { role: 'assistant', content } });
export const stop = (finish_reason = 'stop'): string => choice({ delta: {}, finish_reason });
export const usage = (prompt_tokens: number, completion_tokens: number): string =>
  event({ choices: [], usage: { prompt_tokens, completion_tokens } });
export const DONE = 'data: [DONE]\n\n';
