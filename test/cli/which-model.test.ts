import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, serve, stream, text, USAGE } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('plain.txt', 'Hi');
  here.write('named.txt', '---\nmodel: by-template\n---\nHi');
});

const ANSWER = stream(text('ok'), event(delta({}, 'stop')), event({ choices: [], usage: USAGE }), DONE);
const CONFIG = 'home/.config/chain/config.yaml';

describe('which model answers', () => {
  const everything = {
    env: { CHAIN_MODEL: 'by-environment', OPENAI_API_KEY: 'sk-x' },
    config: 'model: by-config',
  };

  it.each([
    { ...everything, args: ['named.txt', '--model', 'by-flag'], model: 'by-flag' },
    { ...everything, args: ['named.txt'], model: 'by-template' },
    { ...everything, args: ['plain.txt'], model: 'by-environment' },
    { env: { OPENAI_API_KEY: 'sk-x' }, config: 'model: by-config', args: ['plain.txt'], model: 'by-config' },
    { env: { OPENAI_API_KEY: 'sk-x' }, config: '', args: ['plain.txt'], model: 'gpt-5-mini' },
    { env: {}, config: '', args: ['plain.txt'], model: 'gpt-5-mini' },
    // Only a prefix of the table names a provider.
    { env: {}, config: '', args: ['plain.txt', '--model', 'ft:gpt-4o:me'], model: 'ft:gpt-4o:me' },
    { env: {}, config: '', args: ['plain.txt', '--model', 'llama3.2:3b'], model: 'llama3.2:3b' },
    { env: {}, config: '', args: ['plain.txt', '--model', 'openai:llama3.2:3b'], model: 'llama3.2:3b' },
  ])('$args, $env, $config: $model', async ({ env, config, args, model }) => {
    const server = await serve(ANSWER);
    if (config !== '') here.write(CONFIG, config);
    const outcome = await here.perform(['run', ...args, '--quiet'], {
      env: { OPENAI_BASE_URL: server.baseUrl, ...env },
    });
    expect(outcome).toEqual({ code: 0, stdout: 'ok\n', stderr: '' });
    expect(server.received.map(({ body }) => body.model)).toEqual([model]);
    expect(server.received[0]?.headers.authorization).toBe(
      'OPENAI_API_KEY' in env ? 'Bearer sk-x' : undefined,
    );
  });

  it('ollama: and its like need no key', async () => {
    const server = await serve(ANSWER);
    const args = ['run', 'plain.txt', '--model', 'ollama:llama3.2:3b', '--quiet'];
    const { code, stdout } = await here.run(args, {
      env: { OLLAMA_HOST: server.host, OPENAI_API_KEY: 'sk-x' },
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'ok\n' });
    expect(server.received[0]?.body.model).toBe('llama3.2:3b');
    expect(server.received[0]?.headers.authorization).toBeUndefined();
  });

  it('a provider of the configuration, its key and its prices', async () => {
    const server = await serve(ANSWER);
    here.write(
      CONFIG,
      `providers: {mine: {baseUrl: "${server.baseUrl}", keyVariable: MY_KEY}}\nprices: {m: {input: 1000000, output: 2000000, cachedInput: 0}}`,
    );
    const { code, stdout } = await here.perform(['run', 'plain.txt', '--model', 'mine:m', '--json'], {
      env: { MY_KEY: 'secret-key' },
    });
    expect(code).toBe(0);
    expect(server.received[0]?.headers.authorization).toBe('Bearer secret-key');
    expect(server.received[0]?.body.model).toBe('m');
    expect(JSON.parse(stdout).cost).toBe(12);
  });

  it('flags of the configuration hold unless they are given', async () => {
    const server = await serve(ANSWER);
    here.write(
      'other.yaml',
      'model: m\ndefaults: {temperature: 0.5, maxTokens: 9, log: run.jsonl, quiet: true, stream: false}',
    );
    const args = [
      'run',
      'plain.txt',
      '--config',
      'other.yaml',
      '--temperature',
      '0.7',
      '--log',
      'mine.jsonl',
    ];
    expect(await here.perform(args, { env: { OPENAI_BASE_URL: server.baseUrl } })).toEqual({
      code: 0,
      stdout: 'ok\n',
      stderr: '',
    });
    expect(server.received[0]?.body).toEqual({
      model: 'm',
      messages: [{ role: 'user', content: 'Hi' }],
      temperature: 0.7,
      max_tokens: 9,
    });
    expect(here.events('mine.jsonl')[0]?.type).toBe('chainStart');
    expect(() => here.read('run.jsonl')).toThrow('ENOENT');
  });

  it('flags undo what the configuration has set', async () => {
    const server = await serve(ANSWER);
    const set = 'verbose: true, log: run.log, logTokens: true, quiet: true, stream: false';
    here.write('other.yaml', `model: m\ndefaults: {${set}}`);
    const args = ['run', 'plain.txt', '--config', 'other.yaml'];
    const env = { OPENAI_BASE_URL: server.baseUrl };
    const undone = await here.perform([...args, '--no-verbose', '--no-log', '--no-quiet', '--stream'], {
      env,
    });
    expect(undone.stderr).toMatch(/^gpt-5-mini-2025-08-07 · .* tokens \(reported\) · [^\n]*\n$/);
    expect(server.received[0]?.body.stream).toBe(true);
    expect(() => here.read('run.log')).toThrow('ENOENT');
    await here.perform([...args, '--no-verbose', '--no-log-tokens', '--stream'], { env });
    expect(here.read('run.log')).not.toContain('llmNewToken');
  });

  it('nothing of the working folder is loaded unasked', async () => {
    here.write('.config/chain/config.yaml', 'broken: [');
    here.write('chain/config.yaml', 'broken: [');
    const env = { HOME: '', XDG_CONFIG_HOME: '.' };
    expect((await here.run(['run', 'plain.txt', '--model', 'offline', '--quiet'], { env })).code).toBe(0);
  });
});

