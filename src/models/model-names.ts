import { distance } from 'fastest-levenshtein';
import { cleanLine } from './failure.js';

/** What a server's `GET /models` says, as a hint for somebody who asked for a model that it doesn't have. */
export function modelsHint(wanted: string, answer: unknown): string | undefined {
  const { data } = (answer ?? {}) as { data?: unknown };
  if (!Array.isArray(data)) return undefined;
  const names = data.map((model) => model?.id).filter((id) => typeof id === 'string' && id !== '');
  if (names.length === 0) return 'The server has no models yet.';
  const near = names
    .map((name: string) => ({ name, away: distance(wanted, name.replace(/^models\//, '')) }))
    .sort((a, b) => a.away - b.away)
    .slice(0, MOST_NAMES)
    .map(({ name }) => cleanLine(name, 80));
  const rest = names.length - near.length;
  return `Its models: ${near.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}.`;
}

const MOST_NAMES = 10;
