import {
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  type Span,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';

/** A span of another process, as the headers of W3C trace context (https://www.w3.org/TR/trace-context/) say it. */
export interface TraceParent {
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
}

const propagator = new W3CTraceContextPropagator();

/** A context inside of that span; the same one where what is given isn't valid: then a trace begins. */
export function insideOfRemote(context: Context, parent: TraceParent): Context {
  return propagator.extract(context, parent, defaultTextMapGetter);
}

export function insideOf(context: Context, span: Span): Context {
  return trace.setSpan(context, span);
}

/** What tells a server which span it is called from; nothing where that is none. */
export function headersOf(context: Context): Readonly<Record<string, string>> {
  const headers: Record<string, string> = {};
  propagator.inject(context, headers, defaultTextMapSetter);
  return headers;
}
