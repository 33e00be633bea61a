import { renderTime } from '../callbacks/log-line.js';

/** `2026-11-21`, in local time; `null` for a time that no calendar has. */
export function localDay(time: number): string | null {
  return Number.isNaN(new Date(time).getTime()) ? null : renderTime(time).slice(0, -' 13:02:48.123'.length);
}

/** `2026-11-21 13:02`, in local time; as it is where no calendar has it. */
export function localMinute(time: number): string {
  return localDay(time) === null ? String(time) : renderTime(time).slice(0, -':48.123'.length);
}

/** `2026-11-21 13:00`: the hour's beginning. */
export function localHour(time: number): string | null {
  return localDay(time) && `${renderTime(time).slice(0, -':02:48.123'.length)}:00`;
}
