import type { ErrorRecord } from '../../src/errors.js';
import type { EventOf, EventType } from '../../src/events.js';
import type { Usage, UsageSum } from '../../src/messages.js';

const TIME = new Date(2026, 10, 21, 13, 2, 48, 123).getTime();

const root = {
  runId: '1a2b3c4d-0000-4000-8000-000000000001',
  parentRunId: null,
  name: 'LLMChain',
  time: TIME,
};
const child = {
  runId: '5e6f7a8b-0000-4000-8000-000000000002',
  parentRunId: root.runId,
  name: 'ChatOpenAI',
  time: TIME,
};
const tool = { ...child, runId: '9c0d1e2f-0000-4000-8000-000000000003', name: 'calculator' };
const retriever = { ...child, runId: '3a4b5c6d-0000-4000-8000-000000000004', name: 'notes' };
const start = { tags: [], metadata: {} };

const usage: Usage = {
  inputTokens: 12,
  outputTokens: 3,
  totalTokens: 15,
  cachedTokens: 8,
  reasoningTokens: 0,
  source: 'reported',
};
const usageSum: UsageSum = { ...usage, runs: 1, bySource: { reported: 15 } };
const error: ErrorRecord = { name: 'ChainError', code: 'server_error', message: 'the server said 500' };
const model = { model: 'gpt-5-mini', provider: 'openai', params: { temperature: 0, stop: ['\n\n'] } };
const toolCall = { id: 'call_1', name: 'calculator', arguments: '{"sum":"1+2"}' };

/** One event of each type, all of one tree of runs, its root `1a2b3c4d…`. */
export const EVENT_SAMPLES: { readonly [T in EventType]: EventOf<T> } = {
  chainStart: {
    ...root,
    type: 'chainStart',
    tags: ['sums', 'test'],
    metadata: { file: 'add.txt' },
    inputs: { number: 2 },
  },
  chainEnd: { ...root, type: 'chainEnd', outputs: { text: '3' }, usage: usageSum, durationMs: 645 },
  chainError: { ...root, type: 'chainError', error, usage: null, durationMs: 12.4 },
  llmStart: {
    ...child,
    name: 'OpenAI',
    ...start,
    type: 'llmStart',
    ...model,
    params: {},
    prompt: '1 + 2 = ',
  },
  chatModelStart: {
    ...child,
    ...start,
    type: 'chatModelStart',
    ...model,
    messages: [
      { role: 'system', content: 'Add.' },
      { role: 'user', content: '1 + 2 = ', name: 'Ada' },
      { role: 'assistant', content: '', toolCalls: [toolCall] },
      { role: 'tool', content: '3', toolCallId: 'call_1' },
    ],
    tools: [{ name: 'calculator', description: 'Adds.', parameters: { type: 'object' } }],
  },
  llmNewToken: { ...child, type: 'llmNewToken', token: ' the', index: 3 },
  llmEnd: {
    ...child,
    type: 'llmEnd',
    text: 'It is\n3',
    message: { role: 'assistant', content: 'It is\n3', toolCalls: [toolCall] },
    toolCalls: [toolCall],
    finishReason: 'stop',
    usage,
    cost: 0.00012,
    model: 'gpt-5-mini-2025-08-07',
    responseId: 'chatcmpl-1',
    firstTokenMs: 320,
    durationMs: 640,
  },
  llmError: {
    ...child,
    type: 'llmError',
    model: 'gpt-5-mini',
    error,
    text: 'It',
    usage,
    cost: null,
    durationMs: 1234,
  },
  retry: { ...child, type: 'retry', attempt: 1, delayMs: 500, reason: '429 Too Many Requests' },
  toolStart: { ...tool, ...start, type: 'toolStart', input: { sum: '1+2' }, toolCallId: 'call_1' },
  toolEnd: { ...tool, type: 'toolEnd', output: '3', durationMs: 2 },
  toolError: { ...tool, type: 'toolError', error, durationMs: 2 },
  agentAction: { ...root, type: 'agentAction', tool: 'calculator', input: '1+2', log: 'I should add.' },
  agentFinish: { ...root, type: 'agentFinish', output: '3', log: 'I know it now.' },
  retrieverStart: { ...retriever, ...start, type: 'retrieverStart', query: 'what is 1 + 2?' },
  retrieverEnd: {
    ...retriever,
    type: 'retrieverEnd',
    documents: [{ pageContent: '1 + 2 = 3', metadata: { page: 1 } }, { pageContent: '2 + 2 = 4' }],
    durationMs: 5,
  },
  retrieverError: { ...retriever, type: 'retrieverError', error, durationMs: 5 },
  text: { ...root, type: 'text', text: '1 + 2 = ', kind: 'prompt' },
  customEvent: { ...root, type: 'customEvent', eventName: 'progress', data: { done: 0.5 } },
};
