/** A document of `--json`. */
export interface VersionedDocument {
  /** Another one once a field has changed its meaning. */
  readonly schema: 1;
  readonly [field: string]: unknown;
}

/**
 * A document as one line of JSON. Documents are kept: its texts are masked, but for the words that programs go by. What
 * `JSON.stringify` leaves of control characters is escaped for terminals.
 */
export function toJsonLine(document: unknown, redact: (text: string) => string): string {
  const masked = (key: string, value: unknown) =>
    typeof value === 'string' && !FIXED.has(key) ? redact(value) : value;
  return `${JSON.stringify(document, masked).replace(UNSAFE, escapeUnit)}\n`;
}

const FIXED: ReadonlySet<string> = new Set(['code', 'finishReason', 'role', 'runId', 'source']);

const UNSAFE = /[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
