// `npm run bench:curves [-- --rounds 9]`: how the cost grows with the tokens of a stream, with streams at once, with
// handlers and with the turns of a conversation. CPU time of whole processes, less that of one that does next to
// nothing; a curve each, written to curves.json and docs/performance.md. Fails where one bends: where a piece costs much more when there are many.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensure } from '../scripts/ensure.mjs';
import { CURVES, curvePrograms } from './curve-programs.mjs';
import { spreadOf } from './measure.mjs';
import { publish } from './report.mjs';
import { FEWEST_ROUNDS, takeTurns } from './rounds.mjs';

/** A piece may cost so many times what it costs at the point before, where it is cheapest. */
const MOST_GROWTH = 1.5;

const here = dirname(fileURLToPath(import.meta.url));
const { values } = parseArgs({ options: { rounds: { type: 'string', default: String(FEWEST_ROUNDS) } } });
await ensure();
const folder = mkdtempSync(join(tmpdir(), 'promptchain-bench-'));
try {
  const samples = await takeTurns(curvePrograms(), { rounds: Number(values.rounds), folder });
  const curves = CURVES.map((curve) => ({ ...curve, points: pointsOf(curve, samples) }));
  writeFileSync(join(here, 'curves.json'), `${JSON.stringify(curves, null, 2)}\n`);
  publish();
  for (const curve of curves) console.log(render(curve));
  const bent = curves.filter(isBent).map(({ name }) => name);
  if (bent.length > 0) throw new Error(`worse than linear: ${bent.join(', ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** In microseconds a piece, at each size but the smallest, which is what all have in common. */
function pointsOf({ name, sizes, pieces }, samples) {
  const [least, ...larger] = sizes;
  const cpu = (size) => samples[`${name} ${size}`].map((sample) => sample.cpu);
  const base = cpu(least);
  return larger.map((size) => {
    const count = pieces(size) - pieces(least);
    return { size, ...spreadOf(cpu(size).map((ms, round) => ((ms - base[round]) * 1000) / count)) };
  });
}

function isBent({ points }) {
  const cheapest = Math.min(...points.slice(0, -1).map(({ median }) => median));
  return points.at(-1).median > cheapest * MOST_GROWTH;
}

function render({ name, piece, points }) {
  const cells = points.map(({ size, median }) => `${size.toLocaleString('en-US')}: ${median.toFixed(1)} µs`);
  return `${name}, ${piece}\n  ${cells.join(' · ')}`;
}
