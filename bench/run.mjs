// `npm run bench [-- --rounds 15 --extra-ca-certs]`: what a start, a streamed token and a request cost, beside the least that can do
// the same and beside other packages; how much memory long answers take; how large the package is. CPU time of whole
// processes that take turns against one server on this machine; only the ratios carry over to another. Prints a table,
// writes results.json and what docs/performance.md shows of it, and fails when it can't measure what it says. Needs bash.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensure } from '../scripts/ensure.mjs';
import { figuresOf, renderTable } from './figures.mjs';
import { measureInstalled } from './installed.mjs';
import { spreadOf } from './measure.mjs';
import { installPeers } from './peers.mjs';
import { LONG_STREAMS, longStreamsIn, programsIn } from './programs.mjs';
import { publish } from './report.mjs';
import { FEWEST_ROUNDS, peaksOf, takeTurns } from './rounds.mjs';

const here = dirname(fileURLToPath(import.meta.url));

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '15' },
    'extra-ca-certs': { type: 'boolean', default: false },
  },
});
const rounds = Number(values.rounds);
if (!(Number.isInteger(rounds) && rounds >= FEWEST_ROUNDS)) {
  throw new RangeError(`--rounds takes a whole number from ${FEWEST_ROUNDS} up: fewer say little`);
}
const extraCaCerts = values['extra-ca-certs'];
await ensure();
installPeers();
const folder = mkdtempSync(join(tmpdir(), 'promptchain-bench-'));
try {
  const programs = programsIn(folder);
  const samples = await takeTurns(programs, { rounds, folder, extraCaCerts });
  const figures = figuresOf(samples);
  const results = {
    machine: describeMachine(),
    extraCaCerts,
    rounds,
    figures,
    longStreams: describeLongStreams(await peaksOf(longStreamsIn(folder), { folder })),
    installed: measureInstalled(),
    processes: describeProcesses(samples, await peaksOf(programs, { folder })),
  };
  writeFileSync(join(here, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  publish();
  const { longStreams, installed } = results;
  console.log(renderTable(figures));
  console.log(JSON.stringify({ longStreams, installed }, null, 2));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** How much memory long answers take at most, in megabytes, and what a token more adds to it, in bytes: its own text is 6. */
function describeLongStreams(peaks) {
  const [long, longer] = LONG_STREAMS;
  const [less, more] = LONG_STREAMS.map((count) => peaks[`chain run, tokens: ${count}`]);
  return { peaks, bytesAToken: ((more - less) * 1024 * 1024) / (longer - long) };
}

function describeMachine() {
  const { node, v8 } = process.versions;
  return {
    node,
    v8,
    platform: process.platform,
    arch: process.arch,
    cpu: cpus()[0]?.model,
    cores: cpus().length,
  };
}

/** Milliseconds and megabytes of each process, for whoever wants to look behind the figures. */
function describeProcesses(samples, peaks) {
  const spreads = (name, field) => spreadOf(samples[name].map((sample) => sample[field]));
  return Object.fromEntries(
    Object.keys(samples).map((name) => [
      name,
      { cpu: spreads(name, 'cpu'), wall: spreads(name, 'wall'), peakMemory: peaks[name] },
    ]),
  );
}
