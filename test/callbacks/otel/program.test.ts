import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { deadEndpoint, receiveOtlp } from '../../support/otlp-receiver.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'otel-program-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/promptchain'), 'junction');
  for (const name of ['@opentelemetry', 'opentelemetry-api-1.4'])
    symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name), 'junction');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface ProgramSpan {
  readonly name: string;
  readonly traceId: string;
  readonly spanId: string;
  readonly parent: string | null;
  readonly scope: string;
}

interface Outcome {
  readonly spans: readonly ProgramSpan[];
  readonly metrics: readonly string[];
  readonly headers: Readonly<Record<string, string>>;
}

/** A program with an SDK of its own, in which a chain runs. */
function programOf(api: string, setUp: string, run: string): string {
  return `
    import { AsyncLocalStorage } from 'node:async_hooks';
    import { context, metrics, ROOT_CONTEXT, trace } from '${api}';
    import { AggregationTemporality, InMemoryMetricExporter, MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
    import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
    import { LLMChain, OpenTelemetryCallbackHandler, PromptTemplate } from 'promptchain';
    import { ScriptedModel } from 'promptchain/testing';

    const memory = new InMemorySpanExporter();
    const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(memory)] });
    const measured = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const reader = new PeriodicExportingMetricReader({ exporter: measured, exportIntervalMillis: 3600000 });
    const meters = new MeterProvider({ readers: [reader] });
    const storage = new AsyncLocalStorage();
    const contexts = {
      active: () => storage.getStore() ?? ROOT_CONTEXT,
      with: (active, fn, self, ...args) => storage.run(active, () => fn.apply(self, args)),
      bind: (_, target) => target,
      enable: () => contexts,
      disable: () => contexts,
    };
    ${setUp}
    const llm = new ScriptedModel({ replies: ['hello'] });
    const chain = new LLMChain({ llm, prompt: PromptTemplate.fromTemplate('Say {word}.') });
    const runChain = async (options = {}) => {
      const handler = new OpenTelemetryCallbackHandler(options);
      await chain.run({ word: 'hello' }, { callbacks: [handler] });
      await handler.close();
    };
    ${run}
    await meters.forceFlush();
    console.log(JSON.stringify({
      spans: memory.getFinishedSpans().map((span) => ({
        name: span.name,
        traceId: span.spanContext().traceId,
        spanId: span.spanContext().spanId,
        parent: span.parentSpanContext?.spanId ?? null,
        scope: span.instrumentationScope.name,
      })),
      metrics: measured.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap(({ metrics }) => metrics.map(({ descriptor }) => descriptor.name))),
      headers: llm.calls[0].headers ?? {},
    }));`;
}

async function runProgram(source: string, env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  const file = join(folder, 'program.mjs');
  writeFileSync(file, source);
  const { PATH, SystemRoot } = process.env;
  const output = await new Promise<string>((resolve, reject) => {
    execFile(
      process.execPath,
      [file],
      { cwd: folder, env: { PATH, SystemRoot, ...env } },
      (error, stdout, stderr) => {
        if (error !== null || stderr !== '') reject(new Error(`${error?.message}\n${stderr}`));
        else resolve(stdout);
      },
    );
  });
  return JSON.parse(output);
}

const REGISTER = `
  trace.setGlobalTracerProvider(tracers);
  metrics.setGlobalMeterProvider(meters);
  context.setGlobalContextManager(contexts);`;
const INSIDE_A_SPAN = `
  const outer = tracers.getTracer('program').startSpan('request');
  await context.with(trace.setSpan(context.active(), outer), () => runChain({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' }));
  outer.end();`;

describe.each(['@opentelemetry/api', 'opentelemetry-api-1.4'])('in a program with %s', (api) => {
  it('spans go to its own providers, below its active span', async () => {
    // An SDK of the handler's own would send there, and warn.
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: await deadEndpoint() };
    const { spans, metrics, headers } = await runProgram(programOf(api, REGISTER, INSIDE_A_SPAN), env);
    const [model, chain, request] = spans;
    expect(spans.map(({ name, scope }) => `${scope}: ${name}`)).toEqual([
      'promptchain: chat scripted',
      'promptchain: invoke_workflow LLMChain',
      'program: request',
    ]);
    expect(chain!.parent).toBe(request!.spanId);
    expect(model!.parent).toBe(chain!.spanId);
    expect(new Set(spans.map(({ traceId }) => traceId)).size).toBe(1);
    expect(headers).toEqual({ traceparent: `00-${model!.traceId}-${model!.spanId}-01` });
    expect(metrics).toContain('gen_ai.client.operation.duration');
  });

  it('root spans are in the given parent where none is active', async () => {
    const run = `await runChain({ traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });`;
    const { spans } = await runProgram(programOf(api, REGISTER, run));
    expect(spans.at(-1)).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
      parent: 'b7ad6b7169203331',
    });
  });

  it('that registered no context manager and no meter provider, they are roots, and nothing is measured', async () => {
    const { spans, metrics } = await runProgram(
      programOf(api, 'trace.setGlobalTracerProvider(tracers);', 'await runChain();'),
    );
    expect(spans.map(({ parent }) => parent)).toEqual([spans[1]!.spanId, null]);
    expect(metrics).toEqual([]);
  });
});

it('providers that are given come before those that are registered', async () => {
  const setUp = `
    trace.setGlobalTracerProvider(new BasicTracerProvider());
    metrics.setGlobalMeterProvider(new MeterProvider());`;
  const run = 'await runChain({ tracerProvider: tracers, meterProvider: meters });';
  const { spans, metrics } = await runProgram(programOf('@opentelemetry/api', setUp, run));
  expect(spans).toHaveLength(2);
  expect(metrics).toContain('gen_ai.client.operation.duration');
});

it('nothing is measured where that is switched off', async () => {
  const run = 'await runChain({ metrics: false });';
  const { spans, metrics } = await runProgram(programOf('@opentelemetry/api', REGISTER, run));
  expect(spans).toHaveLength(2);
  expect(metrics).toEqual([]);
});

it('an endpoint that is given comes before what is registered', async () => {
  const receiver = await receiveOtlp();
  const run = `await runChain({ endpoint: '${receiver.url}' });`;
  const { spans } = await runProgram(programOf('@opentelemetry/api', REGISTER, run), {
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });
  expect(spans).toEqual([]);
  expect(receiver.spans.map(({ name }) => name).sort()).toEqual([
    'chat scripted',
    'invoke_workflow LLMChain',
  ]);
});

it('a program without any sends by itself, and ends', async () => {
  const receiver = await receiveOtlp();
  await runProgram(programOf('@opentelemetry/api', '', 'await runChain();'), {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
  });
  expect(receiver.spans.map(({ resource }) => resource['service.name'])).toEqual([
    'promptchain',
    'promptchain',
  ]);
});

it('a program whose collector never answers ends all the same', async () => {
  const receiver = await receiveOtlp(() => {});
  const run = `await runChain({ onWarning: (text) => { if (!text.includes('no answer in time')) throw new Error(text); } });`;
  await runProgram(programOf('@opentelemetry/api', '', run), {
    OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url,
  });
  expect(receiver.requests.map(({ path }) => path).sort()).toEqual(['/v1/metrics', '/v1/traces']);
});
