// `npm run bench [-- --rounds 15 --extra-ca-certs]`: what a start, a streamed token and a request cost, beside the least that can do
// the same. CPU time of whole processes that take turns against one server on this machine; only the ratios carry
// over to another. Prints a table, writes results.json, and fails when it can't measure what it says. Needs bash.
//
// Where NODE_EXTRA_CA_CERTS is set every process of Node begins with reading certificates, and starts seem to differ
// less. So it is left out, unless --extra-ca-certs asks for it.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensure, npmCommand, npmEnvironment } from '../scripts/ensure.mjs';
import { figuresOf, renderTable } from './figures.mjs';
import { measure, spreadOf } from './measure.mjs';
import { programsIn } from './programs.mjs';

const FEWEST_ROUNDS = 9;
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
await ensure();
installFloors();
const folder = mkdtempSync(join(tmpdir(), 'promptchain-bench-'));
const server = spawn(process.execPath, [join(here, 'server.mjs')], {
  stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
});
try {
  const [port] = await once(server.stdout, 'data');
  const programs = programsIn(folder);
  const samples = await takeTurns(programs, `http://127.0.0.1:${Number(port)}`);
  const figures = figuresOf(samples);
  const results = {
    machine: describeMachine(),
    extraCaCerts: values['extra-ca-certs'],
    rounds,
    figures,
    processes: describeProcesses(samples),
  };
  writeFileSync(join(here, 'results.json'), `${JSON.stringify(results, null, 2)}\n`);
  console.log(renderTable(figures));
} finally {
  server.kill();
  rmSync(folder, { recursive: true, force: true });
}

/** Runs every program once a round, after one round that doesn't count. */
async function takeTurns(programs, address) {
  const samples = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
  for (let round = 0; round <= rounds; round++) {
    process.stderr.write(`\rround ${round} of ${rounds} `);
    for (const [name, { command, path, requests = 0, accept }] of Object.entries(programs)) {
      const env = environment(`${address}/${path}/v1`);
      const before = await requestsAt(address);
      const sample = await measure({ name, command: [process.execPath, ...command], env, accept });
      const made = (await requestsAt(address)) - before;
      if (made !== requests) throw new Error(`${name} made ${made} requests, not ${requests}`);
      if (round > 0) samples[name].push(sample);
    }
  }
  process.stderr.write('\n');
  return samples;
}

/** Nothing of whoever runs this: no key, no proxy, no configuration, no options of Node's. */
function environment(baseUrl) {
  const { PATH, NODE_EXTRA_CA_CERTS } = process.env;
  const certificates = values['extra-ca-certs'] &&
    NODE_EXTRA_CA_CERTS !== undefined && { NODE_EXTRA_CA_CERTS };
  return { PATH, HOME: folder, XDG_CONFIG_HOME: folder, OPENAI_BASE_URL: baseUrl, ...certificates };
}

async function requestsAt(address) {
  const response = await fetch(`${address}/requests`);
  return Number(await response.text());
}

/** What is compared with isn't installed with the product. */
function installFloors() {
  const wanted = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8')).dependencies;
  const present = (name) => {
    const file = join(here, 'node_modules', name, 'package.json');
    return existsSync(file) && JSON.parse(readFileSync(file, 'utf8')).version;
  };
  if (Object.entries(wanted).every(([name, version]) => present(name) === version)) return;
  const { command, args, options } = npmCommand(['ci', '--ignore-scripts', '--no-fund', '--no-audit']);
  const { status } = spawnSync(command, args, {
    ...options,
    cwd: here,
    env: npmEnvironment(),
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) throw new Error('what is compared with could not be installed: see above');
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

/** Milliseconds of each process, for whoever wants to look behind the figures. */
function describeProcesses(samples) {
  const spreads = (name, field) => spreadOf(samples[name].map((sample) => sample[field]));
  return Object.fromEntries(
    Object.keys(samples).map((name) => [name, { cpu: spreads(name, 'cpu'), wall: spreads(name, 'wall') }]),
  );
}
