import { beforeEach, describe, expect, it } from 'vitest';
import { renderModels } from '../../src/cli/models-report.js';
import { PRICES_SOURCE } from '../../src/tokens/prices.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

const FOOTER = `US dollars per million tokens · ${PRICES_SOURCE} of 2026-09-23`;

async function list(...args: readonly string[]): Promise<readonly string[]> {
  const { code, stdout, stderr } = await here.perform(['models', ...args]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n');
}

async function document(...args: readonly string[]) {
  const { code, stdout } = await here.perform(['models', ...args, '--json']);
  expect(code).toBe(0);
  expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
  return JSON.parse(stdout);
}

it.each<[string, readonly string[], readonly string[]]>([
  [
    'cached input',
    ['gpt-4.1-n', '--provider', 'openai'],
    [
      'model         provider    context  input  cached  output  reasoning',
      'gpt-4.1-nano  openai    1,000,000   0.10   0.025    0.40          -',
      `1 model · ${FOOTER}`,
    ],
  ],
  [
    'reasoning at its own rate',
    ['Sonar-Deep'],
    [
      'model                           provider    context  input  cached  output  reasoning',
      'perplexity/sonar-deep-research  openrouter  128,000   2.00       -    8.00       3.00',
      'sonar-deep-research             perplexity  128,000   2.00       -    8.00       3.00',
      `2 models · ${FOOTER}`,
    ],
  ],
  [
    'requests',
    ['sonar-pro', '--provider', 'perplexity'],
    [
      'model             provider    context  input  cached  output  reasoning  1000 requests',
      'sonar-pro         perplexity  200,000   3.00       -   15.00          -          14.00',
      'sonar-pro-search  perplexity        -   3.00       -   15.00          -              -',
      `2 models · ${FOOTER}`,
    ],
  ],
  [
    'tiers, under the provider’s own name',
    ['2.5-pro', '--provider', 'Google'],
    [
      'model                      provider  context  input  cached  output  reasoning',
      'gemini-2.5-pro             gemini          -   1.25   0.125   10.00          -',
      '  above 200,000 tokens in                      2.50    0.25   15.00          -',
      'gemini-2.5-pro-tts         gemini      8,192   1.00       -   20.00          -',
      `2 models · ${FOOTER}`,
    ],
  ],
  [
    'hours of their own, by the whole name',
    ['deepseek:deepseek-chat'],
    [
      'model                 provider  context  input  cached  output  reasoning',
      'deepseek-chat         deepseek   64,000  0.135   0.035    0.55          -',
      '  00:30 to 16:30 UTC                      0.27    0.07    1.10          -',
      `1 model · ${FOOTER}`,
    ],
  ],
  [
    'input alone',
    ['ada-002', '--provider', 'openai'],
    [
      'model                   provider  context  input  cached  output  reasoning',
      'text-embedding-ada-002  openai      8,192   0.10       -       -          -',
      `1 model · ${FOOTER}`,
    ],
  ],
  [
    'none',
    ['whisper openai'],
    [
      'model      provider  context     input  cached  output  reasoning',
      'whisper-1  openai          -  no price       -       -          -',
      `1 model · ${FOOTER}`,
    ],
  ],
])('shows prices: %s', async (_, args, lines) => {
  expect(await list(...args)).toEqual([...lines, '']);
});

it('shows what is to come', () => {
  const rest = { hours: null, cachedInput: null, reasoning: null, thousandRequests: null };
  const report = renderModels({
    source: 'a list',
    date: '2026-01-01',
    search: '',
    provider: null,
    nearest: null,
    models: [
      {
        provider: 'shop',
        model: 'rose-1',
        contextWindow: 1000,
        own: false,
        prices: [
          { ...rest, from: null, aboveInputTokens: 0, input: 1, output: 2 },
          { ...rest, from: '2027-01-01', aboveInputTokens: 0, input: 3, output: 4 },
          { ...rest, from: '2027-01-01', aboveInputTokens: 500, input: 5, output: 0.000001 },
        ],
      },
    ],
  });
  expect(report.split('\n')).toEqual([
    'model                                   provider  context  input  cached    output  reasoning',
    'rose-1                                  shop        1,000   1.00       -      2.00          -',
    '  from 2027-01-01                                           3.00       -      4.00          -',
    '  from 2027-01-01, above 500 tokens in                      5.00       -  0.000001          -',
    '1 model · US dollars per million tokens · a list of 2026-01-01',
    '',
  ]);
});

it('lists all, without colours and without leaving anything out, into a pipe', async () => {
  const { code, stdout } = await here.run(['models'], { env: { FORCE_COLOR: '1', COLUMNS: '40' } });
  expect(code).toBe(0);
  expect(stdout).not.toMatch(/\x1b|…/);
  expect(stdout).toMatch(/^claude-opus-4-5 +anthropic +200,000 +5\.00 +0\.50 +25\.00 +-/m);
  expect(stdout).toMatch(/\n1,\d{3} models · US dollars/);
});

it('--json has the same', async () => {
  const none = { from: null, hours: null, aboveInputTokens: 0, reasoning: null, thousandRequests: null };
  expect(await document('gemini-2.5-pro', '--provider', 'gemini')).toMatchObject({
    schema: 1,
    source: PRICES_SOURCE,
    date: '2026-09-23',
    search: 'gemini-2.5-pro',
    provider: 'gemini',
    nearest: null,
    models: [
      {
        provider: 'gemini',
        model: 'gemini-2.5-pro',
        contextWindow: null,
        own: false,
        prices: [
          { ...none, input: 1.25, cachedInput: 0.125, output: 10 },
          { ...none, aboveInputTokens: 200_000, input: 2.5, cachedInput: 0.25, output: 15 },
        ],
      },
      { model: 'gemini-2.5-pro-tts' },
    ],
  });
});

describe('prices of the configuration', () => {
  beforeEach(() => {
    here.write(
      'home/.config/chain/config.yaml',
      'prices:\n  gpt-4.1-nano: { input: 1, output: 2 }\n  llama3.2: { input: 0.5, output: 0.5, cachedInput: 0 }\n',
    );
  });

  it('take the place of those on the list, and are marked', async () => {
    expect(await list('4.1-nano', '--provider', 'openai')).toEqual([
      'model         provider    context  input  cached  output  reasoning  price from',
      'gpt-4.1-nano  openai    1,000,000   1.00       -    2.00          -  config',
      `1 model · ${FOOTER}`,
      '',
    ]);
    expect(
      (await list('gpt-4.1-', '--provider', 'openai')).map((line) => /(config|list)$/.exec(line)?.[1]),
    ).toEqual([undefined, 'list', 'config', undefined, undefined]);
  });

  it('are shown of models that are on no list', async () => {
    const lines = await list('llama3.2');
    expect(lines[1]).toMatch(/^llama3\.2 +any +- +0\.50 +0\.00 +0\.50 +- +config$/);
    expect((await document('llama3.2')).models[0]).toMatchObject({
      provider: null,
      model: 'llama3.2',
      own: true,
    });
  });

  it('come from the file that --config names', async () => {
    here.write('other.yaml', 'prices: { gpt-4.1-nano: { input: 7, output: 8 } }\n');
    expect((await list('4.1-nano', '--provider', 'openai', '--config', 'other.yaml'))[1]).toMatch(
      / 7\.00 +- +8\.00 /,
    );
  });
});

describe('nothing found', () => {
  it.each([
    [['gtp-5'], 'chain: no known model has "gtp-5" in its name (did you mean "gpt-5"?)\n'],
    [['no such model at all'], 'chain: no known model has "no such model at all" in its name\n'],
    [
      ['cluade-opus-4-5', '--provider', 'anthropic'],
      'chain: no known model of anthropic has "cluade-opus-4-5" in its name (did you mean "claude-opus-4-5"?)\n',
    ],
    [['--provider', 'ollama'], 'chain: no model of ollama is on the price list\n'],
    [['\x1b[31mx'], 'chain: no known model has "x" in its name\n'],
  ])('%j', async (args, told) => {
    const { code, stdout, stderr } = await here.perform(['models', ...args, '--json']);
    expect([code, stderr, JSON.parse(stdout).models]).toEqual([0, told, []]);
  });

  it('leaves stdout empty without --json', async () => {
    const { code, stdout, stderr } = await here.run(['models', 'gtp-5']);
    expect([code, stdout]).toEqual([0, '']);
    expect(stderr).toMatch(/^chain: no known model has "gtp-5" in its name /);
  });

  it('--json has the nearest', async () => {
    expect(await document('gtp-5')).toMatchObject({ search: 'gtp-5', nearest: 'gpt-5', models: [] });
  });
});

describe('what is wrong', () => {
  it('a provider that nobody knows', async () => {
    const { code, stdout, stderr } = await here.perform(['models', '--provider', 'opnai', '--json']);
    expect(code).toBe(2);
    expect(JSON.parse(stdout)).toMatchObject({ schema: 1, error: { code: 'invalid_argument' } });
    const [line, hint] = stderr.split('\n');
    expect(line).toBe('chain: unknown provider: opnai (did you mean "openai"?)');
    expect(hint).toMatch(/^ {7}Known are anthropic, .*, ollama, .*, zhipuai\.$/);
  });

  it('a configuration that is wrong', async () => {
    here.write('bad.yaml', 'prices: { x: { input: -1, output: 2 } }\n');
    const { code, stdout, stderr } = await here.perform(['models', '--config', 'bad.yaml']);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(/^chain: bad\.yaml:1:23: .*input/);
  });

  it('too many words', async () => {
    const { code, stderr } = await here.run(['models', 'claude', 'sonnet']);
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr: "chain: too many arguments for 'models'. Expected 1 argument but got 2.\n",
    });
  });

  it('a provider of the configuration is known', async () => {
    here.write('config.yaml', 'providers: { shop: { baseUrl: http://127.0.0.1:9/v1 } }\n');
    const { code, stderr } = await here.perform(['models', '--provider', 'shop', '--config', 'config.yaml']);
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'chain: no model of shop is on the price list\n' });
  });
});
