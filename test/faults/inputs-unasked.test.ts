import { existsSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

const TEMPLATE = { 'add.txt': '1 + {number} = \n' };
const HANDLER = {
  'h.mjs':
    "import { BaseCallbackHandler, ChainError } from 'promptchain';\nexport class H extends BaseCallbackHandler { onLLMEnd() { console.error(ChainError.name); } }\n",
};

/** Says that it was loaded, and leaves a mark. */
const TRAP = (kind: 'esm' | 'cjs') =>
  kind === 'esm'
    ? "import { writeFileSync } from 'node:fs'; writeFileSync('loaded', import.meta.url); console.log('loaded'); export default { model: 'evil' };"
    : "require('node:fs').writeFileSync('loaded', __filename); console.log('loaded'); module.exports = { model: 'evil' };";
const YAML = 'model: evil\ndefaults: { verbose: true, log: evil.log }\n';
const PACKAGES = [
  'promptchain',
  'openai',
  'commander',
  'chalk',
  'ora',
  'winston',
  'yaml',
  'ajv',
  '@opentelemetry/api',
];

/** What other programs read from where they are started. */
const HOSTILE: Readonly<Record<string, string>> = {
  '.env':
    'OPENAI_API_KEY=sk-evil\nOPENAI_BASE_URL=http://127.0.0.1:9/v1\nCHAIN_MODEL=evil\nNODE_OPTIONS=--require ./trap.cjs\n',
  '.env.local': 'CHAIN_MODEL=evil\n',
  '.npmrc': 'node-options=--require ./trap.cjs\n',
  '.node-version': '1\n',
  'package.json': JSON.stringify({
    name: 'promptchain',
    main: 'trap.cjs',
    type: 'commonjs',
    exports: './trap.cjs',
    chain: { model: 'evil' },
    imports: { '#a': './trap.cjs' },
  }),
  'trap.cjs': TRAP('cjs'),
  'index.js': TRAP('cjs'),
  'tsconfig.json': '{ "extends": "./trap.cjs" }',
  ...Object.fromEntries(
    ['chain', 'promptchain', 'config', '.chain', '.chainrc', '.promptchainrc'].flatMap((name) => [
      [`${name}.yaml`, YAML],
      [`${name}.json`, '{"model":"evil"}'],
    ]),
  ),
  ...Object.fromEntries(
    ['chain', 'chain.config', 'promptchain.config'].flatMap((name) => [
      [`${name}.js`, TRAP('cjs')],
      [`${name}.mjs`, TRAP('esm')],
      [`${name}.ts`, TRAP('esm')],
    ]),
  ),
  '.chain/config.yaml': YAML,
  '.config/chain/config.yaml': YAML,
  'chain/config.yaml': YAML,
  'chain/history': 'x\n',
  ...Object.fromEntries(
    PACKAGES.flatMap((name) => [
      [`node_modules/${name}/package.json`, JSON.stringify({ name, main: 'index.cjs' })],
      [`node_modules/${name}/index.cjs`, TRAP('cjs')],
    ]),
  ),
};

const COMMANDS = [
  ['run', 'add.txt', '--var', 'number=2', '--callback', 'h.mjs'],
  ['run', 'add.txt', '--var', 'number=2', '--log', 'run.jsonl', '--verbose', '--quiet'],
  ['doctor', 'add.txt'],
];

async function outcomes(
  here: Workspace,
  files: Readonly<Record<string, string>>,
): Promise<readonly unknown[]> {
  for (const [name, content] of Object.entries(files)) here.write(name, content);
  const all: unknown[] = [];
  for (const args of COMMANDS) {
    const { stdout, ...rest } = await here.run(args);
    all.push({ ...rest, stdout: stdout.replaceAll(here.folder, '') });
  }
  return all;
}

it('in a folder full of what is loaded by others, everything is as in an empty one', async () => {
  const clean = makeWorkspace();
  const hostile = makeWorkspace();
  const expected = await outcomes(clean, { ...TEMPLATE, ...HANDLER });
  expect(expected[0]).toMatchObject({
    code: 0,
    stdout: '3\n',
    stderr: expect.stringMatching(/^ChainError\n/),
  });
  expect(await outcomes(hostile, { ...HOSTILE, ...TEMPLATE, ...HANDLER })).toEqual(expected);
  for (const made of ['loaded', 'evil.log']) expect(existsSync(hostile.path(made)), made).toBe(false);
});

it.skipIf(process.platform === 'win32')(
  'what holds prompts or answers is its owner’s alone, whatever the umask',
  async () => {
    const here = makeWorkspace();
    const given = new Set(['add.txt', 'home']);
    here.write('add.txt', TEMPLATE['add.txt']);
    const command = ['sh', '-c', 'umask 0; exec "$@"', 'sh', process.execPath];
    const logs = ['--log', 'logs/run.log', '--record', 'c.jsonl', '--output', 'answer.txt', '--quiet'];
    const run = await here.run(['run', 'add.txt', '--var', 'number=2', ...logs], { command });
    const chat = ['chat', '--session', 's', '--model', 'offline', '--log', 'chat.jsonl', '--quiet'];
    const talk = await here.run(chat, { command, stdin: 'Hi\n/save ./new/talk.json\n' });
    const page = ['trace', 'export', 'c.jsonl', '--format', 'html', '--output', 'page.html'];
    expect([run.code, talk.code, (await here.run(page, { command })).code]).toEqual([0, 0, 0]);
    const files = readdirSync(here.folder, { recursive: true, encoding: 'utf8' })
      .filter((name) => !given.has(name) && statSync(join(here.folder, name)).isFile())
      .map((name) => `${(statSync(join(here.folder, name)).mode & 0o777).toString(8)} ${name}`);
    expect(files.sort()).toEqual([
      '600 answer.txt',
      '600 c.jsonl',
      '600 chat.jsonl',
      '600 home/.local/share/chain/sessions/s.json',
      '600 logs/run.log',
      '600 new/talk.json',
      '600 page.html',
    ]);
  },
);
