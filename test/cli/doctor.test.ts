import { expect, it } from 'vitest';
import { makeWorkspace } from '../support/run-cli.js';

const KEY = 'canary-key';
const CASES: readonly (readonly [
  what: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
  code: number,
  rows: readonly string[],
])[] = [
  [
    'nothing is set',
    [],
    {},
    2,
    [
      'model    offline (nothing names a model: it answers scripted replies and arithmetic only)',
      'missing  a language model: set OPENAI_API_KEY or OPENAI_BASE_URL, or name one with --model or CHAIN_MODEL',
    ],
  ],
  [
    'a key is set',
    [],
    { OPENAI_API_KEY: KEY },
    0,
    [
      'model    gpt-5-mini (the default where OPENAI_API_KEY is set)',
      'server   openai, https://api.openai.com/v1',
      'key      OPENAI_API_KEY, set',
    ],
  ],
  [
    'a server is set',
    [],
    { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1' },
    0,
    [
      'model    gpt-5-mini (the default where OPENAI_BASE_URL is set)',
      'server   openai, http://127.0.0.1:1/v1',
      'key      none needed',
    ],
  ],
  [
    'a provider is named whose key is missing',
    ['--model', 'groq:llama'],
    {},
    2,
    [
      'model    llama (--model names it)',
      'server   groq, https://api.groq.com/openai/v1',
      'key      GROQ_API_KEY, not set',
      'missing  a key: set GROQ_API_KEY',
    ],
  ],
  [
    'a name has a letter too few',
    ['--model', 'ofline'],
    {},
    2,
    [
      'model    ofline (--model names it)',
      'server   openai, https://api.openai.com/v1',
      'key      OPENAI_API_KEY, not set',
      'missing  a key: set OPENAI_API_KEY',
      'hint     Did you mean offline?',
    ],
  ],
  ['the template names one', ['t.txt'], {}, 0, ["model    offline (the template's front matter names it)"]],
  ['CHAIN_MODEL names one', [], { CHAIN_MODEL: 'offline' }, 0, ['model    offline (CHAIN_MODEL names it)']],
];

it.each(CASES)('chain doctor, where %s', async (_, args, env, code, rows) => {
  const here = makeWorkspace();
  here.write('t.txt', '---\nmodel: offline\n---\nHi\n');
  const plain = await here.perform(['doctor', ...args], { env });
  expect(plain.code).toBe(code);
  const [chain, config, ...others] = plain.stdout.trimEnd().split('\n');
  expect(chain).toMatch(/^chain {4}\d+\.\d+\.\d+, Node \d+\.\d+\.\d+, \w+ \w+$/);
  expect(config).toBe(`config   ${here.path('home/.config/chain/config.yaml')} (not there)`);
  expect(others).toEqual(rows);
  expect(plain.stderr).toBe(code === 0 ? '' : 'chain: no language model would answer\n');
  expect(plain.stdout).not.toContain(KEY);
});

it.each([
  [{}, 2],
  [{ OPENAI_API_KEY: KEY }, 0],
])('chain doctor --json with %j', async (env, code) => {
  const json = await makeWorkspace().run(['doctor', '--json'], { env });
  expect(json.code).toBe(code);
  expect(Object.keys(JSON.parse(json.stdout))).toEqual([
    ...['schema', 'version', 'node', 'platform', 'config', 'configFound', 'model', 'chosenBy', 'provider'],
    ...['baseUrl', 'keyVariable', 'keySet', 'missing', 'hint'],
  ]);
  expect(json.stdout).not.toContain(KEY);
});

it('chain doctor shows a configuration that is there', async () => {
  const here = makeWorkspace();
  here.write('c.yaml', 'model: offline\n');
  const { stdout } = await here.perform(['doctor', '--config', 'c.yaml']);
  expect(stdout.split('\n').slice(1, 3)).toEqual([
    'config   c.yaml',
    'model    offline (the configuration names it)',
  ]);
});
