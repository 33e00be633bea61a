/** What is measured where nothing else is said. */
export const MEASURED_MEMORIES: readonly string[] = [
  'buffer',
  'window:2',
  'window:6',
  'token-buffer:500',
  'summary',
  'summary-buffer:650',
];
