/** Nothing is copied from deeper than this, so that whoever writes the value out need not fear for the stack. */
const DEEPEST = 200;

/**
 * A copy of a value as JSON would give it back, for events: cycles, big integers and functions are made harmless, and
 * what can't be read says so. Never throws.
 */
export function toPlain<T>(value: T): T {
  return (plain(() => value, new Set()) ?? null) as T;
}

/** @param around the objects that the value is in */
function plain(read: () => unknown, around: Set<object>): unknown {
  try {
    const value = read();
    switch (typeof value) {
      case 'number':
        // `-0 + 0` is 0.
        return Number.isFinite(value) ? value + 0 : null;
      case 'bigint':
      case 'symbol':
        return String(value);
      case 'function':
        return `[Function ${value.name}]`;
      case 'object':
        return value === null ? null : plainObject(value, around);
      default:
        return value;
    }
  } catch {
    return '[not readable]';
  }
}

function plainObject(value: object, around: Set<object>): unknown {
  if (around.has(value)) return '[Circular]';
  if (around.size === DEEPEST) return '[Object]';
  around.add(value);
  try {
    const json = 'toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON() : value;
    if (json !== value) return plain(() => json, around);
    if (Array.isArray(value)) return Array.from(value, (item) => plain(() => item, around) ?? null);
    const record = value as Readonly<Record<string, unknown>>;
    const entries = Object.keys(record).map((key) => [key, plain(() => record[key], around)] as const);
    return Object.fromEntries(entries.filter(([, item]) => item !== undefined));
  } finally {
    around.delete(value);
  }
}
