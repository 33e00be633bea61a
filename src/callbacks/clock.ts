/** Milliseconds since some moment, as `performance.now()` has them: to load that takes Node more than one. */
export function now(): number {
  const [seconds, nanoseconds] = process.hrtime();
  return seconds * 1000 + nanoseconds / 1_000_000;
}
