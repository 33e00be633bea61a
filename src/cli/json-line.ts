/** A document of `--json`. */
export interface VersionedDocument {
  /** Another one once a field has changed its meaning. */
  readonly schema: 1;
  readonly [field: string]: unknown;
}

/** A document as one line of JSON; what `JSON.stringify` leaves of control characters is escaped for terminals. */
export function toJsonLine(document: unknown): string {
  return `${JSON.stringify(document).replace(UNSAFE, escapeUnit)}\n`;
}

const UNSAFE = /[\x7f-\x9f\u202a-\u202e\u2066-\u2069]/g;

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
