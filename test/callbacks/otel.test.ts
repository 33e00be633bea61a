import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { OpenTelemetryCallbackHandler } from '../../src/callbacks/otel.js';
import { LLMChain } from '../../src/chains/llm-chain.js';
import { ScriptedModel } from '../../src/models/scripted.js';
import { PromptTemplate } from '../../src/prompts/template.js';
import { deadEndpoint, type OtlpReply, receiveOtlp, taken } from '../support/otlp-receiver.js';
import { EVENT_SAMPLES as S } from './event-samples.js';

beforeEach(() => {
  vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', 'http/json');
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

/** A handler, and what it warned of. */
function open(options: ConstructorParameters<typeof OpenTelemetryCallbackHandler>[0] = {}) {
  const warnings: string[] = [];
  const handler = new OpenTelemetryCallbackHandler({ onWarning: (text) => warnings.push(text), ...options });
  return { handler, warnings };
}

function chainOf(llm: ScriptedModel): LLMChain {
  return new LLMChain({ llm, prompt: PromptTemplate.fromTemplate('Say {word}.') });
}

/** An answer with this status, whatever was sent. */
function status(code: number, headers: Record<string, string> = {}): OtlpReply {
  return (response) => void response.writeHead(code, headers).end('the body is nobody’s business');
}

describe('a chain that runs', () => {
  it('has its model’s request carry the model’s span', async () => {
    const receiver = await receiveOtlp();
    const { handler, warnings } = open({
      endpoint: receiver.url,
      traceparent: TRACEPARENT,
      tracestate: 'a=1',
    });
    const llm = new ScriptedModel({ replies: ['hello you', 'bye'] });
    const chain = chainOf(llm);
    await chain.run({ word: 'hello' }, { callbacks: [handler] });
    await chain.run({ word: 'bye' }, { callbacks: [handler] });
    await handler.close?.();

    const models = receiver.spans.filter(({ kind }) => kind === 'client');
    const ids = new Set(models.map(({ spanId }) => spanId));
    expect(ids.size).toBe(2);
    const sent = llm.calls.map(({ headers }) => headers);
    expect(sent).toEqual(
      ['hello', 'bye'].map((word) => {
        const call = llm.calls.find(({ prompt }) => prompt.includes(word))!;
        const traceparent = call.headers!.traceparent!;
        expect(ids).toContain(traceparent.split('-')[2]);
        return {
          traceparent: expect.stringMatching(/^00-0af7651916cd43dd8448eb211c80319c-/),
          tracestate: 'a=1',
        };
      }),
    );
    expect(receiver.spans.filter(({ parentSpanId }) => parentSpanId === 'b7ad6b7169203331')).toHaveLength(2);
    expect(warnings).toEqual([]);
  });

  it('has none of it where the propagator is switched off', async () => {
    vi.stubEnv('OTEL_PROPAGATORS', 'none');
    const receiver = await receiveOtlp();
    const { handler } = open({ endpoint: receiver.url });
    const llm = new ScriptedModel({ replies: ['hello'] });
    await llm.invoke('Hi', { callbacks: [handler] });
    await handler.close?.();
    expect(llm.calls[0]!.headers).toBeUndefined();
    expect(receiver.spans).toHaveLength(1);
  });

  it('is told as aborted where it is left', async () => {
    const receiver = await receiveOtlp();
    const { handler } = open({ endpoint: receiver.url });
    const llm = new ScriptedModel({ replies: [{ text: 'one two', hang: true }] });
    for await (const _ of chainOf(llm).stream({ word: 'hello' }, { callbacks: [handler] })) break;
    await handler.close?.();
    expect(receiver.spans.map(({ attributes }) => attributes['error.type'])).toEqual(['aborted', 'aborted']);
    expect(receiver.spans.find(({ kind }) => kind === 'client')!.attributes).toMatchObject({
      'gen_ai.request.stream': true,
      'promptchain.usage.source': 'estimated',
    });
  });

  it('loses none of many that start at once, while the SDK is being loaded', async () => {
    const receiver = await receiveOtlp();
    const { handler } = open({ endpoint: receiver.url });
    const llm = new ScriptedModel({ replies: ({ prompt }) => prompt });
    await llm.generate(
      Array.from({ length: 50 }, (_, index) => `prompt ${index}`),
      { callbacks: [handler] },
    );
    await handler.close?.();
    expect(new Set(receiver.spans.map(({ traceId }) => traceId)).size).toBe(50);
    expect(receiver.histograms[0]).toMatchObject({ name: 'gen_ai.client.operation.duration', count: 50 });
  });
});

describe('what the environment says', () => {
  const root = [S.chainStart, S.chatModelStart, S.llmEnd, S.chainEnd];

  async function send(env: Record<string, string>, reply: OtlpReply = taken) {
    for (const [name, value] of Object.entries(env)) vi.stubEnv(name, value);
    const receiver = await receiveOtlp(reply);
    const { handler, warnings } = open({ endpoint: receiver.url, traceparent: TRACEPARENT });
    const headers: unknown[] = [];
    for (const event of root) {
      await handler.onEvent?.(event);
      headers.push(handler.requestHeaders?.(S.chatModelStart.runId));
    }
    await handler.close?.();
    return {
      receiver,
      warnings,
      headers: headers[1],
      paths: receiver.requests.map(({ path }) => path).sort(),
    };
  }

  it('names the service and what it runs on', async () => {
    const { receiver } = await send({
      OTEL_SERVICE_NAME: 'shop',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment.name=test,service.name=other',
    });
    expect(receiver.spans[0]!.resource).toMatchObject({
      'service.name': 'shop',
      'deployment.environment.name': 'test',
    });
  });

  it.each(['OTEL_METRIC_EXPORT_INTERVAL', 'OTEL_METRIC_EXPORT_TIMEOUT'])('leaves %s=-4', async (name) => {
    const { receiver, warnings } = await send({ [name]: '-4' });
    expect(warnings).toEqual([]);
    expect(receiver.requests).not.toEqual([]);
  });

  it('adds headers, and compresses', async () => {
    const { receiver } = await send({
      OTEL_EXPORTER_OTLP_HEADERS: 'x-team=flowers,authorization=Bearer%20abc',
      OTEL_EXPORTER_OTLP_TRACES_HEADERS: 'x-team=roses',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
    });
    const seen = receiver.requests.map(({ path, headers }) => [
      path,
      headers['x-team'],
      headers.authorization,
      headers['content-encoding'],
    ]);
    expect(seen.sort()).toEqual([
      ['/v1/metrics', 'flowers', 'Bearer abc', 'gzip'],
      ['/v1/traces', 'roses', 'Bearer abc', 'gzip'],
    ]);
    expect(receiver.spans).toHaveLength(2);
  });

  it.each([
    [{ OTEL_TRACES_EXPORTER: 'none' }, ['/v1/metrics']],
    [{ OTEL_METRICS_EXPORTER: 'none' }, ['/v1/traces']],
    [{ OTEL_TRACES_SAMPLER: 'always_off' }, ['/v1/metrics']],
    [{ OTEL_SDK_DISABLED: 'true' }, []],
  ])('%j leaves %j', async (env, left) => {
    const { paths, warnings } = await send(env);
    expect({ paths, warnings }).toEqual({ paths: left, warnings: [] });
  });

  it('passes a parent on also where no spans are made', async () => {
    const { headers } = await send({ OTEL_TRACES_EXPORTER: 'none' });
    expect(headers).toEqual({ traceparent: TRACEPARENT });
  });

  it('sends protocol buffers where nothing else is said', async () => {
    const { receiver } = await send({ OTEL_EXPORTER_OTLP_PROTOCOL: '' });
    const traces = receiver.requests.filter(({ path }) => path === '/v1/traces');
    expect(traces.map(({ headers }) => headers['content-type'])).toEqual(['application/x-protobuf']);
    expect(traces[0]!.body.includes('invoke_workflow LLMChain')).toBe(true);
  });

  it.each([415, 400, 500])('sends JSON to who answers them with %s', async (code) => {
    const { receiver, warnings } = await send({ OTEL_EXPORTER_OTLP_PROTOCOL: '' }, (response, request) => {
      const readable = request.headers['content-type'] === 'application/json';
      (readable ? taken : status(code))(response, request);
    });
    expect(warnings).toEqual([]);
    expect(receiver.spans).toHaveLength(2);
    expect(receiver.histograms).not.toEqual([]);
  });

  it('sends only what it names', async () => {
    const { receiver, warnings } = await send({ OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf' }, status(415));
    expect(receiver.requests).toHaveLength(2);
    expect(warnings).toEqual([
      `traces and metrics could not be delivered to ${receiver.host}: it answered 415`,
    ]);
  });

  it.each([
    [
      'localhost:4318',
      'OTEL_EXPORTER_OTLP_ENDPOINT is not the URL of an HTTP server. It looks like http://localhost:4318.',
    ],
    [
      'sk-secret-12345678',
      'OTEL_EXPORTER_OTLP_ENDPOINT is not the URL of an HTTP server. It looks like http://localhost:4318.',
    ],
  ])('is one warning where the endpoint is %s', async (endpoint, why) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
    const { handler, warnings } = open();
    for (const event of root) await handler.onEvent?.(event);
    await handler.close?.();
    expect(warnings).toEqual([`nothing is sent to OpenTelemetry: ${why}`]);
  });
});

describe('sending', () => {
  it('goes on while runs go on', async () => {
    vi.stubEnv('OTEL_BSP_SCHEDULE_DELAY', '1');
    vi.stubEnv('OTEL_METRIC_EXPORT_INTERVAL', '5');
    const receiver = await receiveOtlp();
    const { handler } = open({ endpoint: receiver.url });
    await handler.onEvent?.(S.chainStart);
    await handler.onEvent?.(S.chatModelStart);
    await handler.onEvent?.(S.llmEnd);
    await Promise.all([receiver.came('/v1/traces'), receiver.came('/v1/metrics')]);
    expect(receiver.spans.map(({ name }) => name)).toEqual(['chat gpt-5-mini']);
    await handler.close?.();
  });

  it('can be asked for', async () => {
    const receiver = await receiveOtlp();
    const { handler } = open({ endpoint: receiver.url, metrics: false });
    await handler.flush();
    await handler.onEvent?.(S.chainStart);
    await handler.onEvent?.(S.chainEnd);
    await handler.flush();
    expect(receiver.spans).toHaveLength(1);
    await handler.close?.();
    expect(receiver.requests).toHaveLength(1);
  });

  it('is tried again where it may succeed', async () => {
    const replies = [status(503, { 'retry-after': '0' }), taken];
    const receiver = await receiveOtlp((response, request) => replies.shift()?.(response, request));
    const { handler, warnings } = open({ endpoint: receiver.url, metrics: false });
    await handler.onEvent?.(S.chainStart);
    await handler.onEvent?.(S.chainEnd);
    await handler.flush();
    expect(receiver.requests).toHaveLength(2);
    await handler.close?.();
    expect(warnings).toEqual([]);
  });

  it('that fails is told once, when it happens', async () => {
    const receiver = await receiveOtlp(status(404));
    const { handler, warnings } = open({ endpoint: receiver.url, metrics: false });
    for (const end of [S.chainEnd, S.chainEnd]) {
      await handler.onEvent?.(S.chainStart);
      await handler.onEvent?.(end);
      await handler.flush();
      expect(warnings).toEqual([`traces could not be delivered to ${receiver.host}: it answered 404`]);
    }
    await handler.close?.();
    expect(warnings).toHaveLength(1);
  });

  it('tells what had no room in the queue', async () => {
    vi.stubEnv('OTEL_BSP_MAX_QUEUE_SIZE', '4');
    vi.stubEnv('OTEL_BSP_MAX_EXPORT_BATCH_SIZE', '4');
    const receiver = await receiveOtlp();
    const { handler, warnings } = open({ endpoint: receiver.url, metrics: false });
    await handler.onEvent?.(S.chainStart);
    for (let index = 0; index < 20; index++) {
      void handler.onEvent?.(S.toolStart);
      void handler.onEvent?.(S.toolEnd);
    }
    await handler.close?.();
    const lost = 21 - receiver.spans.length;
    expect(lost).toBeGreaterThan(0);
    expect(warnings).toEqual([`${lost} spans were not delivered: they came faster than they could be sent`]);
  });

  it('is over after it is closed', async () => {
    const receiver = await receiveOtlp();
    const { handler, warnings } = open({ endpoint: receiver.url });
    await handler.onEvent?.(S.chainStart);
    await handler.close?.();
    await handler.onEvent?.(S.chatModelStart);
    await handler.onEvent?.(S.llmEnd);
    await handler.close?.();
    expect(receiver.spans).toHaveLength(1);
    expect(warnings).toEqual([]);
  });

  it('closes where nothing was heard', async () => {
    const { handler, warnings } = open({ endpoint: await deadEndpoint() });
    await handler.close?.();
    expect(warnings).toEqual([]);
  });
});

describe('a collector that', () => {
  const key = 'very-secret-key';

  /** What is warned of when a run is over; the test would time out where that takes long. */
  async function warningsAt(url: URL): Promise<readonly string[]> {
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', `authorization=${key}`);
    url.username = key;
    url.password = key;
    url.searchParams.set('token', key);
    const { handler, warnings } = open({ endpoint: url.href });
    const llm = new ScriptedModel({ replies: ['hello'] });
    expect(await chainOf(llm).run({ word: 'hello' }, { callbacks: [handler] })).toBe('hello');
    await handler.close?.();
    return warnings;
  }

  it('is dead costs one warning, which tells no secret', async () => {
    const url = new URL(await deadEndpoint());
    const warnings = await warningsAt(url);
    expect(warnings).toEqual([
      `traces and metrics could not be delivered to ${url.host}: connection refused`,
    ]);
  });

  it('never answers costs one warning', async () => {
    const receiver = await receiveOtlp(() => {});
    const warnings = await warningsAt(new URL(receiver.url));
    expect(warnings).toEqual([
      `traces and metrics could not be delivered to ${receiver.host}: no answer in time`,
    ]);
  });

  it('begins an answer and never ends it costs one warning', async () => {
    const receiver = await receiveOtlp((response) => void response.writeHead(200).write('{'));
    const warnings = await warningsAt(new URL(receiver.url));
    expect(warnings).toEqual([
      `traces and metrics could not be delivered to ${receiver.host}: no answer in time`,
    ]);
  });

  it('hangs up costs one warning', async () => {
    const receiver = await receiveOtlp((response) => void response.socket?.destroy());
    const warnings = await warningsAt(new URL(receiver.url));
    expect(warnings).toEqual([
      `traces and metrics could not be delivered to ${receiver.host}: connection closed`,
    ]);
  });

  it.each([401, 404, 500, 503])('answers %s costs one warning', async (code) => {
    const receiver = await receiveOtlp(status(code));
    expect(await warningsAt(new URL(receiver.url))).toEqual([
      `traces and metrics could not be delivered to ${receiver.host}: it answered ${code}`,
    ]);
  });

  /** Takes traces, and answers metrics like this. */
  const withoutMetrics = (reply: OtlpReply) =>
    receiveOtlp((response, request) =>
      (request.path.startsWith('/v1/metrics') ? reply : taken)(response, request),
    );

  it('has no place for metrics costs nothing', async () => {
    const receiver = await withoutMetrics(status(404));
    expect(await warningsAt(new URL(receiver.url))).toEqual([]);
    expect(receiver.requests.map(({ path }) => path).sort()).toEqual([
      `/v1/metrics?token=${key}`,
      `/v1/traces?token=${key}`,
    ]);
  });

  it.each([
    [
      'http/json',
      Buffer.from('{"partialSuccess":{"rejectedSpans":"2","errorMessage":"over\\n\\u001b[31mquota"}}'),
    ],
    // Field 1, of 15 bytes: in it field 1, which is 2, and field 2, of 11 bytes.
    ['http/protobuf', Buffer.from('\x0a\x0f\x08\x02\x12\x0bover\n\x1b[31mq')],
  ])('takes a part costs one warning, in %s', async (protocol, body) => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_PROTOCOL', protocol);
    const receiver = await receiveOtlp((response, { path, headers }) => {
      if (path.startsWith('/v1/metrics')) return taken(response, { path, headers, body });
      response.writeHead(200, { 'content-type': headers['content-type'] }).end(body);
    });
    expect(await warningsAt(new URL(receiver.url))).toEqual([
      expect.stringMatching(
        `^traces could not be delivered to ${receiver.host}: it refused 2 of them \\(over q(uota)?\\)$`,
      ),
    ]);
  });

  it.each(['', '{}', 'ok', '\n\x10', '{"partialSuccess":{}}', '{"partialSuccess":null}'])(
    'takes all, and says %j, costs nothing',
    async (body) => {
      const receiver = await receiveOtlp((response, { headers }) => {
        response.writeHead(200, { 'content-type': headers['content-type'] }).end(body);
      });
      expect(await warningsAt(new URL(receiver.url))).toEqual([]);
    },
  );

  it('speaks no TLS costs one warning, of one line', async () => {
    const receiver = await receiveOtlp();
    expect(await warningsAt(new URL(receiver.url.replace('http:', 'https:')))).toEqual([
      `traces and metrics could not be delivered to ${receiver.host}: it does not speak TLS as https:// has it`,
    ]);
  });

  it('refuses metrics costs one warning, about them', async () => {
    const receiver = await withoutMetrics(status(401));
    expect(await warningsAt(new URL(receiver.url))).toEqual([
      `metrics could not be delivered to ${receiver.host}: it answered 401`,
    ]);
  });

  it('has no place for metrics at an address of their own costs one warning', async () => {
    const receiver = await withoutMetrics(status(404));
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', receiver.url);
    vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_ENDPOINT', `${receiver.url}/v1/metrics`);
    const { handler, warnings } = open();
    await chainOf(new ScriptedModel({ replies: ['hello'] })).run({ word: 'x' }, { callbacks: [handler] });
    await handler.close?.();
    expect(warnings).toEqual([`metrics could not be delivered to ${receiver.host}: it answered 404`]);
  });

  it('has no place for metrics, and is sent no traces, costs one warning', async () => {
    const receiver = await withoutMetrics(status(404));
    vi.stubEnv('OTEL_TRACES_EXPORTER', 'none');
    expect(await warningsAt(new URL(receiver.url))).toEqual([
      `metrics could not be delivered to ${receiver.host}: it answered 404`,
    ]);
  });
});

it('refuses an endpoint that is no URL', () => {
  expect(() => new OpenTelemetryCallbackHandler({ endpoint: 'localhost:4318' })).toThrow(
    expect.objectContaining({ code: 'invalid_argument' }),
  );
});
