import { spawn } from 'node:child_process';
import { once } from 'node:events';
import {
  appendFileSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CORE } from '../../scripts/together.mjs';
import { node, npm, plainEnvironment } from '../support/npm.js';

const REPOSITORY = fileURLToPath(new URL('../../', import.meta.url));

const SOURCES = {
  'src/index.ts': 'export class Self {\n  static make(): Self {\n    return new Self();\n  }\n}\n',
  // The build names these files.
  'src/models/headers.ts': 'export class Headers {}\n',
  ...Object.fromEntries(CORE.map((name) => [`src/${name}.ts`, 'export {};\n'])),
  'src/testing.ts': "export { Self } from './index.js';\n",
  'src/cli/start.ts': [
    "import { readFileSync } from 'node:fs';",
    'export function start(args: readonly string[]): void {',
    "  if (args[0] === 'echo') process.stdout.write(readFileSync(0));",
    "  else if (args[0] === 'exit') process.exitCode = Number(args[1]);",
    '  else console.log(JSON.stringify(args));',
    '}',
    '',
  ].join('\n'),
  'scripts/prices.mjs': 'export async function buildPrices() {}\n',
  'scripts/token-ranks.mjs': 'export async function buildTokenRanks() {}\n',
  'scripts/event-validators.mjs': 'export async function buildEventValidators() {}\n',
};

let root: string;

/** The repository with small sources of its own; the real packages, unless it is a bare clone. */
function makeRepository(): void {
  root = mkdtempSync(join(tmpdir(), 'ensure-'));
  for (const path of ['bin', 'scripts', 'package.json', 'package-lock.json', 'tsconfig.json', '.npmrc']) {
    cpSync(join(REPOSITORY, path), join(root, path), { recursive: true });
  }
  for (const [path, text] of Object.entries(SOURCES)) write(path, text);
  linkPackages();
}

let built: string;

/** A build takes long; what is about something else begins with a copy of one. */
beforeAll(() => {
  makeRepository();
  built = root;
  expect(startDirectly().status).toBe(0);
});
afterAll(() => rmSync(built, { recursive: true, force: true }));

beforeEach(makeRepository);
afterEach(() => rmSync(root, { recursive: true, force: true }));

const copyBuild = () => cpSync(join(built, 'dist'), path('dist'), { recursive: true });

const path = (...names: string[]) => join(root, ...names);
const start = (...args: string[]) => npm(['start', '--silent', '--', ...args], { cwd: root });
const startDirectly = (env: NodeJS.ProcessEnv = {}) => node(['scripts/start.mjs', 'x'], { cwd: root, env });

function write(name: string, text: string): void {
  mkdirSync(dirname(path(name)), { recursive: true });
  writeFileSync(path(name), text);
}

/** A folder of its own, its entries links: whatever goes wrong, npm must not get at the real one. */
function linkPackages(folder = 'node_modules'): void {
  const real = join(REPOSITORY, 'node_modules');
  mkdirSync(path(folder), { recursive: true });
  copyFileSync(join(real, '.package-lock.json'), path(folder, '.package-lock.json'));
  for (const entry of readdirSync(real).filter((name) => !name.startsWith('.'))) {
    symlinkSync(join(real, entry), path(folder, entry), 'junction');
  }
}

describe('npm start', () => {
  it('builds at first, and then only what changed', () => {
    const quiet = { status: 0, stdout: '["x"]\n', stderr: '' };
    const built = { ...quiet, stderr: 'promptchain: building\n' };
    expect(start('x')).toEqual(built);
    expect(start('x')).toEqual(quiet);

    utimesSync(path('src/index.ts'), new Date(), new Date());
    expect(startDirectly()).toEqual(quiet);

    write('src/cli/start.ts', "export function start(): void {\n  console.log('changed');\n}\n");
    expect(startDirectly()).toEqual({ ...built, stdout: 'changed\n' });
    expect(startDirectly()).toEqual({ ...quiet, stdout: 'changed\n' });

    write('src/new.ts', 'export const x = 1;\n');
    expect(startDirectly()).toEqual({ ...built, stdout: 'changed\n' });
    expect(existsSync(path('dist/types/new.d.ts'))).toBe(true);

    rmSync(path('src/new.ts'));
    expect(startDirectly()).toEqual({ ...built, stdout: 'changed\n' });
    expect(existsSync(path('dist/types/new.d.ts'))).toBe(false);

    rmSync(path('dist'), { recursive: true });
    expect(startDirectly()).toEqual({ ...built, stdout: 'changed\n' });
  });

  it('hands over arguments, standard input and the exit code as they are', () => {
    copyBuild();
    const args = ['a b', '"', "'", '$HOME', '`id`', 'line\nbreak', '', '*', '\\', '--flag=a b', '-n', '雪'];
    expect(start(...args).stdout).toBe(`${JSON.stringify(args)}\n`);
    const echo = npm(['start', '--silent', '--', 'echo'], { cwd: root, input: 'one\ntwo' });
    expect(echo).toEqual({ status: 0, stdout: 'one\ntwo', stderr: '' });
    expect(start('exit', '3')).toEqual({ status: 3, stdout: '', stderr: '' });
  });

  it('stops at sources that do not compile, and keeps the build there was', () => {
    copyBuild();
    expect(startDirectly()).toEqual({ status: 0, stdout: '["x"]\n', stderr: '' });
    appendFileSync(path('src/index.ts'), 'export const wrong: number = "text";\n');
    expect(startDirectly()).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'promptchain: building',
        "src/index.ts(6,14): error TS2322: Type 'string' is not assignable to type 'number'.",
        'promptchain: the build failed: see above.',
        '',
      ].join('\n'),
    });
    expect(node(['bin/chain.js', 'x'], { cwd: root }).stdout).toBe('["x"]\n');
    expect(existsSync(path('dist/.next'))).toBe(false);
  });

  it('builds once when two start at once', async () => {
    const outcomes = await Promise.all(
      ['a', 'b'].map(async (name) => {
        const child = spawn(process.execPath, ['scripts/start.mjs', name], {
          cwd: root,
          env: plainEnvironment(),
        });
        let stdout = '';
        let stderr = '';
        child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
        child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
        const [code] = await once(child, 'close');
        return { code, stdout, stderr };
      }),
    );
    expect(outcomes.map(({ code, stdout }) => [code, stdout])).toEqual([
      [0, '["a"]\n'],
      [0, '["b"]\n'],
    ]);
    expect(outcomes.filter(({ stderr }) => stderr.includes('promptchain: building\n'))).toHaveLength(1);
  });

  it('takes over the lock of a process that is gone', () => {
    mkdirSync(path('dist/.lock'), { recursive: true });
    const old = new Date(Date.now() - 60_000);
    utimesSync(path('dist/.lock'), old, old);
    expect(startDirectly()).toEqual({
      status: 0,
      stdout: '["x"]\n',
      stderr: 'promptchain: waiting for another build to finish\npromptchain: building\n',
    });
    expect(existsSync(path('dist/.lock'))).toBe(false);
  });
});

