#!/usr/bin/env node
// No new syntax: an old Node must get as far as the sentence that says so.
if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`chain needs Node.js 20 or later; this is ${process.version}.`);
  process.exitCode = 1;
} else {
  start();
}

function start() {
  const { existsSync } = require('node:fs');
  const { join } = require('node:path');
  const dist = join(__dirname, '..', 'dist');
  const command = join(dist, 'start.cjs');
  if (!existsSync(command)) {
    console.error('chain is not built here. `npm run build` in its folder builds it.');
    process.exitCode = 1;
    return;
  }
  const args = process.argv.slice(2);
  require(command).start(args, () => cacheCode(dist, args));
}

/** Beside the code, and so as safe from others as the code itself. */
function cacheCode(dist, [first = '', ...rest]) {
  const { join } = require('node:path');
  const { enableCompileCache } = require('node:module');
  const cache = join(dist, '.compile-cache');
  if (enableCompileCache) return enableCompileCache(cache);
  // Each command calls other functions.
  const command = /^[a-z]+$/.test(first) && !rest.includes('--help') ? first : 'help';
  const folder = join(cache, `${process.version}-${process.arch}`, command);
  require('./compile-cache.js').keepCompiled(join(dist, 'chunks'), folder);
}
