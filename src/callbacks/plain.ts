/** Nothing is copied from deeper than this, so that whoever writes the value out need not fear for the stack. */
const DEEPEST = 200;

/**
 * A copy of a value as JSON would give it back, for events: cycles, big integers and functions are made harmless, and
 * what can't be read says so. The copy is frozen, and all that is in it. Never throws.
 */
export function toPlain<T>(value: T): T {
  return (plainAt({ value }, 'value', new Set()) ?? null) as T;
}

/** @param around the objects that the value is in */
function plainAt(holder: Holder, key: string | number, around: Set<object>): unknown {
  try {
    return plain(holder[key], around);
  } catch {
    return '[not readable]';
  }
}

type Holder = Readonly<Record<string | number, unknown>>;

function plain(value: unknown, around: Set<object>): unknown {
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
}

function plainObject(value: object, around: Set<object>): unknown {
  if (around.has(value)) return '[Circular]';
  if (around.size === DEEPEST) return '[Object]';
  around.add(value);
  try {
    const json = 'toJSON' in value && typeof value.toJSON === 'function' ? value.toJSON() : value;
    if (json !== value) return plain(json, around);
    if (!Array.isArray(value)) return plainRecord(value as Holder, around);
    return Object.freeze(
      Array.from(value, (_, index) => plainAt(value as unknown as Holder, index, around) ?? null),
    );
  } finally {
    around.delete(value);
  }
}

function plainRecord(record: Holder, around: Set<object>): Holder {
  const copy: Record<string, unknown> = {};
  for (const key of Object.keys(record)) {
    const value = plainAt(record, key, around);
    if (value === undefined) continue;
    if (key !== '__proto__') copy[key] = value;
    else Object.defineProperty(copy, key, { value, enumerable: true, writable: true, configurable: true });
  }
  return Object.freeze(copy);
}
