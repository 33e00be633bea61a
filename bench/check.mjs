// `npm run bench:check`: whether a start, a token and a request cost much more than when results.json was written, beside
// the least that can do the same. Compares ratios alone, which are the same on every machine; where one has grown, it
// measures once more, for longer, before it fails. Needs bash.
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensure } from '../scripts/ensure.mjs';
import { figuresOf } from './figures.mjs';
import { installPeers } from './peers.mjs';
import { PEERS, programsIn } from './programs.mjs';
import { FEWEST_ROUNDS, takeTurns } from './rounds.mjs';

/** By how much a ratio may be larger. */
const MOST_GROWTH = 1.25;

const here = dirname(fileURLToPath(import.meta.url));
const { figures: last } = JSON.parse(readFileSync(join(here, 'results.json'), 'utf8'));
const others = [...Object.keys(PEERS), 'fetch'];
const isOwn = (name) => !others.some((peer) => name.includes(peer)) && !name.includes('after the first');

await ensure();
installPeers();
const folder = mkdtempSync(join(tmpdir(), 'promptchain-bench-'));
try {
  let grown = await grownRatios(FEWEST_ROUNDS);
  if (grown.length > 0) grown = await grownRatios(3 * FEWEST_ROUNDS);
  if (grown.length > 0) throw new Error(`more than ${MOST_GROWTH} × the last results: ${grown.join('; ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function grownRatios(rounds) {
  const own = Object.entries(programsIn(folder)).filter(([name]) => isOwn(name) && !name.endsWith('100000'));
  const figures = figuresOf(await takeTurns(Object.fromEntries(own), { rounds, folder }), isOwn);
  return Object.entries(figures).flatMap(([name, { ratio }]) => {
    const before = last[name].ratio;
    console.log(`${name}: ${ratio.toFixed(2)} ×, was ${before.toFixed(2)} ×`);
    return ratio > before * MOST_GROWTH ? [`${name} ${ratio.toFixed(2)} ×, was ${before.toFixed(2)} ×`] : [];
  });
}
