// Runs test/smoke/ on other Nodes, against the built dist/. Their binaries come from the npm registry.
// node scripts/test-nodes.mjs [VERSION…]; without any: the oldest that `engines` allows, and the later long-term ones.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensure, npmCommand, npmEnvironment, root } from './ensure.mjs';

const versions = process.argv.length > 2 ? process.argv.slice(2) : ['20.0.0', '22', '24', '26'];

await ensure();
const failed = versions.filter((version) => !passes(version));
console.log(
  failed.length === 0
    ? `The smoke tests pass on Node ${versions.join(', ')}.`
    : `The smoke tests fail on Node ${failed.join(', ')}.`,
);
process.exitCode = failed.length === 0 ? 0 : 1;

function passes(version) {
  const node = fetchNode(version);
  if (node === null) return false;
  const test = join(root, 'test', 'smoke', 'smoke.test.mjs');
  console.log(`\nNode ${version}: ${spawnSync(node, ['--version'], { encoding: 'utf8' }).stdout.trim()}`);
  return spawnSync(node, ['--test', test], { cwd: root, stdio: 'inherit' }).status === 0;
}

/** The path of that Node's binary, downloaded at its first use; `null` when it can't be had. */
function fetchNode(version) {
  const platform = process.platform === 'win32' ? 'win' : process.platform;
  const name = `node-${platform}-${process.arch}`;
  const folder = join(root, 'node_modules', '.cache', 'promptchain', `node-${version}`);
  const binary = join(folder, 'node_modules', name, 'bin', platform === 'win' ? 'node.exe' : 'node');
  if (existsSync(binary)) return binary;
  mkdirSync(folder, { recursive: true });
  const { command, args, options } = npmCommand([
    'install',
    '--prefix',
    folder,
    '--no-save',
    `${name}@${version}`,
  ]);
  const { status } = spawnSync(command, args, { ...options, env: npmEnvironment(), stdio: ['ignore', 2, 2] });
  if (status === 0 && existsSync(binary)) return binary;
  console.error(`Node ${version} could not be had from the npm registry (package ${name}).`);
  return null;
}
