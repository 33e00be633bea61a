import { statSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, reply, serve, stream, text, USAGE, withResolvers } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

const KEY = 'sk-test-0123456789abcdef';
/** What the summary says of a stream that ends in `ending()`. */
const REPORTED = '9 in (5 cached) + 4 out (2 reasoning) = 13 tokens (reported)';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('hi.txt', 'Say hello to {name}.\n');
});

function ending(reason = 'stop'): string {
  return event(delta({}, reason)) + event({ choices: [], usage: USAGE }) + DONE;
}

function answerOf(...texts: readonly string[]) {
  return stream(...texts.map((part) => text(part)), ending());
}

/** The environment in which this server is OpenAI's. */
function at({ baseUrl }: { readonly baseUrl: string }): Record<string, string> {
  return { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: KEY };
}

const RUN = ['run', 'hi.txt', '--var', 'name=Ann'];

describe('against a server', () => {
  it('shows the answer and the reported usage', async () => {
    const server = await serve(answerOf('Hello', ', Ann!'));
    expect(await here.run(RUN, { env: at(server) })).toEqual({
      code: 0,
      stdout: 'Hello, Ann!\n',
      stderr: `gpt-5-mini-2025-08-07 · ${REPORTED} · no price · first token N ms · N ms\n`,
    });
    expect(
      server.received.map(({ method, path, headers, body }) => ({
        method,
        path,
        key: headers.authorization,
        body,
      })),
    ).toEqual([
      {
        method: 'POST',
        path: '/v1/chat/completions',
        key: `Bearer ${KEY}`,
        body: {
          model: 'gpt-5-mini',
          messages: [{ role: 'user', content: 'Say hello to Ann.' }],
          stream: true,
          stream_options: { include_usage: true },
        },
      },
    ]);
  });

  it.each([
    { what: 'no newline at the end', texts: ['a'], stdout: 'a\n' },
    { what: 'one already there', texts: ['a', '\n'], stdout: 'a\n' },
    { what: 'two already there', texts: ['a\n\n'], stdout: 'a\n\n' },
    {
      what: 'escape sequences and carriage returns',
      texts: ['\x1b[31mred\x1b[0m\r\n', 'b\x07'],
      stdout: '\x1b[31mred\x1b[0m\r\nb\x07\n',
    },
    { what: 'an empty answer', texts: [], stdout: '' },
    { what: 'Chinese and emoji', texts: ['你', '好 👋'], stdout: '你好 👋\n' },
  ])('passes on byte for byte: $what', async ({ texts, stdout }) => {
    const server = await serve(answerOf(...texts));
    expect((await here.run([...RUN, '--quiet'], { env: at(server) })).stdout).toBe(stdout);
  });

  it('streams into a pipe: the first words are out before the last are sent', async () => {
    const first = withResolvers();
    const server = await serve(async (response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text('first'));
      await first.promise;
      response.end(text(' last') + ending());
    });
    const running = here.start(RUN, { env: at(server) });
    await running.sees('first');
    first.resolve();
    expect((await running.done).stdout).toBe('first last\n');
  });

  it('--no-stream asks for the answer at once', async () => {
    const message = { role: 'assistant', content: 'Hello, Ann!' };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    const server = await serve(reply(200, { id: 'c', model: 'gpt-5-mini', choices, usage: USAGE }));
    const { code, stdout } = await here.perform([...RUN, '--no-stream'], { env: at(server) });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Hello, Ann!\n' });
    expect(server.received[0]?.body).toEqual({
      model: 'gpt-5-mini',
      messages: [{ role: 'user', content: 'Say hello to Ann.' }],
    });
  });

  it('sends what the flags say', async () => {
    const server = await serve(answerOf('x'));
    here.write('schema.json', '{"type":"object"}');
    await here.perform(
      [
        ...RUN,
        ...['--temperature', '0.5', '--top-p', '0.9', '--max-tokens', '7', '--seed', '42'],
        ...['--stop', 'END', '--stop', '\n', '--system', 'Be brief, {name}.', '--model', 'openai:m'],
      ],
      { env: at(server) },
    );
    expect(server.received[0]?.body).toEqual({
      model: 'm',
      messages: [
        { role: 'system', content: 'Be brief, Ann.' },
        { role: 'user', content: 'Say hello to Ann.' },
      ],
      temperature: 0.5,
      top_p: 0.9,
      max_tokens: 7,
      seed: 42,
      stop: ['END', '\n'],
      stream: true,
      stream_options: { include_usage: true },
    });
  });

  it('sends what the front matter says, over which flags win, and under which the configuration comes', async () => {
    here.write(
      'front.txt',
      '---\nmodel: from-template\ntemperature: 0.1\nmax_tokens: 5\nstop: END\nextra_body: {top_k: 3}\n---\nHi',
    );
    here.write(
      'home/.config/chain/config.yaml',
      'model: from-config\ndefaults: {temperature: 0.2, seed: 9, topP: 0.3}',
    );
    const server = await serve(answerOf('x'));
    await here.perform(['run', 'front.txt', '--max-tokens', '6', '--top-p', '0.4'], { env: at(server) });
    const { messages, stream: _, stream_options, ...rest } = server.received[0]!.body;
    expect(rest).toEqual({
      model: 'from-template',
      temperature: 0.1,
      max_tokens: 6,
      stop: ['END'],
      top_k: 3,
      seed: 9,
      top_p: 0.4,
    });
  });

  it('--log records the run', async () => {
    const server = await serve(answerOf('Hello', ', Ann!'));
    await here.run([...RUN, '--log', 'run.jsonl'], { env: at(server) });
    expect(here.events('run.jsonl').map(({ type, token }) => token ?? type)).toEqual([
      'chainStart',
      'text',
      'chatModelStart',
      'Hello',
      ', Ann!',
      'llmEnd',
      'chainEnd',
    ]);
    expect(here.read('run.jsonl')).not.toContain(KEY);
  });

  it('--output: a failure keeps the file that was there, and what had come beside it', async () => {
    here.write('answer.txt', 'old');
    const server = await serve(stream(text('half an ans')));
    const { code, stdout, stderr } = await here.run([...RUN, '--output', 'answer.txt', '--retries', '0'], {
      env: at(server),
    });
    expect({ code, stdout, stderr }).toEqual({
      code: 1,
      stdout: '',
      stderr: `gpt-5-mini-2025-08-07 · 12 in + 3 out = 15 tokens (estimated) · no price · failed after N ms\nwarning: what had come of the answer is in answer.txt.partial\nchain: ${server.host} broke off before the answer was whole\n`,
    });
    expect(here.read('answer.txt')).toBe('old');
    expect(here.read('answer.txt.partial')).toBe('half an ans\n');
    if (process.platform !== 'win32')
      expect(statSync(here.path('answer.txt.partial')).mode & 0o777).toBe(0o600);
  });

  it.skipIf(process.platform !== 'linux')('--output: an answer that cannot be saved is shown', async () => {
    const server = await serve(answerOf('Hello'));
    const args = [...RUN, '--output', '/dev/full', '--quiet'];
    const message = '--output /dev/full: ENOSPC: no space left on device, write';
    expect(await here.run(args, { env: at(server) })).toEqual({
      code: 1,
      stdout: 'Hello\n',
      stderr: `chain: ${message}\n`,
    });
    expect(JSON.parse((await here.run([...args, '--json'], { env: at(server) })).stdout)).toEqual({
      schema: 1,
      error: { code: 'answer_not_saved', message },
      text: 'Hello',
    });
  });

  it('--json escapes what could steer a terminal', async () => {
    const server = await serve(answerOf('a\x9b31m\u202eb\x1b'));
    const { stdout } = await here.perform([...RUN, '--json'], { env: at(server) });
    expect(stdout).toContain('"text":"a\\u009b31m\\u202eb\\u001b"');
    expect(JSON.parse(stdout).text).toBe('a\x9b31m\u202eb\x1b');
  });

  it.each([
    {
      file: 'hi.txt/answer.txt',
      stderr: 'chain: --output hi.txt/answer.txt: a part of its path is a file\n',
    },
    { file: 'home', stderr: 'chain: --output home: is a folder\n' },
  ])('--output $file is refused before anything is asked', async ({ file, stderr }) => {
    const server = await serve(answerOf('x'));
    expect(await here.perform([...RUN, '--output', file], { env: at(server) })).toEqual({
      code: 2,
      stdout: '',
      stderr,
    });
    expect(server.received).toEqual([]);
  });

  it.each([
    { reason: 'length', warning: 'the answer was cut off at its token limit (finish reason: length)' },
    {
      reason: 'content_filter',
      warning: 'the answer was cut off by the content filter (finish reason: content_filter)',
    },
  ])('warns of finish reason $reason', async ({ reason, warning }) => {
    const server = await serve(stream(text('Hel'), ending(reason)));
    const { code, stdout, stderr } = await here.perform(RUN, { env: at(server) });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Hel\n' });
    expect(stderr.split('\n').slice(1)).toEqual([`warning: ${warning}`, '']);
    const json = await here.perform([...RUN, '--json'], { env: at(server) });
    expect(json.code).toBe(0);
    expect(JSON.parse(json.stdout)).toMatchObject({ text: 'Hel', finishReason: reason, warnings: [warning] });
  });
});

