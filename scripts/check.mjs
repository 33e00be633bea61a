// `npm run check`: formatter and linter, and the types of everything.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ensure, root } from './ensure.mjs';

const CHECKS = {
  'biome check': ['@biomejs/biome/bin/biome', 'check'],
  'types of src/': ['typescript/bin/tsc', '-p', '.', '--noEmit'],
  'types of the rest': ['typescript/bin/tsc', '-p', 'tsconfig.test.json'],
};

/** Runs the checks; the names of those that failed. */
export function check() {
  return Object.keys(CHECKS).filter((name) => runPackage(...CHECKS[name]) !== 0);
}

/** Runs a program of an installed package in the repository; its exit code. */
export function runPackage(program, ...args) {
  const path = join(root, 'node_modules', program);
  return spawnSync(process.execPath, [path, ...args], { cwd: root, stdio: ['ignore', 1, 2] }).status ?? 1;
}

if (import.meta.url === pathToFileURL(process.argv[1]).href) {
  await ensure();
  const failed = check();
  if (failed.length > 0) console.error(`failed: ${failed.join(', ')}`);
  process.exitCode = failed.length > 0 ? 1 : 0;
}