describe('without any model', () => {
  const NO_MODEL =
    "chain: no model is set up; without one only arithmetic and a template's own offline reply are answered\n" +
    '       Set OPENAI_API_KEY, or name a model: --model ollama:llama3.2, or --model offline, which only quotes what was said.\n';

  it('what the offline model cannot answer is a mistake', async () => {
    expect(await here.run(['run', 'plain.txt'])).toEqual({ code: 2, stdout: '', stderr: NO_MODEL });
  });

  it('a template’s own offline reply is given, and labelled', async () => {
    here.write('t.txt', '---\noffline: Roses.\n---\nWhich flower?');
    const { code, stdout, stderr } = await here.perform(['run', 't.txt']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Roses.\n' });
    expect(stderr).toMatch(/^offline \(scripted\) · offline, not a language model · .* · price none · /);
  });

  it('--model offline acknowledges', async () => {
    const { code, stdout, stderr } = await here.perform(['run', 'plain.txt', '--model', 'offline']);
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Noted.\n' });
    expect(stderr).toMatch(/^offline \(acknowledgement\) · offline, not a language model · /);
  });

  it.each([
    {
      model: 'gpt-5-mini',
      stderr:
        "chain: gpt-5-mini can't be asked: OPENAI_API_KEY is not set\n" +
        '       Set OPENAI_API_KEY, OPENAI_BASE_URL for a server that needs none, or use a model on this machine, such as --model ollama:llama3.2.\n',
    },
    {
      model: 'groq:llama',
      stderr:
        "chain: llama can't be asked: GROQ_API_KEY is not set\n" +
        '       Set GROQ_API_KEY or use a model on this machine, such as --model ollama:llama3.2.\n',
    },
  ])('--model $model without its key, and without a log of a run', async ({ model, stderr }) => {
    const outcome = await here.perform(['run', 'plain.txt', '--model', model, '--log', 'run.log']);
    expect(outcome).toEqual({ code: 2, stdout: '', stderr });
    expect(() => here.read('run.log')).toThrow('ENOENT');
  });
});
