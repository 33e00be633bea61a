import { get_encoding } from 'tiktoken';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, serve, stream, text } from '../models/loopback.js';
import { makeWorkspace, type PerformOptions, type Workspace } from '../support/run-cli.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('add.txt', '1 + {number} = \n');
});

const ADD = ['tokens', 'add.txt', '--var', 'number=2'];

async function table(args: readonly string[], options?: PerformOptions): Promise<readonly string[]> {
  const { code, stdout, stderr } = await here.perform(args, options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  return stdout.split('\n');
}

async function document(args: readonly string[], options?: PerformOptions) {
  const { code, stdout, stderr } = await here.perform([...args, '--json'], options);
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout.indexOf('\n')).toBe(stdout.length - 1);
  return JSON.parse(stdout);
}

it('shows tokens, price, share of the window and who counted, for several models', async () => {
  const models = [
    'gpt-4o',
    'gpt-4',
    'gpt-3.5-turbo-instruct',
    'anthropic:claude-sonnet-4-5',
    'openrouter:openai/gpt-4o',
    'ollama:llama3.2:3b',
    'gpt-99',
    'offline',
  ];
  expect(await table([...ADD, '--model', models.join(',')])).toEqual([
    'model                        tokens in       price          context window  counted by',
    'gpt-4o                              13  $0.0000325        0.01% of 128,000  o200k_base, chat format',
    'gpt-4                               13    $0.00039          0.16% of 8,192  cl100k_base, chat format',
    'gpt-3.5-turbo-instruct               6   $0.000009         0.04% of 16,385  cl100k_base, plain text',
    'anthropic:claude-sonnet-4-5         13   $0.000039  under 0.01% of 200,000  estimate: o200k_base, chat format, in place of its own tokenizer',
    'openrouter:openai/gpt-4o            13  $0.0000325        0.01% of 128,000  o200k_base, chat format',
    'ollama:llama3.2:3b                  13    no price                 unknown  estimate: o200k_base, chat format, in place of its own tokenizer',
    'gpt-99                              13    no price                 unknown  estimate: o200k_base, chat format, in place of its own tokenizer',
    'offline                             13        none                 unknown  o200k_base, chat format; offline, not a language model',
    '',
  ]);
});

it('--json is one document', async () => {
  expect(await document([...ADD, '--model', 'gpt-4o,groq:x,offline'])).toEqual({
    schema: 1,
    models: [
      {
        name: 'gpt-4o',
        provider: 'openai',
        model: 'gpt-4o',
        inputTokens: 13,
        inputCost: 0.0000325,
        contextWindow: 128_000,
        contextShare: 13 / 128_000,
        encoding: 'o200k_base',
        exact: true,
        chat: true,
      },
      {
        name: 'groq:x',
        provider: 'groq',
        model: 'x',
        inputTokens: 13,
        inputCost: null,
        contextWindow: null,
        contextShare: null,
        encoding: 'o200k_base',
        exact: false,
        chat: true,
      },
      {
        name: 'offline',
        provider: 'offline',
        model: 'offline',
        inputTokens: 13,
        inputCost: null,
        contextWindow: null,
        contextShare: null,
        encoding: 'o200k_base',
        exact: false,
        chat: true,
      },
    ],
  });
});

it('counts as tiktoken does, and 3 for each message and 3 for the answer besides', async () => {
  here.write('chat.txt', 'system:\n你是花店的助手 💐\nuser:\n{question}\n');
  const question = 'Which <|endoftext|> 玫瑰 👩‍👩‍👧?\n\n  {"a": 1}';
  const { models } = await document([
    ...['tokens', 'chat.txt', '--var', `question=${question}`, '--model', 'gpt-5', '--model', 'gpt-4'],
  ]);
  const expected = (['o200k_base', 'cl100k_base'] as const).map((name) => {
    const encoding = get_encoding(name);
    const count = (part: string) => encoding.encode(part, [], []).length;
    const tokens = 3 + 3 + count('system') + count('你是花店的助手 💐') + 3 + count('user') + count(question);
    encoding.free();
    return tokens;
  });
  expect(models.map((model: { inputTokens: number }) => model.inputTokens)).toEqual(expected);
});

