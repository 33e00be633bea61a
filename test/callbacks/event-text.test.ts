import { expect, test } from 'vitest';
import { eventLevel, renderEvent } from '../../src/callbacks/event-text.js';
import { type ChainEvent, EVENT_TYPES, type EventType } from '../../src/events.js';
import { EVENT_SAMPLES } from './event-samples.js';

const TEXTS: Readonly<Record<EventType, string>> = {
  chainStart: 'chainStart LLMChain {"number":2}, tags sums test, metadata {"file":"add.txt"}',
  chainEnd: 'chainEnd LLMChain 12 in (8 cached) + 3 out = 15 tokens (reported), 645 ms: {"text":"3"}',
  chainError: 'chainError LLMChain server_error, 12 ms: ChainError: the server said 500',
  llmStart: 'llmStart OpenAI gpt-5-mini (openai), in 1a2b3c4d: 1 + 2 = ',
  chatModelStart:
    'chatModelStart ChatOpenAI gpt-5-mini (openai), {"temperature":0,"stop":["\\n\\n"]}, tools calculator, in 1a2b3c4d:\n' +
    'System: Add.\nHuman: 1 + 2 = \nAI: \nTool: 3',
  llmNewToken: 'llmNewToken ChatOpenAI 3: " the"',
  llmEnd:
    'llmEnd ChatOpenAI gpt-5-mini-2025-08-07, stop, 12 in (8 cached) + 3 out = 15 tokens (reported), $0.00012, ' +
    'first token 320 ms, 640 ms, calls calculator({"sum":"1+2"}):\nIt is\n3',
  llmError:
    'llmError ChatOpenAI gpt-5-mini, server_error, 12 in (8 cached) + 3 out = 15 tokens (reported), 1.23 s, no price:\n' +
    'ChainError: the server said 500\nAnswer so far: It',
  retry: 'retry ChatOpenAI attempt 1, in 500 ms: 429 Too Many Requests',
  toolStart: 'toolStart calculator call_1, in 1a2b3c4d: {"sum":"1+2"}',
  toolEnd: 'toolEnd calculator 2 ms: 3',
  toolError: 'toolError calculator server_error, 2 ms: ChainError: the server said 500',
  agentAction: 'agentAction LLMChain calculator "1+2": I should add.',
  agentFinish: 'agentFinish LLMChain:\nI know it now.\nFinal answer: 3',
  retrieverStart: 'retrieverStart notes in 1a2b3c4d: what is 1 + 2?',
  retrieverEnd: 'retrieverEnd notes 2 documents, 5 ms:\n1. 1 + 2 = 3\n2. 2 + 2 = 4',
  retrieverError: 'retrieverError notes server_error, 5 ms: ChainError: the server said 500',
  text: 'text LLMChain prompt: 1 + 2 = ',
  customEvent: 'customEvent LLMChain progress: {"done":0.5}',
};

test.each(EVENT_TYPES)('%s', (type) => {
  expect(renderEvent(EVENT_SAMPLES[type])).toBe(TEXTS[type]);
});

const { llmEnd, llmError, agentFinish, customEvent, toolStart } = EVENT_SAMPLES;

test.each<[string, ChainEvent, string]>([
  [
    'what is not known is said to be so',
    {
      ...llmEnd,
      toolCalls: [],
      finishReason: null,
      firstTokenMs: null,
      cost: null,
      text: '',
      usage: { ...llmEnd.usage, inputTokens: null, outputTokens: null, totalTokens: null, source: 'unknown' },
    },
    'llmEnd ChatOpenAI gpt-5-mini-2025-08-07, no finish reason, tokens unknown, no price, 640 ms',
  ],
  [
    'a request without an answer has spent nothing',
    { ...llmError, text: '', usage: null },
    'llmError ChatOpenAI gpt-5-mini, server_error, 1.23 s: ChainError: the server said 500',
  ],
  ['a thought is not said twice', { ...agentFinish, log: '3' }, 'agentFinish LLMChain: 3'],
  ['no data', { ...customEvent, data: undefined }, 'customEvent LLMChain progress: undefined'],
  ['no call', { ...toolStart, input: 'a b', toolCallId: null }, 'toolStart calculator in 1a2b3c4d: a b'],
  [
    'a type of a later version',
    { type: 'planMade', runId: 'r', parentRunId: null, name: 'Planner', time: 1 } as unknown as ChainEvent,
    'planMade Planner {"type":"planMade","runId":"r","parentRunId":null,"name":"Planner","time":1}',
  ],
])('%s', (_, event, text) => {
  expect(renderEvent(event)).toBe(text);
});

test('levels', () => {
  const levels = EVENT_TYPES.map((type) => `${type} ${eventLevel(type)}`);
  expect(levels.filter((entry) => !entry.endsWith(' info'))).toEqual([
    'chainError error',
    'llmNewToken debug',
    'llmError error',
    'retry warning',
    'toolError error',
    'retrieverError error',
  ]);
});
