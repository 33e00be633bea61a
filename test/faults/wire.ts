import { event } from '../models/loopback.js';

/** What chat completions look like as they are streamed, as little of it as will do. */
export const choice = (fields: unknown): string => event({ choices: [fields] });
export const say = (content: string): string => choice({ delta: { content } });
export const stop = (finish_reason = 'stop'): string => choice({ delta: {}, finish_reason });
export const usage = (prompt_tokens: number, completion_tokens: number): string =>
  event({ choices: [], usage: { prompt_tokens, completion_tokens } });
export const DONE = 'data: [DONE]\n\n';
