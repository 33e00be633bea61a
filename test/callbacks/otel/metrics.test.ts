import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { OpenTelemetryCallbackHandler } from '../../../src/callbacks/otel.js';
import type { ChainEvent } from '../../../src/events.js';
import { receiveOtlp } from '../../support/otlp-receiver.js';
import { EVENT_SAMPLES as S } from '../event-samples.js';

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = [1, 4, 16, 64, 256, 1024, 4096, 16384, 65536, 262144, 1048576, 4194304, 16777216, 67108864];

beforeEach(() => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

async function measure(...runs: readonly (readonly ChainEvent[])[]) {
  const receiver = await receiveOtlp();
  const handler = new OpenTelemetryCallbackHandler({ endpoint: receiver.url });
  for (const [index, events] of runs.entries()) {
    const runId = `00000000-0000-4000-8000-00000000000${index + 1}`;
    for (const event of events) await handler.onEvent?.({ ...event, runId });
  }
  await handler.close?.();
  return receiver.histograms;
}

const common = {
  'gen_ai.operation.name': 'chat',
  'gen_ai.provider.name': 'openai',
  'gen_ai.request.model': 'gpt-5-mini',
};
const answered = { ...common, 'gen_ai.response.model': 'gpt-5-mini-2025-08-07' };
const first = { ...S.llmNewToken, index: 0 };

it('has the names, units, buckets and attributes of the conventions', async () => {
  const measured = await measure(
    [S.chatModelStart, first, S.llmEnd],
    [
      S.chatModelStart,
      first,
      {
        ...S.llmEnd,
        durationMs: 1360,
        firstTokenMs: 80,
        usage: { ...S.llmEnd.usage, inputTokens: 8, outputTokens: 7 },
      },
    ],
  );
  expect(measured).toEqual([
    {
      name: 'gen_ai.client.operation.duration',
      unit: 's',
      attributes: answered,
      count: 2,
      sum: 2,
      bounds: SECONDS,
    },
    {
      name: 'gen_ai.client.operation.time_to_first_chunk',
      unit: 's',
      attributes: answered,
      count: 2,
      sum: 0.4,
      bounds: SECONDS,
    },
    {
      name: 'gen_ai.client.token.usage',
      unit: '{token}',
      attributes: { ...answered, 'gen_ai.token.type': 'input' },
      count: 2,
      sum: 20,
      bounds: TOKENS,
    },
    {
      name: 'gen_ai.client.token.usage',
      unit: '{token}',
      attributes: { ...answered, 'gen_ai.token.type': 'output' },
      count: 2,
      sum: 10,
      bounds: TOKENS,
    },
  ]);
});

const briefly = (histograms: Awaited<ReturnType<typeof measure>>) =>
  histograms.map(({ name, attributes, sum }) => ({
    name: name.replace('gen_ai.client.', ''),
    sum,
    attributes,
  }));

it('counts only tokens that were reported, and times only what was streamed', async () => {
  const usage = { ...S.llmEnd.usage, source: 'estimated' } as const;
  expect(briefly(await measure([S.chatModelStart, { ...S.llmEnd, usage }]))).toEqual([
    { name: 'operation.duration', sum: 0.64, attributes: answered },
  ]);
});

it('counts what is known of a report', async () => {
  const usage = { ...S.llmEnd.usage, outputTokens: null };
  expect(briefly(await measure([S.chatModelStart, { ...S.llmEnd, usage }]))).toEqual([
    { name: 'operation.duration', sum: 0.64, attributes: answered },
    { name: 'token.usage', sum: 12, attributes: { ...answered, 'gen_ai.token.type': 'input' } },
  ]);
});

it('tells failures apart', async () => {
  expect(briefly(await measure([S.chatModelStart, { ...S.llmError, usage: null }]))).toEqual([
    { name: 'operation.duration', sum: 1.234, attributes: { ...common, 'error.type': 'server_error' } },
  ]);
});

it('measures nothing but models', async () => {
  expect(await measure([S.chainStart, S.chainEnd], [S.toolStart, S.toolEnd])).toEqual([]);
});
