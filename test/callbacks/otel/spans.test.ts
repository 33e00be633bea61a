import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import {
  OpenTelemetryCallbackHandler,
  type OpenTelemetryHandlerOptions,
} from '../../../src/callbacks/otel.js';
import type { ChainEvent } from '../../../src/events.js';
import { type OtlpReceiver, type ReceivedSpan, receiveOtlp } from '../../support/otlp-receiver.js';
import { EVENT_SAMPLES } from '../event-samples.js';

const S = EVENT_SAMPLES;
const TIME = S.chainStart.time;
const ROOT = S.chainStart.runId;
const TRACE_ID = ROOT.replaceAll('-', '');

beforeEach(() => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

/** What a receiver gets of these events. */
async function send(
  events: readonly ChainEvent[],
  options: OpenTelemetryHandlerOptions = {},
): Promise<OtlpReceiver & { span(name: string): ReceivedSpan }> {
  const receiver = await receiveOtlp();
  const warnings: string[] = [];
  const handler = new OpenTelemetryCallbackHandler({
    endpoint: receiver.url,
    onWarning: (text) => warnings.push(text),
    ...options,
  });
  for (const event of events) await handler.onEvent?.(event);
  await handler.close?.();
  expect(warnings).toEqual([]);
  return Object.assign(receiver, {
    span(name: string) {
      const found = receiver.spans.filter((span) => span.name === name);
      expect(receiver.spans.map((span) => span.name)).toContain(name);
      return found[0]!;
    },
  });
}

const ends = { runId: S.chatModelStart.runId, parentRunId: ROOT, name: 'ChatOpenAI', time: TIME + 650 };

describe('a chain and its model', () => {
  const events = [
    S.chainStart,
    S.text,
    { ...S.chatModelStart, metadata: { conversation: 'c-1', turn: 2, deep: { a: 1 } } },
    { ...S.llmNewToken, index: 0 },
    { ...S.llmNewToken, index: 1 },
    S.llmEnd,
    S.chainEnd,
  ];

  it('are two spans, with the times of their events', async () => {
    const { span, spans } = await send(events);
    expect(spans).toHaveLength(2);
    const chain = span('invoke_workflow LLMChain');
    expect(chain).toEqual({
      name: 'invoke_workflow LLMChain',
      kind: 'internal',
      traceId: TRACE_ID,
      spanId: TRACE_ID.slice(16),
      parentSpanId: '',
      start: TIME,
      end: TIME + 645,
      attributes: {
        'gen_ai.operation.name': 'invoke_workflow',
        'gen_ai.workflow.name': 'LLMChain',
        'promptchain.run.id': ROOT,
        'promptchain.tags': ['sums', 'test'],
        'promptchain.metadata.file': 'add.txt',
      },
      status: { code: 0 },
      events: [],
      traceState: undefined,
      resource: {
        'service.name': 'promptchain',
        'telemetry.sdk.language': 'nodejs',
        'telemetry.sdk.name': 'opentelemetry',
        'telemetry.sdk.version': '2.12.0',
      },
      scope: 'promptchain',
    });
    expect(span('chat gpt-5-mini')).toMatchObject({
      kind: 'client',
      traceId: TRACE_ID,
      spanId: S.chatModelStart.runId.replaceAll('-', '').slice(16),
      parentSpanId: chain.spanId,
      start: TIME,
      end: TIME + 640,
      attributes: {
        'gen_ai.operation.name': 'chat',
        'gen_ai.provider.name': 'openai',
        'gen_ai.request.model': 'gpt-5-mini',
        'gen_ai.request.temperature': 0,
        'gen_ai.request.stop_sequences': ['\n\n'],
        'gen_ai.request.stream': true,
        'gen_ai.conversation.id': 'c-1',
        'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
        'gen_ai.response.id': 'chatcmpl-1',
        'gen_ai.response.finish_reasons': ['stop'],
        'gen_ai.response.time_to_first_chunk': 0.32,
        'gen_ai.usage.input_tokens': 12,
        'gen_ai.usage.output_tokens': 3,
        'gen_ai.usage.cache_read.input_tokens': 8,
        'gen_ai.usage.reasoning.output_tokens': 0,
        'promptchain.usage.source': 'reported',
        'promptchain.cost': 0.00012,
        'promptchain.run.id': S.chatModelStart.runId,
        'promptchain.metadata.turn': 2,
      },
      status: { code: 0 },
    });
    expect(Object.keys(span('chat gpt-5-mini').attributes)).toHaveLength(19);
  });

  it('hold what was said where the variable asks for it', async () => {
    vi.stubEnv('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', 'SPAN_ONLY');
    const { span } = await send(events);
    const json = (name: string, key: string) => JSON.parse(span(name).attributes[key] as string);
    expect(json('invoke_workflow LLMChain', 'gen_ai.input.messages')).toEqual([
      { role: 'user', parts: [{ type: 'text', content: '{"number":2}' }] },
    ]);
    expect(json('invoke_workflow LLMChain', 'gen_ai.output.messages')).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: '3' }], finish_reason: 'stop' },
    ]);
    const call = { type: 'tool_call', id: 'call_1', name: 'calculator', arguments: { sum: '1+2' } };
    expect(json('chat gpt-5-mini', 'gen_ai.input.messages')).toEqual([
      { role: 'system', parts: [{ type: 'text', content: 'Add.' }] },
      { role: 'user', parts: [{ type: 'text', content: '1 + 2 = ' }], name: 'Ada' },
      { role: 'assistant', parts: [call] },
      { role: 'tool', parts: [{ type: 'tool_call_response', id: 'call_1', response: '3' }] },
    ]);
    expect(json('chat gpt-5-mini', 'gen_ai.output.messages')).toEqual([
      { role: 'assistant', parts: [{ type: 'text', content: 'It is\n3' }, call], finish_reason: 'stop' },
    ]);
    expect(json('chat gpt-5-mini', 'gen_ai.tool.definitions')).toEqual([
      { type: 'function', name: 'calculator', description: 'Adds.', parameters: { type: 'object' } },
    ]);
  });

  it('are sent as they happen and later from a file as the same spans', async () => {
    const once = await send(events);
    const again = await send(JSON.parse(JSON.stringify(events)), { metrics: false });
    expect(again.spans).toEqual(once.spans);
    expect(once.histograms.map(({ name }) => name)).toContain('gen_ai.client.operation.duration');
    expect(again.requests.map(({ path }) => path)).toEqual(['/v1/traces']);
  });
});

