import type { Attributes, Context, Span } from '@opentelemetry/api';
import type { ChainEvent, ServerAddress } from '../../events.js';
import {
  chainFields,
  type EndEvent,
  endFields,
  type StartEvent,
  spanStart,
  toAttributes,
} from './attributes.js';
import type { ModelMetrics } from './metrics.js';
import { type Fields, OPERATION, serverFields } from './model-fields.js';
import type { Telemetry } from './telemetry.js';

export interface RunSpansFields {
  readonly telemetry: Telemetry;
  /** `null`: nothing is measured. */
  readonly metrics: ModelMetrics | null;
  /** Spans hold what was said. */
  readonly content: boolean;
}

/** A run whose span is open. */
interface OpenRun {
  readonly span: Span;
  /** Inside of the span. */
  readonly context: Context;
  readonly start: StartEvent;
  /** Its text comes in pieces. */
  streamed: boolean;
  /** The chain acts as an agent. */
  agent: boolean;
  /** Where its requests go, once that is known. */
  server: ServerAddress | undefined;
}

/** Runs as spans: one each, at its place in the tree, with the times that its events have. */
export class RunSpans {
  readonly #fields: RunSpansFields;
  readonly #open = new Map<string, OpenRun>();
  /** The time of the latest event. */
  #latest = 0;

  constructor(fields: RunSpansFields) {
    this.#fields = fields;
  }

  /** @param active what the program was in the middle of when a run started */
  take(event: ChainEvent, active: Context | undefined): void {
    this.#latest = Math.max(this.#latest, event.time);
    if ('metadata' in event) this.#start(event, active);
    else this.#takeOfOpen(event);
  }

  /** Where the requests of this run go. */
  asks(runId: string, server: ServerAddress): void {
    const run = this.#open.get(runId);
    if (run === undefined) return;
    run.server = server;
    run.span.setAttributes(serverFields(server));
  }

  /** What tells a server that a request is made in this run. */
  headersOf(runId: string): Readonly<Record<string, string>> | undefined {
    const run = this.#open.get(runId);
    return run && this.#fields.telemetry.headersOf(run.context);
  }

  /** Ends the spans of all runs that haven't ended, the innermost first, when the last event came. */
  endUnfinished(): void {
    for (const [runId, { span, start, agent }] of [...this.#open].reverse()) {
      if (start.type === 'chainStart') span.setAttributes(chainFields(start.name, agent));
      span.setAttribute('error.type', 'unfinished');
      span.setStatus({ code: STATUS_ERROR, message: 'the run did not end' });
      this.#end(runId, span, this.#latest);
    }
  }

  #takeOfOpen(event: Exclude<ChainEvent, StartEvent>): void {
    const run = this.#open.get(event.runId);
    if (run === undefined) return;
    if ('durationMs' in event) this.#finish(event, run);
    else this.#takeBetween(event, run);
  }

  #takeBetween(event: Exclude<ChainEvent, StartEvent | EndEvent>, run: OpenRun): void {
    switch (event.type) {
      case 'llmNewToken':
        run.streamed = true;
        break;
      case 'retry':
        this.#note(run, 'retry', event.time, {
          'promptchain.retry.attempt': event.attempt,
          'promptchain.retry.delay_ms': event.delayMs,
          'promptchain.retry.reason': event.reason,
        });
        break;
      case 'customEvent':
        this.#note(
          run,
          event.eventName,
          event.time,
          this.#fields.content ? { 'promptchain.data': event.data } : {},
        );
        break;
      case 'agentAction':
      case 'agentFinish':
        run.agent = true;
        run.span.updateName(`invoke_agent ${event.name}`);
        run.span.setAttribute(OPERATION, 'invoke_agent');
    }
  }

  /** The span of a root, or of a run whose parent isn't heard, is an outermost one. */
  #start(event: StartEvent, active: Context | undefined): void {
    const { runId, parentRunId, time } = event;
    const { telemetry } = this.#fields;
    if (this.#open.has(runId)) return;
    const parent = parentRunId === null ? undefined : this.#open.get(parentRunId);
    const around = parent?.context ?? telemetry.rootContext(active);
    const { name, kind, fields, content } = spanStart(event);
    telemetry.beforeSpan(runId);
    const span = telemetry.tracer.startSpan(
      name,
      { kind: KINDS[kind], startTime: toHrTime(time), attributes: this.#attributes(fields, content) },
      around,
    );
    const context = telemetry.insideOf(around, span);
    this.#open.set(runId, { span, context, start: event, streamed: false, agent: false, server: undefined });
  }

  #finish(event: EndEvent, run: OpenRun): void {
    const { span, start } = run;
    const { metrics } = this.#fields;
    const { fields, content } = endFields(event, run);
    span.setAttributes(this.#attributes(fields, content));
    if ('error' in event) span.setStatus({ code: STATUS_ERROR, message: event.error.message });
    this.#end(event.runId, span, start.time + event.durationMs);
    if (event.type !== 'llmEnd' && event.type !== 'llmError') return;
    if (start.type !== 'llmStart' && start.type !== 'chatModelStart') return;
    metrics?.record(start, event, run);
  }

  #end(runId: string, span: Span, time: number): void {
    this.#open.delete(runId);
    span.end(toHrTime(time));
  }

  #note({ span }: OpenRun, name: string, time: number, fields: Fields): void {
    span.addEvent(name, toAttributes(fields), toHrTime(time));
  }

  #attributes(fields: Fields, said: Fields): Attributes {
    return toAttributes(this.#fields.content ? { ...fields, ...said } : fields);
  }
}

/** The API's `SpanKind`. */
const KINDS = { internal: 0, client: 2 } as const;
/** The API's `SpanStatusCode.ERROR`. */
const STATUS_ERROR = 2;

/** Seconds and nanoseconds, exact to the microsecond. A number could be taken for one since the program's start. */
function toHrTime(ms: number): [seconds: number, nanoseconds: number] {
  const us = Math.round(ms * 1000);
  const seconds = Math.floor(us / 1_000_000);
  return [seconds, (us - seconds * 1_000_000) * 1000];
}
