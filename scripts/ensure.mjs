import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { fingerprint } from './fingerprint.mjs';
import { withLock } from './lock.mjs';

export const root = dirname(dirname(fileURLToPath(import.meta.url)));

/** What the tools need that build. What they build runs on any Node 20. */
const OLDEST_NODE = '20.19';

/**
 * Brings node_modules and dist/ up to date with the sources, if they aren't. Uses nothing but Node; says what it
 * does on stderr, leaves stdin alone, and several of it may run at once. Exits the process when it can't.
 */
export async function ensure({ rebuild = false } = {}) {
  if (!rebuild && isInstalled() && isBuilt()) return;
  if (isOld(process.versions.node)) {
    say(`building needs Node.js ${OLDEST_NODE} or later; this is ${process.version}.`);
    process.exit(1);
  }
  const onWait = () => say('waiting for another build to finish');
  const failure = await withLock(
    join(root, 'dist', '.lock'),
    async () => {
      if (!isInstalled() && (await install()) !== 0) {
        return 'the packages could not be installed: see above. Installing needs the npm registry.';
      }
      if (rebuild || !isBuilt()) {
        say('building');
        if ((await run(process.execPath, [join(root, 'scripts', 'build.mjs')])) !== 0) {
          return 'the build failed: see above.';
        }
      }
      return null;
    },
    { onWait },
  );
  if (failure === null) return;
  say(failure);
  process.exit(1);
}

/** Whether node_modules holds what package-lock.json asks for, whoever installed it. */
export function isInstalled() {
  const wanted = readJson('package-lock.json')?.packages;
  const present = readJson('node_modules/.package-lock.json')?.packages;
  const declared = readJson('package.json');
  if (!wanted || !present) return false;
  if (!sameEntries(declared.devDependencies, wanted['']?.devDependencies)) return false;
  return Object.entries(wanted).every(
    ([path, { integrity, optional }]) =>
      path === '' || present[path]?.integrity === integrity || (optional && !present[path]),
  );
}

/** Whether dist/ was built from what is here now. */
export function isBuilt() {
  const stamp = join(root, 'dist', '.stamp');
  return existsSync(stamp) && readFileSync(stamp, 'utf8') === fingerprint(root);
}

function install() {
  say('installing the packages');
  const args = ['ci', '--ignore-scripts', '--include=dev', '--no-fund', '--no-audit', '--loglevel=error'];
  const npm = npmCommand(args);
  return run(npm.command, npm.args, { ...npm.options, env: npmEnvironment() });
}

/** How to start npm: the one that runs us, otherwise that of the PATH. */
export function npmCommand(args) {
  const cli = process.env.npm_execpath;
  if (cli?.endsWith('npm-cli.js')) return { command: process.execPath, args: [cli, ...args], options: {} };
  return { command: 'npm', args, options: { shell: process.platform === 'win32' } };
}

/** Without the settings of an npm that runs us: inside `npm install -g .` they would make `npm ci` a global one. */
export function npmEnvironment() {
  const inherited =
    /^npm_config_(global|location|prefix|local_prefix|omit|include|dry_run|package_lock_only|workspaces?)$/i;
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !inherited.test(name)));
}

function run(command, args, options) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, stdio: ['ignore', 2, 2], ...options });
    child.on('error', (error) => {
      say(`${command}: ${error.message}`);
      resolve(1);
    });
    child.on('close', (code) => resolve(code ?? 1));
  });
}

function isOld(version) {
  return version.localeCompare(OLDEST_NODE, 'en', { numeric: true }) < 0;
}

function say(text) {
  process.stderr.write(`promptchain: ${text}\n`);
}

function readJson(path) {
  try {
    return JSON.parse(readFileSync(join(root, path), 'utf8'));
  } catch {
    return undefined;
  }
}

function sameEntries(a = {}, b = {}) {
  const names = Object.keys(a);
  return names.length === Object.keys(b).length && names.every((name) => a[name] === b[name]);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  await ensure({ rebuild: process.argv.includes('--rebuild') });
}
