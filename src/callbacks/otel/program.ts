import { type MeterProvider, ROOT_CONTEXT, type TracerProvider, trace } from '@opentelemetry/api';
import { SCOPE, type Telemetry } from './telemetry.js';
import { headersOf, insideOf, insideOfRemote, type TraceParent } from './trace-context.js';

/** Spans and measurements by a program's own providers, which it closes itself. */
export function programTelemetry(
  tracerProvider: TracerProvider,
  meterProvider: MeterProvider | null,
  parent: TraceParent,
): Telemetry {
  return {
    tracer: tracerProvider.getTracer(...SCOPE),
    meter: meterProvider?.getMeter(...SCOPE) ?? null,
    rootContext: (active = ROOT_CONTEXT) =>
      trace.getSpan(active) === undefined ? insideOfRemote(active, parent) : active,
    insideOf,
    headersOf,
    beforeSpan() {},
    async flush() {},
    async close() {},
  };
}
