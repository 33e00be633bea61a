import { ChainError } from '../errors.js';
import { wantsColor } from './color.js';
import { currentContext } from './context.js';
import { fileTransport, openFileSink } from './file-sink.js';
import { LOG_LEVELS, type LogLevel, lineFormat, WINSTON_LEVELS } from './log-line.js';
import { renderMessage, serializeRecord } from './log-message.js';
import {
  createTransport,
  LEVEL,
  type LogFormat,
  type LogInfo,
  type LogTransport,
  MESSAGE,
  printf,
} from './winston.js';
import { createWinston, type WinstonLogger } from './winston-logger.js';

export type { LogLevel };

export interface LogTargetOptions {
  /** The least severe level that is written, by name or number. Default `debug`. */
  readonly level?: LogLevel | number;
  /** Puts colour codes into the text. Default: whether the stream is a terminal that wants them; never for a file. */
  readonly colorize?: boolean;
  /** Files only: records are written together a little later, and when the process ends. Default false. */
  readonly enqueue?: boolean;
  /** Writes records as JSON, one a line. Default: whether the path ends in `.jsonl`. */
  readonly serialize?: boolean;
}

/** Records a message, and what else is given: texts as they are, errors with their message, values as code shows them. */
export type LogMethod = (message: unknown, ...extra: readonly unknown[]) => void;

export interface Logger extends Readonly<Record<LogLevel, LogMethod>> {
  /**
   * Has records written to a file, which is appended to, or to a stream.
   * @returns an id for {@link Logger.remove}
   * @throws ChainError `file_not_writable` when the file can't be opened, `invalid_argument` for an unknown level
   */
  add(target: string | NodeJS.WritableStream, options?: LogTargetOptions): number;
  /**
   * Ends what `add` began; without an id, of every target, stderr (id 0) included.
   * @throws ChainError `invalid_argument` when there is no such target
   */
  remove(id?: number): void;
  /** Settles when every record has been written. */
  complete(): Promise<void>;
}

/** A logger that writes to `stderr` out of the box, and to whatever is added. */
export function createLogger(stderr: () => NodeJS.WritableStream = () => process.stderr): Logger {
  const targets = new Map<number, Target>();
  let nextId = 1;
  let untouched = true;
  let winston: WinstonLogger | undefined;

  /** The first use: nothing of winston is loaded before. */
  const start = (): WinstonLogger => {
    winston ??= createWinston({ levels: WINSTON_LEVELS, level: 'trace', format: AS_IT_IS });
    winston.setMaxListeners(0);
    if (untouched) {
      untouched = false;
      attach(winston, 0, stderr(), {});
    }
    return winston;
  };

  const attach = (to: WinstonLogger, id: number, given: Given, options: LogTargetOptions) => {
    const target = makeTarget(given, options);
    to.add(target.transport);
    targets.set(id, target);
  };

  const log = (level: LogLevel, message: unknown, extra: readonly unknown[]) => {
    if (!untouched && !isWanted(targets, level)) return;
    const to = start();
    to.write({ level, [LEVEL]: level, message, extra, time: Date.now(), runId: currentContext()?.runId });
  };

  const methodOf =
    (level: LogLevel): LogMethod =>
    (message, ...extra) =>
      log(level, message, extra);

  return {
    trace: methodOf('trace'),
    debug: methodOf('debug'),
    info: methodOf('info'),
    success: methodOf('success'),
    warning: methodOf('warning'),
    error: methodOf('error'),
    critical: methodOf('critical'),

    add(target, options = {}) {
      const id = nextId;
      attach(start(), id, target, options);
      nextId += 1;
      return id;
    },

    remove(id) {
      if (id === undefined ? untouched : untouched && id === 0) {
        untouched = false;
        return;
      }
      const ids = id === undefined ? [...targets.keys()] : [id];
      for (const each of ids) {
        const target = targets.get(each);
        if (target === undefined) throw unknownTarget(each, targets);
        targets.delete(each);
        winston?.remove(target.transport);
      }
    },

    async complete() {
      await Promise.all([...targets.values()].map((target) => target.complete()));
    },
  };
}

/** One for the whole process. */
export const logger: Logger = createLogger();

interface Target {
  readonly transport: LogTransport;
  readonly complete: () => void | Promise<void>;
}

type Given = string | NodeJS.WritableStream;

const AS_IT_IS: LogFormat = { transform: (info) => info };

function makeTarget(given: Given, options: LogTargetOptions): Target {
  const level = nameLevel(options.level ?? 'debug');
  if (typeof given === 'string') {
    const { serialize = given.endsWith('.jsonl'), enqueue = false, colorize = false } = options;
    const sink = openFileSink(given, { enqueue });
    const transport = fileTransport(sink, level, recordFormat(serialize, colorize, true));
    return { transport, complete: () => sink.flush() };
  }
  const { serialize = false, colorize = wantsColor(given as { isTTY?: boolean }) } = options;
  return streamTarget(given, level, recordFormat(serialize, colorize, false));
}

function recordFormat(serialize: boolean, colorize: boolean, stacks: boolean): LogFormat {
  if (serialize) return printf(serializeRecord);
  return lineFormat(
    ({ message, extra }) => renderMessage([message, ...(extra as unknown[])], stacks),
    colorize,
  );
}

/** A stream that fails, or was closed, is written to no more. */
function streamTarget(stream: NodeJS.WritableStream, level: string, format: LogFormat): Target {
  let broken = false;
  const onWritten = (error?: Error | null) => {
    if (!error) return;
    broken = true;
    // The stream emits the error once more, after this; unheard it would end the process.
    if (stream.listenerCount('error') === 0) stream.once('error', () => {});
  };
  const log = (info: LogInfo, next: () => void) => {
    if (!broken) stream.write(`${info[MESSAGE] as string}\n`, onWritten);
    next();
  };
  return {
    transport: createTransport({ level, format, log, close: () => {} }),
    complete: () =>
      new Promise((resolve) => {
        if (broken) resolve();
        else
          stream.write('', (error) => {
            onWritten(error);
            resolve();
          });
      }),
  };
}

function isWanted(targets: ReadonlyMap<number, Target>, level: LogLevel): boolean {
  for (const { transport } of targets.values()) {
    if (LOG_LEVELS[level] >= LOG_LEVELS[transport.level as LogLevel]) return true;
  }
  return false;
}

/** The least severe level at or above a number. */
function nameLevel(level: LogLevel | number): LogLevel {
  const names = Object.keys(LOG_LEVELS) as LogLevel[];
  const found = names.find((name) =>
    typeof level === 'number' ? LOG_LEVELS[name] >= level : name === level,
  );
  if (found !== undefined) return found;
  throw new ChainError('invalid_argument', `there is no log level ${level}`, {
    hint: `One of ${names.join(', ')}, or a number up to ${LOG_LEVELS.critical}.`,
  });
}

function unknownTarget(id: number, targets: ReadonlyMap<number, Target>): ChainError {
  const known = [...targets.keys()];
  const hint = known.length === 0 ? 'None is left.' : `There is ${known.join(', ')}.`;
  return new ChainError('invalid_argument', `the logger has no target ${id}`, { hint });
}
