import { InvalidArgumentError } from 'commander';

/**
 * Reads when something was, in milliseconds since the epoch: a day (`2026-11-21`), a day with a time
 * (`2026-11-21T14:30`), both in local time unless they say otherwise, or how long ago it was (`24h`, `7d`).
 * @param edge which end of a day is meant, where no time is said
 */
export function when(edge: 'start' | 'end', now: () => number = Date.now) {
  return (text: string): number => {
    const time = ago(text, now) ?? day(text, edge) ?? dayAndTime(text);
    if (time !== null) return time;
    throw new InvalidArgumentError(
      'It takes a day such as 2026-11-21, with a time as 2026-11-21T14:30, or how long ago it was: 24h, 7d.',
    );
  };
}

const UNITS: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };

function ago(text: string, now: () => number): number | null {
  const [, count, unit] = /^(\d{1,6})([mhdw])$/.exec(text) ?? [];
  return count === undefined ? null : now() - Number(count) * UNITS[unit!]!;
}

function day(text: string, edge: 'start' | 'end'): number | null {
  const [year, month, date] = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text)?.slice(1).map(Number) ?? [];
  if (year === undefined || !isDate(year, month!, date!)) return null;
  return new Date(year, month! - 1, date! + (edge === 'end' ? 1 : 0)).getTime();
}

function dayAndTime(text: string): number | null {
  const parts = /^(\d{4})-(\d\d)-(\d\d)[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,3})?)?)(Z|[+-]\d\d:\d\d)?$/i.exec(
    text,
  );
  if (parts === null) return null;
  const [, year, month, date, clock, zone = ''] = parts;
  if (!isDate(Number(year), Number(month), Number(date))) return null;
  const time = Date.parse(`${year}-${month}-${date}T${clock}${zone.toUpperCase()}`);
  return Number.isNaN(time) ? null : time;
}

/** `Date` would make March 2 of February 30. */
function isDate(year: number, month: number, day: number): boolean {
  const date = new Date(year, month - 1, day);
  return date.getMonth() === month - 1 && date.getDate() === day;
}
