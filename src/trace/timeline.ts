import { localDay, localHour } from './local-time.js';

/** How many runs were started when, by hours or by days. */
export interface Timeline {
  readonly unit: 'hour' | 'day';
  /** How many hours or days a part has. */
  readonly size: number;
  /** One after the other, also those in which nothing was started. */
  readonly parts: readonly TimelinePart[];
}

export interface TimelinePart {
  /** `2026-11-21 14:00` or `2026-11-21`, in local time. */
  readonly start: string;
  readonly runs: number;
}

const MOST_PARTS = 48;
const HOUR_MS = 3_600_000;
/** A century. */
const MOST_DAYS = 36_525;
/** Of that many hours runs are counted: a file full of nonsense shouldn't fill the memory. */
const MOST_HOURS = 200_000;

/** Counts when runs were started. */
export class StartTimes {
  readonly #hours = new Map<string, number>();
  /** In milliseconds since the epoch; `null` where there is no run. */
  first: number | null = null;
  last: number | null = null;

  add(time: number): void {
    const hour = localHour(time);
    if (hour === null) return;
    if (this.first === null || time < this.first) this.first = time;
    if (this.last === null || time > this.last) this.last = time;
    if (this.#hours.size < MOST_HOURS || this.#hours.has(hour))
      this.#hours.set(hour, (this.#hours.get(hour) ?? 0) + 1);
  }

  /** By hours where all were started in two days, else by days; `null` where there is no run, or a century between two. */
  timeline(): Timeline | null {
    const { first, last } = this;
    if (first === null || last === null) return null;
    const hours = hoursBetween(first, last);
    if (hours.length <= MOST_PARTS) return this.#parts('hour', hours, (hour) => hour);
    const days = daysBetween(first, last);
    return days.length > MOST_DAYS ? null : this.#parts('day', days, (hour) => hour.split(' ')[0]!);
  }

  #parts(unit: Timeline['unit'], starts: readonly string[], startOf: (hour: string) => string): Timeline {
    const size = Math.ceil(starts.length / MOST_PARTS);
    const at = new Map(starts.map((start, index) => [start, Math.floor(index / size)]));
    const parts = starts.filter((_, index) => index % size === 0).map((start) => ({ start, runs: 0 }));
    for (const [hour, runs] of this.#hours) {
      const part = parts[at.get(startOf(hour)) ?? -1];
      if (part !== undefined) part.runs += runs;
    }
    return { unit, size, parts };
  }
}

function hoursBetween(first: number, last: number): readonly string[] {
  const hours = new Set<string>();
  for (let time = first; hours.size <= MOST_PARTS; time += HOUR_MS) {
    hours.add(localHour(Math.min(time, last))!);
    if (time >= last) break;
  }
  return [...hours];
}

function daysBetween(first: number, last: number): readonly string[] {
  const days: string[] = [];
  const date = new Date(first);
  // At noon, which every day has.
  date.setHours(12, 0, 0, 0);
  const end = localDay(last);
  while (days.length <= MOST_DAYS) {
    const day = localDay(date.getTime());
    if (day === null) break;
    days.push(day);
    if (day === end) break;
    date.setDate(date.getDate() + 1);
  }
  return days;
}
