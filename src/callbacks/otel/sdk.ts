import {
  type MeterProvider as AnyMeterProvider,
  ProxyTracerProvider,
  ROOT_CONTEXT,
} from '@opentelemetry/api';
import { getNumberFromEnv } from '@opentelemetry/core';
import {
  defaultResource,
  detectResources,
  envDetector,
  type Resource,
  resourceFromAttributes,
} from '@opentelemetry/resources';
import { MeterProvider, PeriodicExportingMetricReader } from '@opentelemetry/sdk-metrics';
import { BasicTracerProvider, BatchSpanProcessor, type SpanProcessor } from '@opentelemetry/sdk-trace-base';
import { Delivery } from './delivery.js';
import { type OtlpTarget, otlpTarget } from './environment.js';
import { metricExporter, type Sending, spanExporter } from './exporters.js';
import { RunIds } from './run-ids.js';
import { SCOPE, type Telemetry } from './telemetry.js';
import { headersOf, insideOf, insideOfRemote, type TraceParent } from './trace-context.js';

export interface SdkOptions {
  /** A base URL; else what the environment says. */
  readonly endpoint: string | undefined;
  readonly serviceName: string;
  /** `null`: nothing is measured. None: measurements are sent as spans are. */
  readonly meterProvider: AnyMeterProvider | null | undefined;
  readonly parent: TraceParent;
  /** Masks what the environment says of who sends this. */
  readonly redact: (text: string) => string;
  readonly warn: (text: string) => void;
}

/** How long the last spans and measurements are waited for, so that it is two seconds at most until they are given up. */
const CLOSE_MS = 1900;

/**
 * The official SDK with exporters for OTLP over HTTP, set up by the environment's `OTEL_` variables. It is registered
 * nowhere.
 * @throws ChainError `invalid_argument` for an address or a protocol that can't be used
 */
export function sdkTelemetry(options: SdkOptions): Telemetry {
  const { endpoint, meterProvider: given, parent } = options;
  const traces = otlpTarget('traces', process.env, endpoint);
  const metrics = given === undefined ? otlpTarget('metrics', process.env, endpoint) : null;
  const closing = new AbortController();
  const over = new AbortController();
  const delivery = new Delivery(options.warn);
  const sending = { delivery, closing: closing.signal, over: over.signal };

  const resource = defaultResource()
    .merge(resourceFromAttributes({ 'service.name': options.serviceName }))
    .merge(masked(detectResources({ detectors: [envDetector] }), options.redact));
  const ids = new RunIds();
  const ownTracer =
    traces === null
      ? null
      : new BasicTracerProvider({
          resource,
          idGenerator: ids,
          spanProcessors: [counting(delivery), new BatchSpanProcessor(spanExporter(traces, sending))],
        });
  const ownMeter =
    metrics === null ? null : new MeterProvider({ resource, readers: [metricReader(metrics, sending)] });

  return {
    // Without a delegate its spans record nothing, and pass their parent on.
    tracer: (ownTracer ?? new ProxyTracerProvider()).getTracer(...SCOPE),
    meter: (ownMeter ?? given)?.getMeter(...SCOPE) ?? null,
    rootContext: () => insideOfRemote(ROOT_CONTEXT, parent),
    insideOf,
    headersOf,
    beforeSpan: (runId) => ids.follow(runId),
    async flush() {
      await Promise.allSettled([ownTracer?.forceFlush(), ownMeter?.forceFlush()]);
    },
    async close() {
      delivery.beginClose();
      closing.abort();
      const timer = setTimeout(() => over.abort(), CLOSE_MS);
      await Promise.allSettled([ownTracer?.shutdown(), ownMeter?.shutdown()]);
      clearTimeout(timer);
      delivery.close();
    },
  };
}

function masked({ attributes }: Resource, redact: (text: string) => string): Resource {
  const entries = Object.entries(attributes).map(([name, value]) => [
    name,
    typeof value === 'string' ? redact(value) : value,
  ]);
  return resourceFromAttributes(Object.fromEntries(entries));
}

/** In front of the batches: counts what goes into them, since they drop what they have no room for without a word. */
function counting(delivery: Delivery): SpanProcessor {
  return {
    onStart() {},
    onEnd: () => delivery.spanEnded(),
    async forceFlush() {},
    async shutdown() {},
  };
}

function metricReader(target: OtlpTarget, sending: Sending): PeriodicExportingMetricReader {
  const exportIntervalMillis = millisecondsFrom('OTEL_METRIC_EXPORT_INTERVAL') ?? 60_000;
  const timeout = millisecondsFrom('OTEL_METRIC_EXPORT_TIMEOUT') ?? 30_000;
  return new PeriodicExportingMetricReader({
    exporter: metricExporter(target, sending),
    exportIntervalMillis,
    exportTimeoutMillis: Math.min(timeout, exportIntervalMillis),
  });
}

/** By the specification a value that can't be used is the same as none. */
function millisecondsFrom(name: string): number | undefined {
  const value = getNumberFromEnv(name);
  return value !== undefined && value > 0 ? value : undefined;
}
