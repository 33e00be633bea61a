// `npm run bench:check`: whether a start, a token and a request cost much more than when results.json was written, beside
// the least that can do the same. Compares ratios alone, which are the same on every machine; where one has grown, it
// measures once more, for longer, before it fails. Needs bash.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from '../scripts/ensure.mjs';
import { isWatched, watchedIn, watchedRatios } from './figures.mjs';
import { programsIn } from './programs.mjs';
import { takeTurns } from './rounds.mjs';

/** By how much a ratio may be larger. */
const MOST_GROWTH = 1.25;
const ROUNDS = 5;
const MORE_ROUNDS = 15;

const here = dirname(fileURLToPath(import.meta.url));
const last = watchedIn(JSON.parse(readFileSync(join(here, 'results.json'), 'utf8')).figures);

await ensure();
const folder = mkdtempSync(join(tmpdir(), 'promptchain-bench-'));
try {
  let grown = await grownRatios(ROUNDS);
  if (grown.length > 0) grown = await grownRatios(MORE_ROUNDS);
  if (grown.length > 0)
    throw new Error(`more than ${MOST_GROWTH} times the last results: ${grown.join('; ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function grownRatios(rounds) {
  const watched = Object.entries(programsIn(folder)).filter(([name]) => isWatched(name));
  const ratios = watchedRatios(await takeTurns(Object.fromEntries(watched), { rounds, folder }));
  const grown = [];
  for (const [name, ratio] of Object.entries(ratios)) {
    const compared = `${name}: ${ratio.toFixed(2)} ×, was ${last[name].toFixed(2)} ×`;
    console.log(compared);
    if (ratio > last[name] * MOST_GROWTH) grown.push(compared);
  }
  return grown;
}
