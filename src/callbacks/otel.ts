import type { MeterProvider, TracerProvider } from '@opentelemetry/api';
import { ChainError } from '../errors.js';
import { BaseCallbackHandler, type ChainEvent, type ServerAddress } from '../events.js';
import { startsNoRuns } from './context.js';
import { warn } from './log-file.js';
import { maskEvent } from './masked-event.js';
import { capturesContent, isHttpUrl, isSdkDisabled, propagatesTraceContext } from './otel/environment.js';
import { registeredTelemetry } from './otel/global.js';
import { RunSpans } from './otel/spans.js';
import type { Telemetry } from './otel/telemetry.js';
import { withoutContent } from './without-content.js';

export interface OpenTelemetryHandlerOptions {
  /**
   * Where the spans and measurements go, as `OTEL_EXPORTER_OTLP_ENDPOINT` has it: `/v1/traces` and `/v1/metrics` are put
   * behind it. With one the handler has an SDK of its own, whatever the program has registered.
   */
  readonly endpoint?: string | undefined;
  /** Makes the spans: a `TracerProvider` of OpenTelemetry's API. Default: the one that the program has registered. */
  readonly tracerProvider?: { getTracer(name: string, version?: string): unknown } | undefined;
  /** Takes the measurements: a `MeterProvider`. Default: the one that the program has registered. */
  readonly meterProvider?: { getMeter(name: string, version?: string): unknown } | undefined;
  /** `false`: nothing is measured, as of runs that are long over. Default true. */
  readonly metrics?: boolean | undefined;
  /** The span that root runs are in, as the header of that name says it. An active span of the program comes first. */
  readonly traceparent?: string | undefined;
  readonly tracestate?: string | undefined;
  /** Where neither `OTEL_SERVICE_NAME` nor `OTEL_RESOURCE_ATTRIBUTES` says who sends this. Default `promptchain`. */
  readonly serviceName?: string | undefined;
  /**
   * Puts what was said into the spans: messages, inputs and outputs of chains and tools, documents. Default: what
   * `OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT` says, and that is no where it says nothing.
   */
  readonly captureContent?: boolean | undefined;
  /**
   * `false` sends the tree of runs, their models, counts of tokens, costs and times, and nothing that anybody said, what
   * errors say included. Default true: what was said is sent as far as `captureContent` has it.
   */
  readonly content?: boolean | undefined;
  /**
   * Masks what must not be sent; it is given every text by itself. Then whatever stands under a name such as
   * `authorization` or `apiKey` is masked, too.
   */
  readonly redact?: ((text: string) => string) | undefined;
  /** Told when something can't be sent, once. Default: a line on stderr. */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/**
 * Turns runs into OpenTelemetry's spans and measurements, by its semantic conventions for generative AI, and lets models'
 * requests carry the span that they are made in.
 *
 * In a program that has registered a tracer provider spans go there, below the active span. Otherwise the official SDK
 * sends them by OTLP over HTTP, as the `OTEL_` variables say; it is loaded at the first event. What can't be sent is one
 * warning, and never fails or delays a run.
 */
export class OpenTelemetryCallbackHandler extends BaseCallbackHandler {
  override readonly name: string = 'OpenTelemetryCallbackHandler';
  readonly #options: OpenTelemetryHandlerOptions;
  #opened: { readonly telemetry: Telemetry; readonly spans: RunSpans } | null = null;
  #opening: Promise<void> | null = null;
  /** Nothing is listened to: it is closed, disabled, or couldn't be opened. */
  #off = isSdkDisabled(process.env);

  static {
    startsNoRuns(OpenTelemetryCallbackHandler);
  }

  /** @throws ChainError `invalid_argument` for an endpoint that isn't the URL of an HTTP server */
  constructor(options: OpenTelemetryHandlerOptions = {}) {
    super();
    if (options.endpoint !== undefined && !isHttpUrl(options.endpoint)) {
      throw new ChainError('invalid_argument', 'endpoint must be a URL, such as http://127.0.0.1:4318');
    }
    this.#options = options;
  }

