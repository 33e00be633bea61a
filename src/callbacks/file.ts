import type { CallbackHandler, ChainEvent } from '../events.js';
import { startsNoRuns } from './context.js';
import { eventLevel, renderEvent } from './event-text.js';
import { type FileSink, fileTransport, openFileSink } from './file-sink.js';
import { lineFormat } from './log-line.js';
import { LEVEL, type LogFormat, type LogInfo, type LogTransport, printf } from './winston.js';

export interface FileHandlerOptions {
  /** `jsonl`: a line is one event, as JSON. Default: `jsonl` for a path that ends in `.jsonl`, else `text`. */
  readonly format?: 'text' | 'jsonl';
  /** Puts colour codes into a text. Default false. */
  readonly colorize?: boolean;
  /** Lists tokens one by one in a text, too. JSON lines hold every event. Default false. */
  readonly tokens?: boolean;
  /**
   * Writes many lines together when the program waits for something, and when it ends. Until it is closed the handler
   * listens to the signals that end a program, which goes on to die of them where nobody else listens. Lost is only
   * what a process has not written yet when it can run nothing any more: after SIGKILL, or out of memory. Default
   * false: a line is written when its event comes.
   */
  readonly enqueue?: boolean;
  /** Masks what must not be in a log; it is given every text of an event, a token by itself. */
  readonly redact?: (text: string) => string;
  /** Told when lines can't be written, once of each reason. Default: a line on stderr. */
  readonly onWarning?: (text: string) => void;
}

/**
 * Writes what it hears to a file: appends, makes missing folders, and is the owner's alone (0600) where it makes the
 * file. Handlers and loggers of one path share it, and so may several processes. Works with files that are moved away
 * while it writes (logrotate). A full disk is a warning, and the run goes on.
 */
export class FileCallbackHandler implements CallbackHandler {
  readonly name = 'FileCallbackHandler';
  /** As it was given. */
  readonly path: string;
  readonly #sink: FileSink;
  readonly #transport: LogTransport;
  readonly #omitTokens: boolean;

  static {
    startsNoRuns(FileCallbackHandler);
  }

  /** @throws ChainError `file_not_writable` when the file can't be opened, naming the path and the reason */
  constructor(path: string, options: FileHandlerOptions = {}) {
    const { format = path.endsWith('.jsonl') ? 'jsonl' : 'text', tokens = false } = options;
    this.path = path;
    this.#sink = openFileSink(path, options);
    this.#omitTokens = format === 'text' && !tokens;
    const level = this.#omitTokens ? 'info' : 'debug';
    this.#transport = fileTransport(this.#sink, level, FORMATS[format](options));
  }

  /**
   * Takes winston's format and transport without the two streams that a winston logger puts between them: a streamed
   * token is to cost little more than its write.
   */
  onEvent(event: ChainEvent): void {
    if (this.#omitTokens && event.type === 'llmNewToken') return;
    if (event.parentRunId === null && 'metadata' in event) this.#sink.followPath();
    const level = eventLevel(event.type);
    this.#transport.log(this.#transport.format.transform({ level, [LEVEL]: level, message: event }), noop);
  }

  /** Writes what `enqueue` has held back. */
  flush(): void {
    this.#sink.flush();
  }

  /** Writes what is waiting and lets go of the file. What comes afterwards is not written, and warned of. */
  async close(): Promise<void> {
    this.#transport.close();
  }
}

type Redact = (text: string) => string;

const FORMATS: Readonly<Record<'text' | 'jsonl', (options: FileHandlerOptions) => LogFormat>> = {
  jsonl: ({ redact }) => printf(({ message }) => toJson(message as ChainEvent, redact)),
  text: ({ redact, colorize }) => {
    const line = lineFormat(({ message }) => renderSafely(message as ChainEvent, redact), colorize);
    return {
      transform(info: LogInfo) {
        const { time, runId } = info.message as ChainEvent;
        return line.transform({ ...info, time, runId });
      },
    };
  },
};

function renderSafely(event: ChainEvent, redact: Redact | undefined): string {
  try {
    return renderEvent(redact === undefined ? event : JSON.parse(toJson(event, redact)));
  } catch (error) {
    return `${event.type} ${event.name} could not be shown: ${(error as Error).message}`;
  }
}

/** An event as one line of JSON. Never throws: of an event that can't be written, the line says so. */
function toJson(event: ChainEvent, redact: Redact | undefined): string {
  try {
    if (redact === undefined) return JSON.stringify(event);
    if (event.type === 'llmNewToken') return JSON.stringify({ ...event, token: redact(event.token) });
    return JSON.stringify(event, function (this: unknown, key, value: unknown) {
      return typeof value !== 'string' || (this === event && OWN.has(key)) ? value : redact(value);
    });
  } catch (error) {
    const { type, runId, parentRunId, name, time } = event;
    return JSON.stringify({ type, runId, parentRunId, name, time, unwritable: (error as Error).message });
  }
}

/** The fields of an event that tell it from others, and are nobody's text. */
const OWN: ReadonlySet<string> = new Set(['type', 'runId', 'parentRunId', 'name']);

function noop(): void {}
