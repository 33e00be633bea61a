import { ChainError } from '../errors.js';
import {
  type CallbackHandler,
  type ChainEvent,
  type EventBase,
  type EventType,
  SCHEMA_VERSION,
} from '../events.js';
import { startsNoRuns } from './context.js';
import { EventRedactor, type RedactionOptions } from './event-redactor.js';
import { eventLevel, renderEvent } from './event-text.js';
import { type FileSink, fileTransport, openFileSink } from './file-sink.js';
import { lineFormat } from './log-line.js';
import { LEVEL, type LogFormat, type LogInfo, type LogTransport, printf } from './winston.js';

/**
 * `redact` and `content` say what is kept. With `redact` the line of a token may come later than the token: when the
 * word that it is in can be no key any more, with other patterns at the end of a line of the answer, in any case at the
 * end of the run or when the handler is closed.
 */
export interface FileHandlerOptions extends RedactionOptions {
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
  /** `null` where everything is kept as it is. */
  readonly #redactor: EventRedactor | null;

  static {
    startsNoRuns(FileCallbackHandler);
  }

  /**
   * @throws ChainError `file_not_writable` when the file can't be opened, naming the path and the reason;
   *   `invalid_argument` where there is no path, or no such format
   */
  constructor(path: string, options: FileHandlerOptions = {}) {
    if (typeof path !== 'string') {
      throw new ChainError(
        'invalid_argument',
        "a FileCallbackHandler takes the path of a file, such as 'run.log'",
      );
    }
    const { format = path.endsWith('.jsonl') ? 'jsonl' : 'text', tokens = false } = options;
    const { redact, content = true } = options;
    if (!Object.hasOwn(FORMATS, format)) {
      throw new ChainError('invalid_argument', "the format of a FileCallbackHandler is 'text' or 'jsonl'");
    }
    this.path = path;
    const redactor = new EventRedactor(options, (event) => this.#write(event));
    this.#redactor = redact === undefined && content ? null : redactor;
    this.#sink = openFileSink(path, { ...options, beforeExit: () => redactor.close() });
    this.#omitTokens = format === 'text' && !tokens;
    const level = this.#omitTokens ? 'info' : 'debug';
    this.#transport = fileTransport(this.#sink, level, FORMATS[format](options));
  }

  onEvent(event: ChainEvent): void {
    if (this.#omitTokens && event.type === 'llmNewToken') return;
    if (event.parentRunId === null && 'metadata' in event) this.#sink.followPath();
    try {
      if (this.#redactor === null) this.#write(event);
      else this.#redactor.take(event);
    } catch (error) {
      this.#write(unwritable(event, error));
    }
  }

  /**
   * Takes winston's format and transport without the two streams that a winston logger puts between them: a streamed
   * token is to cost little more than its write.
   */
  #write(event: ChainEvent | UnwritableEvent): void {
    const level = eventLevel(event.type);
    this.#transport.log(this.#transport.format.transform({ level, [LEVEL]: level, message: event }), noop);
  }

  /** Writes what `enqueue` has held back. */
  flush(): void {
    this.#sink.flush();
  }

  /** Writes what is waiting and lets go of the file. What comes afterwards is not written, and warned of. */
  async close(): Promise<void> {
    try {
      this.#redactor?.close();
    } finally {
      this.#transport.close();
    }
  }
}

/** What is left of an event that can't be written. */
interface UnwritableEvent extends EventBase {
  readonly type: EventType;
  readonly unwritable: string;
}

function unwritable({ type, runId, parentRunId, name, time }: ChainEvent, error: unknown): UnwritableEvent {
  return { type, runId, parentRunId, name, time, unwritable: (error as Error).message };
}

const FORMATS: Readonly<Record<'text' | 'jsonl', (options: FileHandlerOptions) => LogFormat>> = {
  jsonl: ({ content }) => printf(({ message }) => toJson(message as Written, content)),
  text: ({ colorize, content }) => {
    const line = lineFormat(({ message }) => renderSafely(message as Written, content), colorize);
    return {
      transform(info: LogInfo) {
        const { time, runId } = info.message as Written;
        return line.transform({ ...info, time, runId });
      },
    };
  },
};

type Written = ChainEvent | UnwritableEvent;

function renderSafely(event: Written, content: boolean | undefined): string {
  try {
    if (!('unwritable' in event)) return renderEvent(event, content);
    return `${event.type} ${event.name} could not be shown: ${event.unwritable}`;
  } catch (error) {
    return `${event.type} ${event.name} could not be shown: ${(error as Error).message}`;
  }
}

/** An event as one line of JSON. Never throws: of an event that can't be written, the line says so. */
function toJson(event: Written, content = true): string {
  try {
    if (event.parentRunId !== null || !('metadata' in event)) return JSON.stringify(event);
    const { type, ...fields } = event;
    return JSON.stringify({ type, schema: SCHEMA_VERSION, ...(!content && { content }), ...fields });
  } catch (error) {
    return JSON.stringify(unwritable(event as ChainEvent, error));
  }
}

function noop(): void {}