  /** A promise until the SDK has been loaded. Events may be of the past: spans have their times. */
  override onEvent(event: ChainEvent): void | Promise<void> {
    // Of tokens the first tells that they are streamed, and the others nothing.
    if (this.#off || (event.type === 'llmNewToken' && event.index > 0)) return;
    const kept = this.#kept(event);
    if (kept === null) return;
    const active = 'metadata' in event ? registeredTelemetry().context?.active() : undefined;
    if (this.#opened !== null) return this.#opened.spans.take(kept, active);
    this.#opening ??= this.#open();
    return this.#opening.then(() => this.#opened?.spans.take(kept, active));
  }

  #kept(event: ChainEvent): ChainEvent | null {
    if (event.type === 'llmNewToken') return event;
    const { content, redact } = this.#options;
    const kept = content === false ? withoutContent(event) : event;
    return kept === null || redact === undefined ? kept : maskEvent(kept, redact);
  }

  /** `traceparent` and `tracestate` of the run's span, unless `OTEL_PROPAGATORS` leaves them out. */
  override requestHeaders(
    runId: string,
    server?: ServerAddress,
  ): Readonly<Record<string, string>> | undefined {
    const spans = this.#opened?.spans;
    if (server !== undefined) spans?.asks(runId, this.#masked(server));
    return propagatesTraceContext(process.env) ? spans?.headersOf(runId) : undefined;
  }

  /** Sends what has ended until now. */
  async flush(): Promise<void> {
    await this.#opening;
    await this.#opened?.telemetry.flush();
  }

  /**
   * Ends the spans of runs that haven't ended, as failed, and sends the rest: for two seconds at most. A program's own
   * providers are the program's to close.
   */
  override async close(): Promise<void> {
    this.#off = true;
    await this.#opening;
    this.#opened?.spans.endUnfinished();
    await this.#opened?.telemetry.close();
  }

  #masked({ address, port }: ServerAddress): ServerAddress {
    const { redact = (text) => text } = this.#options;
    return { address: redact(address), port };
  }

  /** Never rejects. */
  async #open(): Promise<void> {
    const { content: said = true, captureContent } = this.#options;
    try {
      const telemetry = await this.#openTelemetry();
      let metrics = null;
      if (telemetry.meter !== null) {
        const { ModelMetrics } = await import('./otel/metrics.js');
        metrics = new ModelMetrics(telemetry.meter);
      }
      const content = said && (captureContent ?? capturesContent(process.env));
      this.#opened = { telemetry, spans: new RunSpans({ telemetry, metrics, content }) };
    } catch (error) {
      this.#off = true;
      const { message, hint } = error as ChainError;
      this.#warn(`nothing is sent to OpenTelemetry: ${message}${hint === undefined ? '' : `. ${hint}`}`);
    }
  }

  async #openTelemetry(): Promise<Telemetry> {
    const { endpoint, metrics = true, serviceName = 'promptchain', traceparent, tracestate } = this.#options;
    const { redact = (text) => text } = this.#options;
    const program = endpoint === undefined ? registeredTelemetry() : {};
    const tracers = (this.#options.tracerProvider ?? program.trace) as TracerProvider | undefined;
    const meters = (this.#options.meterProvider ?? program.metrics) as MeterProvider | undefined;
    const parent = { traceparent, tracestate };
    if (tracers !== undefined) {
      const { programTelemetry } = await import('./otel/program.js');
      return programTelemetry(tracers, metrics ? (meters ?? null) : null, parent);
    }
    const { sdkTelemetry } = await import('./otel/sdk.js');
    return sdkTelemetry({
      endpoint,
      serviceName,
      parent,
      redact,
      meterProvider: metrics ? meters : null,
      warn: (text) => this.#warn(text),
    });
  }

  #warn(text: string): void {
    const { onWarning, redact = (text) => text } = this.#options;
    warn({ ...(onWarning !== undefined && { onWarning }) }, redact(text));
  }
}
