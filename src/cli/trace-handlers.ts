import { isHttpUrl, isSdkDisabled, namesOtlpEndpoint } from '../callbacks/otel/environment.js';
import type { StdoutHandlerOptions } from '../callbacks/stdout.js';
import { ChainError } from '../errors.js';
import type { CallbackHandler } from '../events.js';
import type { Io } from './io.js';
import { showOnePlace } from './one-place.js';
import { type RedactionFlags, redactorOf } from './redactor-of.js';

/** The flags that say where events go. */
export interface TraceFlags extends RedactionFlags {
  readonly verbose?: boolean;
  readonly log?: string;
  readonly logFormat?: 'text' | 'jsonl';
  readonly logTokens?: boolean;
  readonly otlp?: string;
  /** A trace that replaces what is in the file, for `--replay`. */
  readonly record?: string;
  readonly callback: readonly string[];
  readonly color?: boolean;
}

export interface TraceSurroundings {
  readonly io: Io;
  /** Never to be written down. */
  readonly keys: readonly string[];
  /** What shows the answers, where something does. */
  readonly live: StdoutHandlerOptions['live'] | undefined;
  readonly onWarning: (warning: string) => void;
  /** Loads the modules of `--callback` anew where it is another number than before. */
  readonly generation?: number | undefined;
}

/**
 * The handlers that `--verbose`, `--log`, `--otlp` or the environment, `--record` and `--callback` ask for, in this order.
 */
export async function makeTraceHandlers(
  flags: TraceFlags,
  { io, keys, live, onWarning, generation }: TraceSurroundings,
): Promise<readonly CallbackHandler[]> {
  if (flags.otlp !== undefined && !isHttpUrl(flags.otlp)) {
    throw new ChainError('invalid_argument', '--otlp takes a URL, such as http://127.0.0.1:4318');
  }
  if (flags.record !== undefined && flags.content === false) {
    throw new ChainError('invalid_argument', '--record and --no-content at once: nothing could be replayed', {
      hint: '--log keeps a trace without what was said.',
    });
  }
  // First: what they say may be wrong, and then no log is made.
  const own = flags.callback.length === 0 ? [] : await loadOwn(flags.callback, generation);
  const kept = { redact: redactorOf(flags, keys), content: flags.content !== false };
  const handlers: CallbackHandler[] = [];
  if (flags.verbose) {
    const { StdoutCallbackHandler } = await import('../callbacks/stdout.js');
    handlers.push(
      new StdoutCallbackHandler({
        stream: io.stderr,
        ...kept,
        ...(flags.color === false && { color: false }),
        ...(live !== undefined && showOnePlace(io) && { live }),
      }),
    );
  }
  if (flags.log !== undefined) {
    const { FileCallbackHandler } = await import('../callbacks/file.js');
    const file = new FileCallbackHandler(flags.log, {
      ...(flags.logFormat !== undefined && { format: flags.logFormat }),
      tokens: flags.logTokens === true,
      ...kept,
      onWarning,
    });
    handlers.push(file);
  }
  if ((flags.otlp !== undefined || namesOtlpEndpoint(io.env)) && !isSdkDisabled(io.env)) {
    const { OpenTelemetryCallbackHandler } = await import('../callbacks/otel.js');
    handlers.push(
      new OpenTelemetryCallbackHandler({
        endpoint: flags.otlp,
        traceparent: io.env.TRACEPARENT,
        tracestate: io.env.TRACESTATE,
        serviceName: 'chain',
        ...kept,
        onWarning,
      }),
    );
  }
  if (flags.record !== undefined) {
    const { openRecording } = await import('./recording.js');
    // Last: nothing can go wrong any more that would leave half a recording.
    handlers.push(await openRecording(flags.record, { ...kept, onWarning }));
  }
  return [...handlers, ...own];
}

async function loadOwn(
  modules: readonly string[],
  generation: number | undefined,
): Promise<readonly CallbackHandler[]> {
  const { loadCallbacks } = await import('./load-callbacks.js');
  return loadCallbacks(modules, generation);
}
