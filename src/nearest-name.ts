import { distance } from 'fastest-levenshtein';

/** The candidate that `name` was probably meant to be; case, `_`, `-` and spaces don't count as differences. */
export function nearestName(name: string, candidates: Iterable<string>): string | undefined {
  const wanted = plain(name);
  let nearest: string | undefined;
  // Two steps, so that two letters in the wrong order are forgiven.
  let least = 1 + (wanted.length < 4 ? 1 : Math.max(2, Math.floor(wanted.length / 3)));
  for (const candidate of candidates) {
    const steps = distance(wanted, plain(candidate));
    if (steps < least && steps < candidate.length) {
      nearest = candidate;
      least = steps;
    }
  }
  return nearest;
}

/** ` (did you mean "number"?)`, or nothing where no candidate is near. */
export function didYouMean(name: string, candidates: Iterable<string>): string {
  const nearest = nearestName(name, candidates);
  return nearest === undefined ? '' : ` (did you mean "${nearest}"?)`;
}

function plain(name: string): string {
  return name.toLowerCase().replace(/[\s_-]/g, '');
}
