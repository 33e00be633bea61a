import type { Context, Meter, Span, Tracer } from '@opentelemetry/api';

/** Where spans and measurements go: to an SDK of this package's own, or to the program's. */
export interface Telemetry {
  readonly tracer: Tracer;
  /** `null` where nothing is measured. */
  readonly meter: Meter | null;
  /** What the span of a root run is a child of. @param active what the program is in the middle of */
  rootContext(active: Context | undefined): Context;
  insideOf(context: Context, span: Span): Context;
  /** What tells a server which span it is called from. */
  headersOf(context: Context): Readonly<Record<string, string>>;
  /** Said of a run before its span is started. */
  beforeSpan(runId: string): void;
  /** Sends what has ended until now. Never rejects. */
  flush(): Promise<void>;
  /** Sends the rest, within two seconds, and lets go of everything that is its own. Never rejects. */
  close(): Promise<void>;
}

/** Put in place by the build. */
declare const PROMPTCHAIN_VERSION: string;

/** Who makes the spans, and the version of the conventions that they follow: what `getTracer` and `getMeter` take. */
export const SCOPE = [
  'promptchain',
  PROMPTCHAIN_VERSION,
  { schemaUrl: 'https://opentelemetry.io/schemas/1.41.0' },
] as const;