describe('--schema', () => {
  const schema = { type: 'object', properties: { n: { type: 'integer' } }, required: ['n'] };

  it.each([
    { answer: '{"n": 3}', code: 0, error: '' },
    {
      answer: '{"n": "3", "m": 1}',
      code: 1,
      error: 'chain: the answer does not follow the schema: /n must be integer\n',
    },
    { answer: 'three', code: 1, error: 'chain: the answer is not JSON, which --schema asks for\n' },
  ])('asks for JSON and checks the answer: $answer', async ({ answer, code, error }) => {
    here.write(
      'schema.json',
      JSON.stringify({ $schema: 'http://json-schema.org/draft-07/schema#', ...schema }),
    );
    const server = await serve(answerOf(answer));
    const args = [...RUN, '--schema', 'schema.json'];
    const outcome = await here.perform([...args, '--quiet'], { env: at(server) });
    expect(outcome).toEqual({ code, stdout: `${answer}\n`, stderr: error });
    expect(server.received[0]?.body.response_format).toEqual({
      type: 'json_schema',
      json_schema: {
        name: 'answer',
        schema: { $schema: 'http://json-schema.org/draft-07/schema#', ...schema },
      },
    });
  });

  it('has the answer that breaks it in the document', async () => {
    here.write('schema.json', JSON.stringify(schema));
    const server = await serve(answerOf('three'));
    const { stdout } = await here.perform([...RUN, '--schema', 'schema.json', '--json'], { env: at(server) });
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      error: { code: 'invalid_response', message: 'the answer is not JSON, which --schema asks for' },
      text: 'three',
    });
  });

  it.each([
    { content: '{', why: /^chain: --schema schema\.json: .* JSON .*\n$/ }, // V8's own words
    { content: '[]', why: /^chain: --schema schema\.json: a JSON Schema is an object\n$/ },
    {
      content: '{"type": "objekt"}',
      why: /^chain: --schema schema\.json: not a JSON Schema: \/type must be equal to one of the allowed values\n$/,
    },
    { content: undefined, why: /^chain: --schema: schema\.json: no such file\n$/ },
  ])('is refused before anything is asked: $content', async ({ content, why }) => {
    if (content !== undefined) here.write('schema.json', content);
    const server = await serve(answerOf('x'));
    const { code, stdout, stderr } = await here.perform([...RUN, '--schema', 'schema.json'], {
      env: at(server),
    });
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(why);
    expect(server.received).toEqual([]);
  });
});

