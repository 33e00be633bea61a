import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { DONE, delta, event, type Reply, reply, serve, stream, text, USAGE } from '../models/loopback.js';
import { type Autotel, startAutotel } from '../support/autotel.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

/** A receiver that this project didn't write. It takes JSON alone, so that protocol buffers are tried and given up. */
let autotel: Autotel;
let here: Workspace;
beforeAll(async () => {
  autotel = await startAutotel();
});
afterAll(() => autotel.stop());
beforeEach(() => {
  here = makeWorkspace();
});

const answer = stream(text('Hello'), event(delta({}, 'stop')) + event({ choices: [], usage: USAGE }) + DONE);

interface Trace {
  readonly spans: readonly {
    readonly spanId: string;
    readonly parentSpanId: string | null;
    readonly operationName: string;
    readonly serviceName: string;
    readonly statusCode: string;
    readonly hasError: boolean;
    readonly tags: Readonly<Record<string, unknown>>;
  }[];
}

/** A run whose trace is named here, and that trace as the receiver tells it. */
async function traceOf(traceId: string, answers: Reply) {
  const server = await serve(answers);
  const outcome = await here.run(['run', '--prompt', 'Say hello.', '--otlp', autotel.url], {
    env: { OPENAI_BASE_URL: server.baseUrl, TRACEPARENT: `00-${traceId}-b7ad6b7169203331-01` },
  });
  expect(outcome.stderr).not.toContain('warning');
  const { spans } = (await autotel.ask('get_trace', { traceId })) as Trace;
  const span = (name: string) => spans.find(({ operationName }) => operationName === name)!;
  return { outcome, spans, chain: span('invoke_workflow LLMChain'), model: span('chat gpt-5-mini') };
}

it('reads a run as a trace', async () => {
  const { spans, chain, model } = await traceOf('0af7651916cd43dd8448eb211c803100', answer);
  expect(spans).toHaveLength(2);
  expect(chain).toMatchObject({ parentSpanId: 'b7ad6b7169203331', serviceName: 'chain', hasError: false });
  expect(model).toMatchObject({
    parentSpanId: chain.spanId,
    hasError: false,
    tags: {
      'gen_ai.operation.name': 'chat',
      'gen_ai.provider.name': 'openai',
      'gen_ai.request.model': 'gpt-5-mini',
      'gen_ai.response.model': 'gpt-5-mini-2025-08-07',
      'gen_ai.usage.input_tokens': 9,
      'gen_ai.usage.output_tokens': 4,
    },
  });
});

it('counts its tokens', async () => {
  const usage = await autotel.ask('get_llm_usage');
  expect(usage).toMatchObject({
    summary: { totalRequests: 1, totalPromptTokens: 9, totalCompletionTokens: 4, totalTokens: 13 },
    byService: { chain: { requests: 1 } },
  });
});

it('knows its measurements', async () => {
  const { items } = (await autotel.ask('list_metrics')) as { items: readonly { metricName: string }[] };
  expect([...new Set(items.map(({ metricName }) => metricName))].sort()).toEqual([
    'gen_ai.client.operation.duration',
    'gen_ai.client.operation.time_to_first_chunk',
    'gen_ai.client.token.usage',
  ]);
});

it('reads a failure as an error', async () => {
  const refused = reply(400, { error: { message: 'no such thing' } });
  const { outcome, chain, model } = await traceOf('0af7651916cd43dd8448eb211c803101', refused);
  expect(outcome.code).toBe(1);
  for (const span of [chain, model]) {
    expect(span).toMatchObject({ hasError: true, statusCode: 'ERROR' });
  }
});
