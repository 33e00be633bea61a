import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { measure } from './measure.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/** So few say little. */
export const FEWEST_ROUNDS = 9;

/**
 * Runs every program once a round against one server on this machine, so that whatever else happens on it is shared;
 * after one round that doesn't count.
 * @param programs by name, as `programsIn` makes them
 * @param rounds a whole number
 * @param folder a home for the programs, and whatever they write
 * @returns by program, a `{ cpu, wall }` in milliseconds for each round
 * @throws Error when a program fails, or doesn't do what is measured
 */
export function takeTurns(programs, { rounds, folder, extraCaCerts = false }) {
  return withServer(async (address) => {
    const samples = Object.fromEntries(Object.keys(programs).map((name) => [name, []]));
    for (let round = 0; round <= rounds; round += 1) {
      process.stderr.write(`\rround ${round} of ${rounds} `);
      for (const [name, program] of Object.entries(programs)) {
        const env = environment(folder, extraCaCerts);
        const sample = await runProgram(name, program, address, env);
        if (round > 0) samples[name].push(sample);
      }
    }
    process.stderr.write('\n');
    return samples;
  });
}

/**
 * Runs every program once more, and asks each at its end how much memory it had at most: apart, so that this costs
 * nothing where time is measured.
 * @returns by program, in megabytes
 */
export function peaksOf(programs, { folder }) {
  return withServer(async (address) => {
    const file = join(folder, 'peak');
    const env = {
      ...environment(folder),
      NODE_OPTIONS: `--require=${join(here, 'peak-memory.cjs')}`,
      BENCH_PEAK: file,
    };
    const peaks = {};
    for (const [name, program] of Object.entries(programs)) {
      await runProgram(name, program, address, env);
      peaks[name] = Number(readFileSync(file, 'utf8')) / 1024;
      rmSync(file);
    }
    return peaks;
  });
}

async function withServer(use) {
  const server = spawn(process.execPath, [join(here, 'server.mjs')], {
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
  });
  try {
    const [port] = await once(server.stdout, 'data');
    return await use(`http://127.0.0.1:${Number(port)}`);
  } finally {
    server.kill();
  }
}

async function runProgram(name, { command, path, requests = 0, accept }, address, env) {
  const before = await requestsAt(address);
  const sample = await measure({
    name,
    command: [process.execPath, ...command],
    env: { ...env, OPENAI_BASE_URL: `${address}/${path}/v1` },
    accept,
  });
  const made = (await requestsAt(address)) - before;
  if (made !== requests) throw new Error(`${name} made ${made} requests, not ${requests}`);
  return sample;
}

/**
 * Nothing of whoever runs this: no key, no proxy, no configuration, no options of Node's. Where NODE_EXTRA_CA_CERTS is
 * set every process of Node begins with reading certificates, and starts seem to differ less: it is left out unless it
 * is asked for.
 */
function environment(folder, extraCaCerts = false) {
  const { PATH, NODE_EXTRA_CA_CERTS } = process.env;
  const certificates = extraCaCerts && NODE_EXTRA_CA_CERTS !== undefined && { NODE_EXTRA_CA_CERTS };
  return { PATH, HOME: folder, XDG_CONFIG_HOME: folder, ...certificates };
}

async function requestsAt(address) {
  const response = await fetch(`${address}/requests`);
  return Number(await response.text());
}