describe('what goes wrong', () => {
  const OVERLOADED = reply(429, { error: { message: 'Slow down' } }, { 'retry-after-ms': '1' });

  it('a model that the server does not have: its models', async () => {
    const server = await serve(
      reply(404, { error: { message: 'The model does not exist' } }),
      reply(200, { data: [{ id: 'llama3.2' }, { id: 'qwen3' }] }),
    );
    expect(await here.perform([...RUN, '--quiet', '--model', 'lama'], { env: at(server) })).toEqual({
      code: 1,
      stdout: '',
      stderr: `chain: ${server.host} answered 404: The model does not exist\n       Its models: llama3.2, qwen3.\n`,
    });
  });

  it('too many requests, twice, then an answer', async () => {
    const server = await serve(OVERLOADED, OVERLOADED, answerOf('Hello'));
    const { code, stdout, stderr } = await here.perform([...RUN, '--verbose', '--log', 'run.jsonl'], {
      env: at(server),
    });
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Hello\n' });
    expect(stderr.split('\n').filter((line) => line.includes('retry'))).toEqual([
      `    retry 1 in N ms: ${server.host} answered 429: Slow down`,
      `    retry 2 in N ms: ${server.host} answered 429: Slow down`,
    ]);
    expect(
      here
        .events('run.jsonl')
        .filter(({ type }) => type === 'retry')
        .map(({ attempt, reason }) => ({ attempt, reason })),
    ).toEqual([1, 2].map((attempt) => ({ attempt, reason: `${server.host} answered 429: Slow down` })));
  });

  it('with CHAIN_DEBUG, where in the code it was', async () => {
    const env = { OPENAI_BASE_URL: 'http://127.0.0.1:1/v1', CHAIN_DEBUG: '1' };
    const { stderr } = await here.run([...RUN, '--retries', '0', '--quiet'], { env });
    expect(stderr).toMatch(/^chain: nothing listens at 127\.0\.0\.1:1 \(ECONNREFUSED\)\n.*\n {4}at /);
  });

  it('--json: the failure, with what had come', async () => {
    const server = await serve(stream(text('Hello, '), text('An')));
    const json = await here.perform([...RUN, '--json'], { env: at(server) });
    expect(json.code).toBe(1);
    expect(JSON.parse(json.stdout)).toEqual({
      schema: 1,
      error: { code: 'stream_cut', message: `${server.host} broke off before the answer was whole` },
      text: 'Hello, An',
    });
  });
});
