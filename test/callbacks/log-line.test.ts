import { expect, test } from 'vitest';
import {
  escapeControls,
  LOG_LEVELS,
  type LogLevel,
  lineFormat,
  WINSTON_LEVELS,
} from '../../src/callbacks/log-line.js';
import { MESSAGE } from '../../src/callbacks/winston.js';

const time = new Date(2026, 10, 2, 3, 4, 5, 6).getTime();

function line(message: string, { level = 'info', runId }: { level?: string; runId?: string } = {}) {
  const format = lineFormat((info) => info.message as string);
  return format.transform({ level, message, time, runId })[MESSAGE];
}

test.each<[string, string, { level?: string; runId?: string }, string]>([
  ['a message', 'hello', {}, '2026-11-02 03:04:05.006 | INFO     | hello'],
  ['another level', 'hello', { level: 'critical' }, '2026-11-02 03:04:05.006 | CRITICAL | hello'],
  ['in a run', 'hello', { runId: '1a2b3c4d-0000' }, '2026-11-02 03:04:05.006 | INFO     | [1a2b3c4d] hello'],
  ['several lines', 'a\nb\n\nc', {}, '2026-11-02 03:04:05.006 | INFO     | a\n    b\n    \n    c'],
  ['controls', '\x1b[31mred\r\n', {}, '2026-11-02 03:04:05.006 | INFO     | \\x1b[31mred\\x0d\n    '],
])('%s', (_, message, more, expected) => {
  expect(line(message, more)).toBe(expected);
});

test.each([
  ['\0\x07\b\x7f\x9b', '\\x00\\x07\\x08\\x7f\\x9b'],
  ['a\tb\nc', 'a\tb\nc'],
  ['\u202eevil\u2066\u2028', '\\u202eevil\\u2066\\u2028'],
  ['花 🌸', '花 🌸'],
])('%j is shown as %s', (raw, shown) => {
  expect(escapeControls(raw)).toBe(shown);
});

test.each<[LogLevel, string]>([
  ['trace', '\x1b[36m\x1b[1mTRACE   \x1b[22m\x1b[39m'],
  ['info', '\x1b[1mINFO    \x1b[22m'],
  ['error', '\x1b[31m\x1b[1mERROR   \x1b[22m\x1b[39m'],
])('%s in colour', (level, expected) => {
  const format = lineFormat(() => 'hello', true);
  const [shownTime, shownLevel, text] = (
    format.transform({ level, message: '', time })[MESSAGE] as string
  ).split(' | ');
  expect(shownTime).toBe('\x1b[32m2026-11-02 03:04:05.006\x1b[39m');
  expect(shownLevel).toBe(expected);
  expect(text).toBe(expected.replace(/[A-Z]+ +/, 'hello'));
});

test('every line has its own colours', () => {
  const format = lineFormat(() => 'a\nb', true);
  const text = format.transform({ level: 'critical', message: '', time })[MESSAGE] as string;
  const [open, close] = ['\x1b[41m\x1b[37m\x1b[1m', '\x1b[22m\x1b[39m\x1b[49m'];
  expect(text.split(' | ')[2]).toBe(`${open}a${close}\n${open}    b${close}`);
});

test("winston's order is loguru's, the other way round", () => {
  expect(Object.entries(WINSTON_LEVELS).toSorted(([, a], [, b]) => b - a)).toEqual(
    Object.entries(LOG_LEVELS).map(([level, severity]) => [level, 50 - severity]),
  );
});
