#!/usr/bin/env node
// No static import and no new syntax: an old Node must get as far as the sentence that says so.
if (Number(process.versions.node.split('.')[0]) < 20) {
  console.error(`chain needs Node.js 20 or later; this is ${process.version}.`);
  process.exitCode = 1;
} else {
  // Kept beside the code, and so as safe from others as the code itself; where that folder can't be written to, there
  // is no cache. Saves an eighth of a start on Node 22 and later.
  const builtin = process.getBuiltinModule;
  const folder = new URL('../dist/.compile-cache', import.meta.url);
  builtin?.('node:module').enableCompileCache?.(builtin('node:url').fileURLToPath(folder));
  import('../dist/cli/main.js').then(
    (cli) => cli.main(process.argv.slice(2)),
    (error) => {
      const missing =
        error.code === 'ERR_MODULE_NOT_FOUND' && /dist[\\/]cli[\\/]main\.js' imported/.test(error.message);
      if (!missing) throw error;
      console.error('chain is not built here. `npm run build` in its folder builds it.');
      process.exitCode = 1;
    },
  );
}