describe('the installation', () => {
  /** An npm that writes down what it was asked for, and brings the packages unless it is offline. */
  function fakeNpm(online: boolean): NodeJS.ProcessEnv {
    linkPackages('fake/node_modules');
    const bring = "renameSync('fake/node_modules', 'node_modules');";
    const fail = "console.error('npm error network'); process.exitCode = 1;";
    write(
      'fake/npm-cli.js',
      `import { appendFileSync, renameSync } from 'node:fs';
      appendFileSync('fake/calls.txt', process.argv.slice(2, 3) + ' ' + (process.env.npm_config_global ?? 'local') + '\\n');
      console.log('added 100 packages');
      ${online ? bring : fail}`,
    );
    write('fake/package.json', '{ "type": "module" }');
    return { npm_execpath: path('fake/npm-cli.js'), npm_config_global: 'true' };
  }
  const calls = () => readFileSync(path('fake/calls.txt'), 'utf8');

  beforeEach(() => rmSync(path('node_modules'), { recursive: true }));

  it('happens where packages are missing, once, with all its output on stderr', () => {
    const env = fakeNpm(true);
    expect(startDirectly(env)).toEqual({
      status: 0,
      stdout: '["x"]\n',
      stderr: 'promptchain: installing the packages\nadded 100 packages\npromptchain: building\n',
    });
    expect(startDirectly(env)).toEqual({ status: 0, stdout: '["x"]\n', stderr: '' });
    expect(calls()).toBe('ci local\n');
  });

  it('happens when the lock asks for another version', () => {
    linkPackages();
    const env = fakeNpm(false);
    const lock = JSON.parse(readFileSync(path('package-lock.json'), 'utf8'));
    lock.packages['node_modules/esbuild'].integrity = 'sha512-another';
    write('package-lock.json', JSON.stringify(lock));
    startDirectly(env);
    expect(calls()).toBe('ci local\n');
  });

  it('happens when package.json asks for another package', () => {
    linkPackages();
    const env = fakeNpm(false);
    const manifest = JSON.parse(readFileSync(path('package.json'), 'utf8'));
    manifest.devDependencies.another = '1.0.0';
    write('package.json', JSON.stringify(manifest));
    startDirectly(env);
    expect(calls()).toBe('ci local\n');
  });

  it('fails plainly', () => {
    expect(startDirectly(fakeNpm(false))).toEqual({
      status: 1,
      stdout: '',
      stderr: [
        'promptchain: installing the packages',
        'added 100 packages',
        'npm error network',
        'promptchain: the packages could not be installed: see above. Installing needs the npm registry.',
        '',
      ].join('\n'),
    });
  });
});

describe('bin/chain.js', () => {
  it('says how to build what is not built', () => {
    expect(node(['bin/chain.js'], { cwd: root })).toEqual({
      status: 1,
      stdout: '',
      stderr: 'chain is not built here. `npm run build` in its folder builds it.\n',
    });
  });

  it('reports a build that is broken as what it is', () => {
    write('dist/start.cjs', "require('./gone.cjs');\n");
    const { status, stderr } = node(['bin/chain.js'], { cwd: root });
    expect(status).toBe(1);
    expect(stderr).toContain("Cannot find module './gone.cjs'");
  });
});

it('a class that mentions itself keeps its name in the build', () => {
  copyBuild();
  const script =
    "import('./dist/index.js').then(({ Self }) => console.log(Self.name, Self.make().constructor.name))";
  expect(node(['-e', script], { cwd: root }).stdout).toBe('Self Self\n');
});

it('the build is the same each time, in whatever folder', () => {
  const contents = (folder: string) =>
    ['dist/index.js', 'dist/THIRD_PARTY_LICENSES.txt'].map((name) =>
      readFileSync(join(folder, name), 'utf8'),
    );
  copyBuild();
  rmSync(path('dist/index.js'));
  node(['scripts/ensure.mjs', '--rebuild'], { cwd: root });
  expect(contents(root)).toEqual(contents(built));
});