describe('which models', () => {
  const names = async (args: readonly string[], env: Readonly<Record<string, string>> = {}) =>
    (await document(args, { env })).models.map(({ name }: { name: string }) => name);

  it('those that are named, each once, in order', async () => {
    expect(await names([...ADD, '--model', 'gpt-4o, o3', '--model', 'o3,gpt-4'])).toEqual([
      'gpt-4o',
      'o3',
      'gpt-4',
    ]);
  });

  it('otherwise the one that would answer', async () => {
    here.write('named.txt', '---\nmodel: gpt-4.1\n---\nHi\n');
    here.write('config.yaml', 'model: mistral:mistral-large-latest\n');
    expect(await names(ADD)).toEqual(['offline']);
    expect(await names(ADD, { OPENAI_API_KEY: 'k' })).toEqual(['gpt-5-mini']);
    expect(await names([...ADD, '--config', 'config.yaml'])).toEqual(['mistral:mistral-large-latest']);
    expect(await names(ADD, { CHAIN_MODEL: 'gpt-4o' })).toEqual(['gpt-4o']);
    expect(await names(['tokens', 'named.txt'], { CHAIN_MODEL: 'gpt-4o' })).toEqual(['gpt-4.1']);
    expect(await names(['tokens', 'named.txt', '--model', 'o3'])).toEqual(['o3']);
  });

  it('a provider of the configuration, with its prices', async () => {
    const config =
      'providers: { shop: { baseUrl: http://127.0.0.1:9/v1 } }\nprices: { rose-1: { input: 1000, output: 1 } }\n';
    here.write('config.yaml', config);
    const { models } = await document([
      ...ADD,
      '--config',
      'config.yaml',
      '--model',
      'shop:rose-1,shop:rose-2',
    ]);
    expect(models).toMatchObject([
      { name: 'shop:rose-1', provider: 'shop', model: 'rose-1', inputCost: 0.013 },
      { name: 'shop:rose-2', provider: 'shop', model: 'rose-2', inputCost: null },
    ]);
  });

  it('a server of one’s own has no price, whatever the model is called', async () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:9/v1' };
    const { models } = await document([...ADD, '--model', 'gpt-4o'], { env });
    expect(models).toMatchObject([{ inputTokens: 13, inputCost: null, contextWindow: null }]);
  });
});

describe('the prompt', () => {
  const count = async (args: readonly string[], stdin?: string) =>
    (await document(['tokens', ...args, '--model', 'gpt-4o'], { ...(stdin !== undefined && { stdin }) }))
      .models[0].inputTokens;

  it('is read as chain run reads it', async () => {
    here.write('values.yaml', 'number: 2\nother: 3\n');
    const asked = await count(['add.txt', '--var', 'number=2']);
    expect(asked).toBe(13);
    expect(await count(['--prompt', '1 + {number} = ', '--vars', 'values.yaml'])).toBe(asked);
    expect(await count(['-', '--var', 'number=2'], '1 + {number} = \n')).toBe(asked);
    expect(await count(['add.txt', '--var', 'number=-'], '2\n')).toBe(asked);
    expect(await count(['--prompt', '1 + {input} = '], '2')).toBe(asked);
    here.write('number.txt', '2\n');
    expect(await count(['add.txt', '--var', 'number=@number.txt'])).toBe(asked);
    expect(await count(['add.txt', '--var', 'number=2', '--system', 'Add.'])).toBe(asked + 3 + 1 + 2);
  });

  it('may be longer than the window', async () => {
    here.write('long.txt', 'rose '.repeat(20_000));
    const lines = await table(['tokens', 'long.txt', '--model', 'gpt-4,gpt-4o']);
    expect(lines[1]).toBe('gpt-4      20,008  $0.60  244% of 8,192: too long  cl100k_base, chat format');
    expect(lines[2]).toBe('gpt-4o     20,008  $0.05           16% of 128,000  o200k_base, chat format');
  });

  it('of 10 MB is counted', async () => {
    here.write('book.txt', 'Which roses are in season? '.repeat(380_000));
    expect(await count(['book.txt'])).toBe(380_000 * 6 + 1 + 7);
  });
});

describe('what is wrong', () => {
  it.each([
    [
      ['tokens'],
      [
        'chain: no template',
        '       chain tokens template.txt --var name=value, or chain tokens --prompt "text"; from a pipe: chain tokens -',
      ],
    ],
    [
      ['tokens', 'add.txt'],
      ['chain: Missing variable: number (add.txt:1:5)', '       Set it with --var number=…'],
    ],
    [[...ADD, '--model', ''], ['chain: --model names no model']],
    [[...ADD, '--model', 'gpt-4o,,o3'], ['chain: --model names no model']],
    [
      [...ADD, '--model', 'groq:'],
      ['chain: `groq:` names no model', '       A model of groq is written groq:NAME.'],
    ],
    [['tokens', 'nope.txt'], ['chain: nope.txt: no such file']],
    [[...ADD, '--config', 'nope.yaml'], ['chain: --config: nope.yaml: no such file']],
  ])('%j', async (args, lines) => {
    const { code, stdout, stderr } = await here.perform([...args, '--json']);
    expect([code, stderr.trimEnd().split('\n')]).toEqual([2, lines]);
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      error: { code: expect.any(String), message: lines[0]!.slice('chain: '.length) },
      text: '',
    });
  });

  it('leaves stdout empty without --json', async () => {
    const { code, stdout } = await here.perform(['tokens', 'add.txt']);
    expect([code, stdout]).toEqual([2, '']);
  });

  it('control characters of a name never reach the terminal', async () => {
    const lines = await table([...ADD, '--model', 'x\x1b[31my']);
    expect(lines[1]).toMatch(/^xy +13 /);
  });
});

it('asks no server', async () => {
  const server = await serve(stream(text('x', 'stop'), DONE));
  await table([...ADD, '--model', 'gpt-4o'], { env: { OPENAI_BASE_URL: server.baseUrl } });
  expect(server.received).toEqual([]);
});
