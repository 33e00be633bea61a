import { spawn } from 'node:child_process';
import { once } from 'node:events';

/**
 * Runs a program in a process of its own and measures all of it, start and end included.
 * @returns its CPU time (its own and the system's for it) and wall time in milliseconds, and what it printed
 * @throws Error when it fails or can't be measured
 */
export async function measure({ name, command, env, accept }) {
  // bash's own `time` asks wait4: only who started a process is told what it used, and Node doesn't pass it on.
  const script = 'TIMEFORMAT=\'%R %U %S\'; { time "$@" 2>&4; } 4>&2 2>&3';
  const child = spawn('bash', ['-c', script, 'bash', ...command], {
    env: { ...env, LC_ALL: 'C' },
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
  });
  const [, stdout, stderr, times] = child.stdio.map((stream) => stream && collect(stream));
  const [code] = await once(child, 'close');
  const said = { stdout: await stdout, stderr: await stderr };
  if (code !== 0) throw new Error(`${name} ended with ${code}: ${said.stderr || said.stdout}`);
  const [wall, user, system] = (await times)
    .trim()
    .split(' ')
    .map((seconds) => Number(seconds) * 1000);
  if (!(user + system > 0)) throw new Error(`${name}: no CPU time was measured (${await times})`);
  const wrong = accept?.(said);
  if (wrong) throw new Error(`${name} did not do what is measured: ${wrong}`);
  return { cpu: user + system, wall };
}

/** Median and quartiles. */
export function spreadOf(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const at = (share) => {
    const place = (sorted.length - 1) * share;
    const below = sorted[Math.floor(place)];
    return below + (sorted[Math.ceil(place)] - below) * (place % 1);
  };
  return { median: at(0.5), low: at(0.25), high: at(0.75) };
}

async function collect(stream) {
  const parts = [];
  for await (const part of stream) parts.push(part);
  return Buffer.concat(parts).toString();
}
