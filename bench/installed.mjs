import { execFileSync } from 'node:child_process';
import { lstatSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCommand, npmEnvironment } from '../scripts/ensure.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * The package as people get it: packed, installed into an empty folder, and run for the first time.
 * @returns sizes in megabytes, and how many seconds it takes from there to the first answer
 */
export function measureInstalled() {
  const folder = mkdtempSync(join(tmpdir(), 'promptchain-installed-'));
  try {
    const [{ filename, size }] = JSON.parse(
      npm(['pack', '--json', '--ignore-scripts', '--pack-destination', folder], root),
    );
    const home = join(folder, 'home');
    mkdirSync(home);
    writeFileSync(join(home, 'package.json'), '{"private":true}');
    writeFileSync(join(home, 'add.txt'), '1 + {number} = ');
    const started = performance.now();
    npm(['install', '--no-fund', '--no-audit', join(folder, filename)], home);
    const installed = performance.now();
    const command = join(home, 'node_modules', 'promptchain', 'bin', 'chain.js');
    const answer = execFileSync(
      process.execPath,
      [command, 'run', 'add.txt', '--var', 'number=2', '--quiet'],
      {
        cwd: home,
        env: { PATH: process.env.PATH, HOME: home },
        encoding: 'utf8',
      },
    );
    const done = performance.now();
    if (answer !== '3\n') throw new Error(`the installed package answered ${answer}`);
    return {
      packed: size / 1e6,
      installed: sizeOf(join(home, 'node_modules')) / 1e6,
      secondsToInstall: (installed - started) / 1000,
      secondsToAnswer: (done - installed) / 1000,
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function npm(args, cwd) {
  const { command, args: all, options } = npmCommand(args);
  return execFileSync(command, all, { ...options, cwd, env: npmEnvironment(), encoding: 'utf8' });
}

function sizeOf(path) {
  const stats = lstatSync(path);
  if (!stats.isDirectory()) return stats.size;
  return readdirSync(path).reduce((sum, name) => sum + sizeOf(join(path, name)), 0);
}
