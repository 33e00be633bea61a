import { inspect } from 'node:util';
import { runLabel } from './run-id.js';
import { type LogFormat, type LogInfo, printf } from './winston.js';

/** How severe a record is, as loguru has it: the higher, the more severe. */
export const LOG_LEVELS = {
  trace: 5,
  debug: 10,
  info: 20,
  success: 25,
  warning: 30,
  error: 40,
  critical: 50,
} as const;

export type LogLevel = keyof typeof LOG_LEVELS;

/** The same for winston, where the most severe level is 0. */
export const WINSTON_LEVELS: Readonly<Record<string, number>> = Object.fromEntries(
  Object.entries(LOG_LEVELS).map(([level, severity]) => [level, LOG_LEVELS.critical - severity]),
);

const STYLES: Readonly<Record<LogLevel | 'time', readonly string[]>> = {
  trace: ['cyan', 'bold'],
  debug: ['blue', 'bold'],
  info: ['bold'],
  success: ['green', 'bold'],
  warning: ['yellow', 'bold'],
  error: ['red', 'bold'],
  critical: ['bgRed', 'white', 'bold'],
  time: ['green'],
};

/**
 * Records as text, `2026-11-21 13:02:48.123 | INFO     | [1a2b3c4d] what happened`, in local time: what lies in
 * `info.time` (ms since the epoch), `info.level`, `info.runId` and what `text` says. Further lines of a text are
 * indented, so that what a model writes can't pass for a record; control characters are shown, not obeyed.
 */
export function lineFormat(text: (info: LogInfo) => string, colorize = false): LogFormat {
  const paint = colorize ? paintAs : (_style: string, plain: string) => plain;
  return printf((info) => {
    const { level, runId } = info;
    const run = typeof runId === 'string' ? `[${runLabel(runId)}] ` : '';
    const time = paint('time', renderTime(info.time as number));
    const message = escapeControls(run + text(info)).replaceAll('\n', '\n    ');
    return `${time} | ${paint(level, level.toUpperCase().padEnd(8))} | ${paint(level, message)}`;
  });
}

/**
 * In colour whatever the text goes to; each line by itself, or backgrounds would run on. The codes are Node's own: a
 * log file shouldn't load chalk.
 */
function paintAs(style: string, text: string): string {
  const codes = STYLES[style as LogLevel].map((name) => inspect.colors[name]!);
  const open = codes.map(([code]) => `\x1b[${code}m`).join('');
  const close = codes
    .map(([, code]) => `\x1b[${code}m`)
    .reverse()
    .join('');
  return `${open}${text.replaceAll('\n', `${close}\n${open}`)}${close}`;
}

/** The start of a run's id: enough to find the run by. */
export function shortRunId(runId: string): string {
  return runId.slice(0, 8);
}

/** Control characters but newline and tab, and those that reverse the direction of writing, as `\x1b` or `\u202e`. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
  });
}

const CONTROLS = /[\0-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g;

/** `2026-11-21 13:02:48.123`, in local time; as it is where no calendar has it. */
export function renderTime(time: number): string {
  const date = new Date(time);
  if (Number.isNaN(date.getTime())) return String(time);
  const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
  const clock = `${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  return `${day} ${clock}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

function two(number: number): string {
  return String(number).padStart(2, '0');
}
