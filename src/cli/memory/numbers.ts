const COMPACT = new Intl.NumberFormat('en-US', { notation: 'compact', maximumSignificantDigits: 3 });

/** `92,762`; `?` where it isn't known. */
export function count(number: number | null): string {
  return number === null ? '?' : number.toLocaleString('en-US');
}

/** `450`, `92.8K`, `55.1M`: for axes. */
export function compact(number: number): string {
  return COMPACT.format(number);
}

/** 1, 2, 5, 10, 20, 50, …: the least of them by which no more than `most` steps lead to `last`. */
export function roundStep(last: number, most: number): number {
  for (let step = 1; ; step *= 10) {
    const found = [step, step * 2, step * 5].find((candidate) => last / candidate <= most);
    if (found !== undefined) return found;
  }
}

/** Some of the numbers from 1 to `last`: the first, the last, and round ones between, `most` at the most. */
export function roundNumbers(last: number, most: number): readonly number[] {
  if (last <= most) return Array.from({ length: last }, (_, index) => index + 1);
  const step = roundStep(last, most - 2);
  const between = Array.from({ length: Math.ceil(last / step) - 1 }, (_, index) => (index + 1) * step);
  return [...new Set([1, ...between, last])];
}
