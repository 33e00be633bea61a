// Builds dist/: the bundle (library and command share chunks, lazy imports stay lazy), the licences of what is in
// it, and the declarations. Run through ensure.mjs, which sees to it that only one build runs at a time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { esModules } from './es-modules.mjs';
import { buildEventValidators } from './event-validators.mjs';
import { fingerprint, listFiles } from './fingerprint.mjs';
import { thirdPartyLicenses } from './licenses.mjs';
import { buildPrices } from './prices.mjs';
import { slim } from './slim.mjs';
import { together } from './together.mjs';
import { buildTokenRanks } from './token-ranks.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const next = join(dist, '.next');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const ENTRIES = ['index', 'testing', 'cli/main'];

rmSync(next, { recursive: true, force: true });
try {
  await Promise.all([buildPrices(), buildTokenRanks(), buildEventValidators()]);
  const stamp = fingerprint(root);
  const [metafile] = await Promise.all([bundle(), declarations()]);
  writeFileSync(join(next, 'THIRD_PARTY_LICENSES.txt'), thirdPartyLicenses(metafile, root));
  writeFileSync(join(next, '.stamp'), stamp);
  publish();
} catch (error) {
  // esbuild and tsc have said on their own what they don't like about the sources.
  if (!('errors' in error)) throw error;
  process.exitCode = 1;
} finally {
  rmSync(next, { recursive: true, force: true });
}

/** Identifiers stay as they are written: minified ones would start no faster, and names show in reports. */
async function bundle() {
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: ENTRIES.map((entry) => ({ in: `src/${entry}.ts`, out: entry })),
    outdir: next,
    chunkNames: 'chunks/[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    minifyWhitespace: true,
    minifySyntax: true,
    legalComments: 'none',
    // Node shows the line of an error that nobody caught.
    lineLimit: 160,
    charset: 'utf8',
    define: { PROMPTCHAIN_VERSION: JSON.stringify(version) },
    metafile: true,
    logLevel: 'warning',
    plugins: [slim, esModules, together(join(root, 'src')), { name: 'class-names', setup: keepClassNames }],
  });
  for (const output of Object.keys(metafile.outputs)) giveRequire(join(root, output));
  return metafile;
}

/**
 * A bundled class that mentions itself would be called `_Name`. esbuild's own `keepNames` cures that too, but at 2 ms
 * a start: it names every function of every package.
 */
function keepClassNames({ onLoad }) {
  onLoad({ filter: /[\\/]src[\\/].*\.ts$/ }, ({ path }) => {
    if (path.includes('node_modules')) return null;
    const code = readFileSync(path, 'utf8');
    const names = [...code.matchAll(/^(?:export )?(?:abstract )?class (\w+)/gm)].map((match) => match[1]);
    const lines = names.map((name) => `Object.defineProperty(${name}, 'name', { value: '${name}' });\n`);
    return { contents: `${code}\n${lines.join('')}`, loader: 'ts' };
  });
}

/** Bundled CommonJS asks Node's own modules of a `require` that ES modules lack: one chunk has it for all. */
function giveRequire(file) {
  const code = readFileSync(file, 'utf8');
  if (!code.includes('Dynamic require of "')) return;
  const banner = "import{createRequire}from'node:module';const require=createRequire(import.meta.url);";
  writeFileSync(file, banner + code);
}

async function declarations() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = join(next, 'types');
  const child = spawn(process.execPath, [tsc, '-p', '.', '--outDir', types], { cwd: root, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw Object.assign(new Error('tsc found errors'), { errors: [] });
}

/**
 * Moves the new files over the old, one whole file at a time, each after the files it imports: whoever starts in the
 * middle gets the old program or the new one. The stamp, which says that all is there, comes last.
 */
function publish() {
  const entries = ENTRIES.map((entry) => `${entry}.js`);
  const files = listFiles(next, '.');
  const rank = (file) => (file === '.stamp' ? 2 : entries.includes(file) ? 1 : 0);
  for (const file of files.sort((a, b) => rank(a) - rank(b))) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    renameSync(join(next, file), join(dist, file));
  }
  for (const file of listFiles(dist, '.')) {
    if (!files.includes(file) && !file.startsWith('.')) rmSync(join(dist, file));
  }
}