describe('a model', () => {
  const span = async (...events: ChainEvent[]) => (await send(events)).spans[0]!;

  it('of completions is a text completion', async () => {
    vi.stubEnv('OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT', 'true');
    const { name, attributes } = await span(S.llmStart, S.llmEnd);
    expect(name).toBe('text_completion gpt-5-mini');
    expect(attributes['gen_ai.operation.name']).toBe('text_completion');
    expect(attributes['gen_ai.request.stream']).toBeUndefined();
    expect(JSON.parse(attributes['gen_ai.input.messages'] as string)).toEqual([
      { role: 'user', parts: [{ type: 'text', content: '1 + 2 = ' }] },
    ]);
  });

  it('is told all that it was asked for', async () => {
    const params = {
      topP: 0.5,
      maxTokens: 9,
      seed: 4,
      reasoningEffort: 'low',
      responseFormat: { type: 'json_schema', schema: {} },
      extraBody: { frequency_penalty: 0.1, presence_penalty: 0.2, top_k: 3, n: 2, user: 'ann' },
    } as const;
    const { attributes } = await span({ ...S.chatModelStart, params }, S.llmEnd);
    const asked = Object.entries(attributes).filter(([key]) => /request|output\.type/.test(key));
    expect(Object.fromEntries(asked)).toEqual({
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.request.top_p': 0.5,
      'gen_ai.request.max_tokens': 9,
      'gen_ai.request.seed': 4,
      'gen_ai.request.reasoning.level': 'low',
      'gen_ai.request.frequency_penalty': 0.1,
      'gen_ai.request.presence_penalty': 0.2,
      'gen_ai.request.top_k': 3,
      'gen_ai.request.choice.count': 2,
      'gen_ai.output.type': 'json',
    });
  });

  it.each([
    ['openai', 'openai', 'client'],
    ['gemini', 'gcp.gemini', 'client'],
    ['mistral', 'mistral_ai', 'client'],
    ['moonshot', 'moonshot_ai', 'client'],
    ['xai', 'x_ai', 'client'],
    ['ollama', 'ollama', 'client'],
    ['toString', 'toString', 'client'],
    ['offline', 'offline', 'internal'],
  ])('of %s is of the provider %s, and %s', async (provider, known, kind) => {
    const found = await span({ ...S.chatModelStart, provider }, S.llmEnd);
    expect([found.attributes['gen_ai.provider.name'], found.kind]).toEqual([known, kind]);
  });

  it('that failed says why, and what it had spent', async () => {
    const { attributes, status, end } = await span(S.chatModelStart, S.llmError);
    expect(status).toEqual({ code: 2, message: 'the server said 500' });
    expect(end).toBe(TIME + 1234);
    expect(attributes).toMatchObject({
      'error.type': 'server_error',
      'gen_ai.response.finish_reasons': ['error'],
      'gen_ai.usage.input_tokens': 12,
    });
  });

  it('that was never answered says nothing of an answer', async () => {
    const { attributes } = await span(S.chatModelStart, { ...S.llmError, usage: null });
    expect(Object.keys(attributes).filter((key) => /response|usage|cost/.test(key))).toEqual([]);
  });

  it('whose error has no code of its own is told by its name', async () => {
    const error = { name: 'TypeError', code: 'internal', message: 'x is not a function' };
    expect((await span(S.chatModelStart, { ...S.llmError, error })).attributes['error.type']).toBe(
      'TypeError',
    );
  });

  it('keeps its retries as events', async () => {
    const retry = { ...S.retry, time: TIME + 20 };
    const { events } = await span(S.chatModelStart, retry, S.llmEnd);
    expect(events).toEqual([
      {
        name: 'retry',
        time: TIME + 20,
        attributes: {
          'promptchain.retry.attempt': 1,
          'promptchain.retry.delay_ms': 500,
          'promptchain.retry.reason': '429 Too Many Requests',
        },
      },
    ]);
  });
});

