// Builds dist/: the bundle (library and command share chunks, lazy imports stay lazy), the licences of what is in
// it, and the declarations. Run through ensure.mjs, which sees to it that only one build runs at a time.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import { chunksPassedOn, IMPORT, nameOfChunk, toCommonJs } from './common-js.mjs';
import { esModules } from './es-modules.mjs';
import { buildEventValidators } from './event-validators.mjs';
import { fingerprint, listFiles } from './fingerprint.mjs';
import { jsonRanks } from './json-ranks.mjs';
import { thirdPartyLicenses } from './licenses.mjs';
import { buildPrices } from './prices.mjs';
import { slim } from './slim.mjs';
import { together } from './together.mjs';
import { buildTokenRanks } from './token-ranks.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const dist = join(root, 'dist');
const next = join(dist, '.next');
const chunks = join(next, 'chunks');
const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
const COMMAND = 'start.cjs';
/** The files by whose names the entries are known. */
const DOORS = [
  { entry: 'src/index.ts', file: 'index.js' },
  { entry: 'src/testing.ts', file: 'testing.js' },
  { entry: 'src/cli/start.ts', file: COMMAND },
];

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

/**
 * Chunks of CommonJS, which Node loads sooner, named for their content; and the doors to them, ES modules for programs.
 * Library and command share the chunks: a handler of the user's that imports the library gets the copy that runs.
 *
 * Identifiers stay as they are written: minified ones would start no faster, and names show in reports.
 */
async function bundle() {
  const { metafile, outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: DOORS.map(({ entry }) => entry),
    outdir: chunks,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    write: false,
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
    define: { PROMPTCHAIN_VERSION: JSON.stringify(version) },
    metafile: true,
    logLevel: 'warning',
    plugins: [
      slim,
      esModules,
      jsonRanks(chunks),
      together(join(root, 'src')),
      { name: 'class-names', setup: keepClassNames },
    ],
  });
  const passedOn = chunksPassedOn(outputFiles);
  const outputs = outputFiles.map(({ path, text }) => ({
    ...metafile.outputs[relative(root, path).split(sep).join('/')],
    name: basename(path),
    text,
  }));
  // Every chunk opens that of esbuild's own helpers, whether it uses any or not.
  const helpers = outputs.find(({ exports }) => exports.includes('__toESM'))?.name;
  const commonJs = ({ text, imports }) =>
    toCommonJs(text.replaceAll(`import"./${helpers}";`, ''), imports, passedOn);
  for (const output of outputs) {
    const { name, entryPoint, exports } = output;
    const file = DOORS.find(({ entry }) => entryPoint?.endsWith(entry))?.file;
    // Not a door and a chunk behind it: each start would open both.
    if (file === COMMAND) write(join(next, file), (await commonJs(output)).replaceAll('"./', '"./chunks/'));
    else if (!passedOn.has(name)) write(join(chunks, nameOfChunk(name)), await commonJs(output));
    if (file !== undefined && file !== COMMAND) openDoor(file, passedOn.get(name) ?? name, exports);
  }
  write(join(next, IMPORT.file), IMPORT.text);
  return metafile;
}

/**
 * What programs import. Node looks through all of a CommonJS file that a module imports for what it exports, which
 * takes a tenth of a second: so that is a small one, in which there is nothing to be found.
 */
function openDoor(file, chunk, exports) {
  const between = nameOfChunk(file);
  write(join(next, between), `const all=require('./chunks/${nameOfChunk(chunk)}');exports.all=all;\n`);
  write(
    join(next, file),
    `import door from './${between}';\nexport const {${exports.join(',')}}=door.all;\n`,
  );
}

function write(file, text) {
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
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

async function declarations() {
  const tsc = join(root, 'node_modules', 'typescript', 'bin', 'tsc');
  const types = join(next, 'types');
  const child = spawn(process.execPath, [tsc, '-p', '.', '--outDir', types], { cwd: root, stdio: 'inherit' });
  const [code] = await once(child, 'close');
  if (code !== 0) throw Object.assign(new Error('tsc found errors'), { errors: [] });
}

/**
 * Moves the new files over the old, one whole file at a time, each after the files it imports: whoever starts in the
 * middle gets the old program or the new one. The stamp, which says that all is there, comes last. What was compiled of
 * the old program goes.
 */
function publish() {
  const doors = DOORS.map(({ file }) => file);
  const files = listFiles(next, '.');
  const rank = (file) => (file === '.stamp' ? 2 : doors.includes(file) ? 1 : 0);
  for (const file of files.sort((a, b) => rank(a) - rank(b))) {
    mkdirSync(dirname(join(dist, file)), { recursive: true });
    renameSync(join(next, file), join(dist, file));
  }
  rmSync(join(dist, '.compile-cache'), { recursive: true, force: true, maxRetries: 3 });
  for (const file of listFiles(dist, '.')) {
    if (!files.includes(file) && !file.startsWith('.')) rmSync(join(dist, file));
  }
}
