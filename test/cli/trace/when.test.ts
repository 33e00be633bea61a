import { expect, it } from 'vitest';
import { when } from '../../../src/cli/trace/when.js';

const NOW = new Date(2026, 10, 21, 14, 0).getTime();
const HOUR = 3_600_000;

it.each([
  ['2026-11-21', new Date(2026, 10, 21).getTime(), new Date(2026, 10, 22).getTime()],
  ['2028-02-29', new Date(2028, 1, 29).getTime(), new Date(2028, 2, 1).getTime()],
  ['2026-11-21T14:30', new Date(2026, 10, 21, 14, 30).getTime(), undefined],
  ['2026-11-21 14:30:15', new Date(2026, 10, 21, 14, 30, 15).getTime(), undefined],
  ['2026-11-21T14:30Z', Date.UTC(2026, 10, 21, 14, 30), undefined],
  ['2026-11-21t14:30:00.5+02:00', Date.UTC(2026, 10, 21, 12, 30, 0, 500), undefined],
  ['30m', NOW - HOUR / 2, undefined],
  ['24h', NOW - 24 * HOUR, undefined],
  ['7d', NOW - 7 * 24 * HOUR, undefined],
  ['2w', NOW - 14 * 24 * HOUR, undefined],
])('%s', (text, start, end = start) => {
  expect(when('start', () => NOW)(text)).toBe(start);
  expect(when('end', () => NOW)(text)).toBe(end);
});

it.each([
  '',
  'yesterday',
  '2026',
  '2026-02-30',
  '2026-13-01',
  '21.11.2026',
  '2026-11-21T25:00',
  '7',
  '7y',
  '-7d',
])('"%s" is no time', (text) => {
  expect(() => when('start')(text)).toThrow(
    'It takes a day such as 2026-11-21, with a time as 2026-11-21T14:30, or how long ago it was: 24h, 7d.',
  );
});