describe('other runs', () => {
  const tree = [S.chainStart, S.toolStart, S.toolEnd, S.retrieverStart, S.retrieverEnd, S.chainEnd];

  it('have the names and attributes of the conventions', async () => {
    const { span } = await send(tree);
    expect(span('execute_tool calculator')).toMatchObject({
      kind: 'internal',
      parentSpanId: TRACE_ID.slice(16),
      end: TIME + 2,
      attributes: {
        'gen_ai.operation.name': 'execute_tool',
        'gen_ai.tool.name': 'calculator',
        'gen_ai.tool.type': 'function',
        'gen_ai.tool.call.id': 'call_1',
        'promptchain.run.id': S.toolStart.runId,
      },
    });
    expect(Object.keys(span('execute_tool calculator').attributes)).toHaveLength(5);
    expect(span('retrieval notes')).toMatchObject({
      kind: 'client',
      end: TIME + 5,
      attributes: {
        'gen_ai.operation.name': 'retrieval',
        'gen_ai.data_source.id': 'notes',
        'promptchain.run.id': S.retrieverStart.runId,
      },
    });
    expect(Object.keys(span('retrieval notes').attributes)).toHaveLength(3);
  });

  it('hold what was said where they are told to', async () => {
    const { span } = await send([...tree.slice(0, 1), S.customEvent, ...tree.slice(1)], {
      captureContent: true,
    });
    expect(span('execute_tool calculator').attributes).toMatchObject({
      'gen_ai.tool.call.arguments': '{"sum":"1+2"}',
      'gen_ai.tool.call.result': '3',
    });
    expect(span('retrieval notes').attributes).toMatchObject({
      'gen_ai.retrieval.query.text': 'what is 1 + 2?',
      'gen_ai.retrieval.documents': '[{"content":"1 + 2 = 3"},{"content":"2 + 2 = 4"}]',
    });
    expect(span('invoke_workflow LLMChain').events).toEqual([
      { name: 'progress', time: TIME, attributes: { 'promptchain.data': '{"done":0.5}' } },
    ]);
  });

  it('that failed are told so', async () => {
    const { span } = await send([
      S.chainStart,
      S.toolStart,
      S.toolError,
      S.retrieverStart,
      S.retrieverError,
      S.chainError,
    ]);
    for (const name of ['execute_tool calculator', 'retrieval notes', 'invoke_workflow LLMChain']) {
      expect(span(name).attributes['error.type']).toBe('server_error');
      expect(span(name).status).toEqual({ code: 2, message: 'the server said 500' });
    }
  });

  it('are agents where they act as such', async () => {
    const { span } = await send([S.chainStart, S.agentAction, S.agentFinish, S.chainEnd]);
    expect(span('invoke_agent LLMChain').attributes).toMatchObject({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'LLMChain',
    });
    expect(span('invoke_agent LLMChain').attributes['gen_ai.workflow.name']).toBeUndefined();
  });
});

