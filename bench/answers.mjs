/** What the server answers, and so what every program must have understood. */
export const PROMPT_TOKENS = 9;

const DIFFERENT = 10;

/** The tokens of a streamed answer, as they are sent. */
export function tokensOf(count) {
  return Array.from({ length: count }, (_, index) => ` word${index % DIFFERENT}`);
}

/** The events of a chat completion as OpenAI sends them, usage and end included. */
export function* streamOf(count) {
  const saying = (delta) => event({ choices: [choice(delta, null)], usage: null });
  yield saying({ role: 'assistant', content: '' });
  const words = tokensOf(Math.min(count, DIFFERENT)).map((content) => saying({ content }));
  for (let index = 0; index < count; index += 1) yield words[index % DIFFERENT];
  yield event({ choices: [choice({}, 'stop')], usage: null });
  yield event({ choices: [], usage: usageOf(count) });
  yield 'data: [DONE]\n\n';
}

/** The same of one token, in one piece. */
export function documentOf() {
  const message = { role: 'assistant', content: tokensOf(1).join(''), refusal: null };
  const choices = [{ index: 0, message, logprobs: null, finish_reason: 'stop' }];
  return JSON.stringify({ ...common('chat.completion'), choices, usage: usageOf(1) });
}

function event(fields) {
  return `data: ${JSON.stringify({ ...common('chat.completion.chunk'), ...fields })}\n\n`;
}

function common(object) {
  const model = 'gpt-5-mini-2025-08-07';
  return { id: 'chatcmpl-Ck3vQ0aZpT8rXw5nB1dYfE2mLsGh', object, created: 1767225600, model };
}

function choice(delta, reason) {
  return { index: 0, delta, logprobs: null, finish_reason: reason };
}

function usageOf(count) {
  return { prompt_tokens: PROMPT_TOKENS, completion_tokens: count, total_tokens: PROMPT_TOKENS + count };
}
