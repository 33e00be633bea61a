import { describe, expect, it } from 'vitest';
import { StartTimes } from '../../src/trace/timeline.js';

const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).getTime();

function timelineOf(times: readonly number[]) {
  const starts = new StartTimes();
  for (const time of times) starts.add(time);
  return starts.timeline();
}

describe('when runs were started', () => {
  it('is told by hours within two days', () => {
    expect(timelineOf([at(21, 16, 59), at(21, 14, 5), at(21, 14)])).toEqual({
      unit: 'hour',
      size: 1,
      parts: [
        { start: '2026-11-21 14:00', runs: 2 },
        { start: '2026-11-21 15:00', runs: 0 },
        { start: '2026-11-21 16:00', runs: 1 },
      ],
    });
    expect(timelineOf([at(21, 0), at(22, 23, 59)])?.parts).toHaveLength(48);
  });

  it('is told by days over longer times', () => {
    expect(timelineOf([at(21, 0), at(23, 0), at(23, 23)])).toEqual({
      unit: 'day',
      size: 1,
      parts: [
        { start: '2026-11-21', runs: 1 },
        { start: '2026-11-22', runs: 0 },
        { start: '2026-11-23', runs: 2 },
      ],
    });
  });

  it('is told by several days together where there are many', () => {
    const timeline = timelineOf([at(1, 12), at(100, 12), at(365, 12)]);
    expect([timeline?.unit, timeline?.size, timeline?.parts.length]).toEqual(['day', 8, 46]);
    expect(timeline?.parts.filter(({ runs }) => runs > 0)).toEqual([
      { start: '2026-11-01', runs: 1 },
      { start: '2027-02-05', runs: 1 },
      { start: '2027-10-27', runs: 1 },
    ]);
  });

  it.each([[[]], [[Number.NaN, 9e15]], [[0, 8.6e15]]])('is not told of %j', (times) => {
    expect(timelineOf(times)).toBeNull();
  });
});