describe('a tree that isn’t whole', () => {
  it('ends its open spans as failed, when the last event came', async () => {
    const late = { ...S.toolStart, time: TIME + 40 };
    const { span, spans } = await send([S.chainStart, S.chatModelStart, S.llmEnd, late]);
    expect(spans).toHaveLength(3);
    for (const name of ['invoke_workflow LLMChain', 'execute_tool calculator']) {
      expect(span(name)).toMatchObject({
        end: TIME + 40,
        attributes: { 'error.type': 'unfinished' },
        status: { code: 2, message: 'the run did not end' },
      });
    }
  });

  it('tells of those which chain they are of', async () => {
    const { span } = await send([S.chainStart, S.toolStart]);
    expect(span('invoke_workflow LLMChain').attributes).toMatchObject({
      'gen_ai.operation.name': 'invoke_workflow',
      'gen_ai.workflow.name': 'LLMChain',
    });
    const acting = await send([S.chainStart, { ...S.agentAction, runId: S.chainStart.runId }]);
    expect(acting.spans[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'invoke_agent',
      'gen_ai.agent.name': 'LLMChain',
      'error.type': 'unfinished',
    });
  });

  it('begins a trace of its own below a parent that isn’t heard', async () => {
    const { spans } = await send([S.chatModelStart, S.llmEnd]);
    expect(spans.map(({ traceId, parentSpanId }) => [traceId, parentSpanId])).toEqual([
      [S.chatModelStart.runId.replaceAll('-', ''), ''],
    ]);
  });

  it('leaves out ends without a start, and a second start', async () => {
    const { spans } = await send([S.llmEnd, S.chainStart, S.chainStart, S.chainEnd, S.chainEnd, S.toolEnd]);
    expect(spans.map(({ name }) => name)).toEqual(['invoke_workflow LLMChain']);
  });

  it('makes an id where a run’s id is none', async () => {
    const runId = 'run-7';
    const { spans } = await send([
      { ...S.chainStart, runId },
      { ...S.chainEnd, runId },
    ]);
    expect(spans[0]!.traceId).toMatch(/^[0-9a-f]{32}$/);
    expect(spans[0]!.attributes['promptchain.run.id']).toBe(runId);
  });

  it('keeps the trees of two roots apart', async () => {
    const other = '2b2b2b2b-0000-4000-8000-0000000000bb';
    const { spans } = await send([
      S.chainStart,
      { ...S.chainStart, runId: other, name: 'Other' },
      { ...S.chatModelStart, ...ends, time: TIME, parentRunId: other },
      S.chainEnd,
      { ...S.llmEnd, ...ends, parentRunId: other },
      { ...S.chainEnd, runId: other, name: 'Other' },
    ]);
    const traces = Object.fromEntries(spans.map(({ name, traceId }) => [name, traceId]));
    expect(traces).toEqual({
      'invoke_workflow LLMChain': TRACE_ID,
      'invoke_workflow Other': other.replaceAll('-', ''),
      'chat gpt-5-mini': other.replaceAll('-', ''),
    });
  });
});

