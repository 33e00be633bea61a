import { configure } from 'safe-stable-stringify';

const stringify = configure({ deterministic: false, circularValue: '[Circular]' });

/**
 * A value as JSON would give it back, for events: cycles, big integers and functions are made harmless, and what
 * can't be read says so. Never throws. Strings, numbers and the like, also one level down, cost no copy.
 */
export function toPlain<T>(value: T): T {
  if (isPlain(value) || (isPlainRecord(value) && Object.values(value).every(isPlain))) return value;
  try {
    const text = stringify(value, (_key, inner: unknown) =>
      typeof inner === 'function' ? `[Function ${inner.name}]` : inner,
    );
    return text === undefined ? (String(value) as T) : (JSON.parse(text) as T);
  } catch (error) {
    return `[not serialisable: ${error instanceof Error ? error.message : 'unknown reason'}]` as T;
  }
}

function isPlain(value: unknown): boolean {
  const type = typeof value;
  return (
    type === 'string' || type === 'boolean' || value === null || (type === 'number' && Number.isFinite(value))
  );
}

function isPlainRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.getPrototypeOf(value) === Object.prototype;
}
