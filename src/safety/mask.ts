import { createRedactor } from './redactor.js';

/** The text with keys replaced by `***`: those that are known, and whatever looks like one. */
export function maskSecrets(text: string, known: readonly string[] = []): string {
  return createRedactor({ secrets: known })(text);
}
