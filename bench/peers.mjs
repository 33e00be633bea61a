import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { npmCommand, npmEnvironment } from '../scripts/ensure.mjs';

const here = dirname(fileURLToPath(import.meta.url));

/**
 * Installs what is compared with, which isn't installed with the product, unless it is there in the wanted versions.
 * @throws Error where it can't be installed
 */
export function installPeers() {
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
