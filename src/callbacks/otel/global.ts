import type { Context, MeterProvider, TracerProvider } from '@opentelemetry/api';

/** What a program has registered with OpenTelemetry's API. */
export interface Registered {
  readonly trace?: TracerProvider;
  readonly metrics?: MeterProvider;
  /** Knows what is active right now. */
  readonly context?: { active(): Context };
}

/**
 * Read where the API of every 1.x version leaves it. The API itself would hide it: a copy of it takes no notice of what
 * an older one has registered, and the program has a copy of its own.
 */
export function registeredTelemetry(): Registered {
  return (globalThis as { [REGISTRY]?: Registered })[REGISTRY] ?? {};
}

const REGISTRY = Symbol.for('opentelemetry.js.api.1');
