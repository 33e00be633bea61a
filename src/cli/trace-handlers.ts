import type { StdoutHandlerOptions } from '../callbacks/stdout.js';
import type { CallbackHandler } from '../events.js';
import { maskSecrets } from '../safety/mask.js';
import type { Io } from './io.js';
import { showOnePlace } from './one-place.js';

/** The flags that say where events go. */
export interface TraceFlags {
  readonly verbose?: boolean;
  readonly log?: string;
  readonly logFormat?: 'text' | 'jsonl';
  readonly logTokens?: boolean;
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

/** The handlers that `--verbose`, `--log` and `--callback` ask for, in this order. */
export async function makeTraceHandlers(
  flags: TraceFlags,
  { io, keys, live, onWarning, generation }: TraceSurroundings,
): Promise<readonly CallbackHandler[]> {
  // First: what they say may be wrong, and then no log is made.
  const own = flags.callback.length === 0 ? [] : await loadOwn(flags.callback, generation);
  const redact = (text: string) => maskSecrets(text, keys);
  const handlers: CallbackHandler[] = [];
  if (flags.verbose) {
    const { StdoutCallbackHandler } = await import('../callbacks/stdout.js');
    handlers.push(
      new StdoutCallbackHandler({
        stream: io.stderr,
        redact,
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
      redact,
      onWarning,
    });
    handlers.push(file);
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
