import { ExportResultCode } from '@opentelemetry/core';
import { OTLPMetricExporterBase } from '@opentelemetry/exporter-metrics-otlp-http';
import {
  createOtlpNetworkExportDelegate,
  ExporterMetrics,
  OTLPExporterBase,
} from '@opentelemetry/otlp-exporter-base';
import { convertLegacyHttpOptions } from '@opentelemetry/otlp-exporter-base/node-http';
import {
  JsonMetricsSerializer,
  JsonTraceSerializer,
  MetricsExporterMetricsHelper,
  ProtobufMetricsSerializer,
  ProtobufTraceSerializer,
  TraceExporterMetricsHelper,
} from '@opentelemetry/otlp-transformer';
import type { PushMetricExporter, ResourceMetrics } from '@opentelemetry/sdk-metrics';
import type { ReadableSpan, SpanExporter } from '@opentelemetry/sdk-trace-base';
import { cleanControls } from '../../safety/clean.js';
import type { Delivery } from './delivery.js';
import type { OtlpProtocol, OtlpTarget, Signal } from './environment.js';
import { DeliveryFailure, otlpTransport, type TransportEnd } from './transport.js';

/** What all that is sent has in common. */
export interface Sending extends TransportEnd {
  readonly delivery: Delivery;
}

/** Spans by OTLP. Headers, timeouts, compression and certificates are the environment's. */
export function spanExporter(target: OtlpTarget, sending: Sending): SpanExporter {
  const serializers = { 'http/json': JsonTraceSerializer, 'http/protobuf': ProtobufTraceSerializer };
  const inner = delegate<ReadableSpan[]>('traces', target, sending, serializers, TraceExporterMetricsHelper);
  return new OTLPExporterBase({
    ...inner,
    export(spans, done) {
      sending.delivery.spansHandedOver(spans.length);
      inner.export(spans, done);
    },
  });
}

/** Measurements by OTLP, cumulative or not as `OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE` says. */
export function metricExporter(target: OtlpTarget, sending: Sending): PushMetricExporter {
  const serializers = { 'http/json': JsonMetricsSerializer, 'http/protobuf': ProtobufMetricsSerializer };
  return new OTLPMetricExporterBase(
    delegate<ResourceMetrics>('metrics', target, sending, serializers, MetricsExporterMetricsHelper),
  );
}

type Delegate<T> = ReturnType<typeof createOtlpNetworkExportDelegate<T, unknown>>;
type Serializer<T> = Parameters<typeof createOtlpNetworkExportDelegate<T, unknown>>[1];
type MetricsHelper<T> = ConstructorParameters<typeof ExporterMetrics<T>>[0]['metricsHelper'];

/**
 * What the official exporters are made of, on our transport, and with failures reported. A receiver that can't read
 * the first protocol is sent the next one, and from then on only that.
 */
function delegate<T>(
  signal: Signal,
  { url, shared, protocols }: OtlpTarget,
  { delivery, ...end }: Sending,
  serializers: Readonly<Record<OtlpProtocol, Serializer<T>>>,
  metricsHelper: MetricsHelper<T>,
): Delegate<T> {
  const { host } = new URL(url);
  const metrics = new ExporterMetrics<T>({
    componentType: '',
    metricsHelper,
    url,
    meterProvider: undefined,
    responseAttributesFromError: () => ({}),
  });
  const all = protocols.map((protocol) => {
    const options = convertLegacyHttpOptions({ url }, signal.toUpperCase(), `v1/${signal}`, {
      'content-type': CONTENT_TYPES[protocol],
      'user-agent': `promptchain OTel-OTLP-Exporter-JavaScript`,
    });
    const transport = otlpTransport(options, end);
    const serializer = reading(serializers[protocol], (refused) => delivery.failed(signal, host, refused));
    return createOtlpNetworkExportDelegate<T, unknown>(options, serializer, metrics, transport);
  });
  let known = 0;
  const send = (items: T, done: Parameters<Delegate<T>['export']>[1], using = known): void =>
    all[using]!.export(items, (result) => {
      if (result.code === ExportResultCode.SUCCESS) {
        known = using;
        delivery.arrived(signal, host);
        return done(result);
      }
      if (using + 1 < all.length && isUnreadable(result.error)) return send(items, done, using + 1);
      const reason = result.error?.message ?? 'it could not be written';
      if (signal === 'metrics' && shared && isUnknown(result.error)) delivery.refused(host, reason);
      else delivery.failed(signal, host, reason);
      done(result);
    });
  return {
    export: (items, done) => send(items, done),
    async forceFlush() {
      await Promise.all(all.map((each) => each.forceFlush()));
    },
    async shutdown() {
      await Promise.all(all.map((each) => each.shutdown()));
    },
    setMetrics() {},
  };
}

/** A receiver may take a request, and say in its answer that it has left out a part of it. */
interface Taken {
  readonly partialSuccess?: null | {
    readonly rejectedSpans?: unknown;
    readonly rejectedDataPoints?: unknown;
    readonly errorMessage?: unknown;
  };
}

/** The same serializer, which tells what was refused of what was taken. */
function reading<T>(inner: Serializer<T>, tell: (reason: string) => void): Serializer<T> {
  return {
    serializeRequest: (items) => inner.serializeRequest(items),
    deserializeResponse(data) {
      const response = data.length === 0 ? {} : inner.deserializeResponse(data);
      const { rejectedSpans, rejectedDataPoints, errorMessage } = (response as Taken).partialSuccess ?? {};
      const count = Number(rejectedSpans ?? rejectedDataPoints ?? 0);
      const why = cleanControls(String(errorMessage ?? '').replace(/\s+/g, ' ')).slice(0, MOST_SAID);
      if (count > 0) tell(`it refused ${count} of them${why === '' ? '' : ` (${why})`}`);
      return response;
    },
  };
}

const MOST_SAID = 200;

const CONTENT_TYPES: Readonly<Record<OtlpProtocol, string>> = {
  'http/json': 'application/json',
  'http/protobuf': 'application/x-protobuf',
};

/** As Jaeger answers measurements, which it has no use for. */
function isUnknown(error: unknown): boolean {
  return error instanceof DeliveryFailure && error.status === 404;
}

/** 415 is the right answer for it; others fail as they try to read it. */
function isUnreadable(error: unknown): boolean {
  return error instanceof DeliveryFailure && [400, 415, 500].includes(error.status ?? 0);
}