describe('a parent from elsewhere', () => {
  const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  const events = [S.chainStart, S.chainEnd];

  it('is what root spans are in', async () => {
    const { spans } = await send(events, { traceparent: TRACEPARENT, tracestate: 'vendor=x' });
    expect(spans[0]).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parentSpanId: 'b7ad6b7169203331',
      spanId: TRACE_ID.slice(16),
      traceState: 'vendor=x',
    });
  });

  it.each([
    '',
    'nonsense',
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-0000000000000000-01',
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331',
  ])('is none where %j stands', async (traceparent) => {
    const { spans } = await send(events, { traceparent, tracestate: 'vendor=x' });
    expect(spans[0]).toMatchObject({ traceId: TRACE_ID, parentSpanId: '', traceState: undefined });
  });

  it('that isn’t sampled isn’t sent, and is passed on', async () => {
    const receiver = await receiveOtlp();
    const handler = new OpenTelemetryCallbackHandler({
      endpoint: receiver.url,
      metrics: false,
      traceparent: TRACEPARENT.replace(/01$/, '00'),
    });
    await handler.onEvent?.(S.chatModelStart);
    expect(handler.requestHeaders?.(S.chatModelStart.runId)).toEqual({
      traceparent: `00-0af7651916cd43dd8448eb211c80319c-${S.chatModelStart.runId.replaceAll('-', '').slice(16)}-00`,
    });
    await handler.close?.();
    expect(receiver.requests).toEqual([]);
  });
});

describe('what must not be sent', () => {
  it('is masked in every text', async () => {
    const secret = 'sk-canary-123456';
    const holding = JSON.parse(
      JSON.stringify([
        S.chainStart,
        S.chatModelStart,
        S.retry,
        S.customEvent,
        S.llmError,
        S.toolStart,
        S.toolEnd,
        S.retrieverStart,
        S.retrieverEnd,
        S.chainError,
      ]),
      (key, value) =>
        typeof value === 'string' && !['type', 'runId', 'parentRunId', 'role', 'source'].includes(key)
          ? `${value} ${secret}`
          : value,
    );
    const { requests } = await send(holding, {
      captureContent: true,
      redact: (text) => text.replaceAll(secret, '***'),
    });
    const sent = Buffer.concat(requests.map(({ body }) => body)).toString();
    expect(requests.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces']);
    expect(sent).not.toContain(secret);
    expect(sent.split('***').length).toBeGreaterThan(30);
  });

  it('is masked where a name says so, and names that were put in are', async () => {
    const redact = (text: string) => text.replaceAll('canary', '***');
    const { spans } = await send(
      [
        { ...S.chainStart, metadata: { apiKey: 'plain-1', canary: 'x' }, inputs: { password: 'plain-2' } },
        { ...S.toolStart, input: { authorization: 'plain-3', canary: 'x' } },
        { ...S.toolEnd, output: '{"token":"plain-4"}' },
        { ...S.customEvent, data: { secret: 'plain-5' } },
        S.chainEnd,
      ],
      { captureContent: true, redact },
    );
    const sent = JSON.stringify(spans);
    expect(sent).not.toMatch(/plain-\d|canary/);
    const chain = spans.find(({ name }) => name.startsWith('invoke_workflow'));
    expect(chain?.attributes).toMatchObject({
      'promptchain.metadata.apiKey': '***',
      'promptchain.metadata.***': 'x',
      'gen_ai.input.messages': '[{"role":"user","parts":[{"type":"text","content":"***"}]}]',
    });
  });

  it('is masked in what the environment says of the sender', async () => {
    vi.stubEnv('OTEL_SERVICE_NAME', 'canary');
    vi.stubEnv('OTEL_RESOURCE_ATTRIBUTES', 'deployment.environment.name=a-canary');
    const redact = (text: string) => text.replaceAll('canary', '***');
    const { spans } = await send([S.chainStart, S.chainEnd], { redact });
    expect(spans[0]?.resource).toMatchObject({
      'service.name': '***',
      'deployment.environment.name': 'a-***',
    });
  });

  it('is no word of the conventions', async () => {
    const redact = (text: string) => text.replace(/chat|user|text|stop|openai/g, '***');
    const { spans } = await send([S.chatModelStart, S.llmEnd], { captureContent: true, redact });
    expect(spans[0]?.name).toMatch(/^chat /);
    expect(spans[0]?.attributes).toMatchObject({
      'gen_ai.operation.name': 'chat',
      'gen_ai.response.finish_reasons': ['stop'],
      'gen_ai.input.messages': expect.stringContaining('"role":"user","parts":[{"type":"text"'),
    });
  });
});
