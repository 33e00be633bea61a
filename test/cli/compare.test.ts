import { existsSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, reply, serve, stream, text } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';
import { type HeldServer, serveHeld } from './compare/held-server.js';

let here: Workspace;
let server: HeldServer;
beforeEach(async () => {
  here = makeWorkspace();
  here.write('hi.txt', 'Say hello.\n');
  server = await serveHeld();
});

const AB = ['run', 'hi.txt', '--model', 'openai:a', '--model', 'openai:b'];
const NO_SIGNALS = process.platform === 'win32';

function start(args: readonly string[], options: { readonly stdin?: string } = {}) {
  return here.start(args, { env: { OPENAI_BASE_URL: server.baseUrl }, ...options });
}

/** The same in this process, for what ends by itself. */
function perform(args: readonly string[]) {
  return here.perform(args, { env: { OPENAI_BASE_URL: server.baseUrl } });
}

/** A table without what is never the same twice: the times, and how far apart its columns are. */
function rows(stderr: string): readonly string[] {
  return stderr
    .trimEnd()
    .split('\n')
    .map((line) => line.replace(/(N ms) +[\d.]+ +(?=reported|estimated)/, '$1 ').replace(/ {2,}/g, ' '));
}

const HEAD = 'run in out price first token time tokens/s tokens are status';

describe('several models', () => {
  it('are asked at once; the first that is not whole streams, the others follow', async () => {
    const running = start(AB);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    b.end('Hallo!\n');
    a.write('Hel');
    await running.sees('Hel');
    a.end('lo!');
    expect(await running.done).toEqual({
      code: 0,
      stdout: '== openai:a ==\nHello!\n\n== openai:b ==\nHallo!\n',
      stderr: expect.any(String),
    });
    expect(rows((await running.done).stderr)).toEqual([
      HEAD,
      'openai:a 9 4 no price N ms N ms reported ok',
      'openai:b 9 4 no price N ms N ms reported ok',
      'all 18 8 no price N ms reported',
    ]);
    expect(server.received.map(({ body }) => body.messages)).toEqual([
      [{ role: 'user', content: 'Say hello.' }],
      [{ role: 'user', content: 'Say hello.' }],
    ]);
  });

  it('what came before its turn is shown with it, and the rest as it comes', async () => {
    here.write(
      'heard.mjs',
      "export const heard = { onLLMNewToken: ({ token }) => console.error('[' + token + ']') };",
    );
    const running = start([...AB, '--callback', './heard.mjs', '--quiet']);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    b.write('one');
    await running.sees('[one]');
    a.end('A');
    await running.sees('== openai:b ==\none');
    b.write(' two');
    await running.sees('one two');
    b.end();
    expect((await running.done).stdout).toBe('== openai:a ==\nA\n\n== openai:b ==\none two\n');
  });

  it('have prices of their own, and a sum that says what it lacks', async () => {
    here.write(
      'home/.config/chain/config.yaml',
      'prices: { a: { input: 1, output: 2 }, b: { input: 10, output: 20 } }',
    );
    const running = start([...AB, '--model', 'openai:c', '--model', 'offline', '--temperature', '0.5']);
    for (const model of ['a', 'b', 'c']) (await server.answer(model, 0.5)).end('x', 10);
    const { stderr } = await running.done;
    expect(rows(stderr)).toEqual([
      HEAD,
      'openai:a 9 10 $0.000029 N ms N ms reported ok',
      'openai:b 9 10 $0.00029 N ms N ms reported ok',
      'openai:c 9 10 no price N ms N ms reported ok',
      'offline 10 3 none N ms N ms estimated ok',
      'all 37 33 $0.000319 + ? N ms estimated',
      'offline is not a language model',
    ]);
  });
});

describe('the order', () => {
  it('is models, then temperatures, then numbers', async () => {
    const temperatures = ['--temperature', '1', '--temperature', '0'];
    const running = start([...AB, ...temperatures, '-n', '2', '--quiet']);
    const asked = ['b', 'b', 'a', 'a'].flatMap((model) =>
      [0, 1].map((temperature) => ({ model, temperature })),
    );
    for (const { model, temperature } of asked)
      (await server.answer(model, temperature)).end(`${model}${temperature}`);
    const { stdout } = await running.done;
    expect(stdout.split('\n\n')).toEqual([
      '== openai:a · temperature 1 · #1 ==\na1',
      '== openai:a · temperature 1 · #2 ==\na1',
      '== openai:a · temperature 0 · #1 ==\na0',
      '== openai:a · temperature 0 · #2 ==\na0',
      '== openai:b · temperature 1 · #1 ==\nb1',
      '== openai:b · temperature 1 · #2 ==\nb1',
      '== openai:b · temperature 0 · #1 ==\nb0',
      '== openai:b · temperature 0 · #2 ==\nb0\n',
    ]);
  });

  it.each([
    ['-n', '1'],
    ['--model', 'openai:a'],
    ['--temperature', '0.5', '--temperature', '0.5'],
  ])('of one: nothing is compared (%j)', async (...more) => {
    const running = start(['run', 'hi.txt', '--model', 'openai:a', ...more]);
    (await server.answer('a', more.includes('0.5') ? 0.5 : undefined)).end('Hello!');
    expect(await running.done).toMatchObject({
      stdout: 'Hello!\n',
      stderr: expect.stringContaining('gpt-5-mini-2025-08-07 · 9 in + 4 out'),
    });
  });
});

it.each([
  ['--model', 'openai:a', 'offline'],
  ['--temperature', '0', '1'],
])('a chat has one %s', async (flag, first, second) => {
  const { code, stderr } = await start(['chat', flag, first, flag, second], { stdin: '6 * 7 =\n' }).done;
  expect([code, stderr]).toEqual([2, expect.stringMatching(/^chain: option .* It may be given once\.\n$/)]);
  expect(server.received).toEqual([]);
});

describe('a run that fails', () => {
  it('is not one whose answer was cut off, which the table says', async () => {
    const { baseUrl } = await serve(stream(text('Hel'), event(delta({}, 'length')), DONE));
    const { code, stderr } = await here.run(AB, { env: { OPENAI_BASE_URL: baseUrl } });
    expect(code).toBe(0);
    expect(rows(stderr).slice(1)).toEqual([
      'openai:a 10 1 no price N ms N ms estimated cut off: length',
      'openai:b 10 1 no price N ms N ms estimated cut off: length',
      'all 20 2 no price N ms estimated',
      'warning: openai:a: the answer was cut off at its token limit (finish reason: length)',
      'warning: openai:b: the answer was cut off at its token limit (finish reason: length)',
    ]);
  });

  it('stops no other, and is told', async () => {
    const running = start([...AB, '--model', 'openai:c', '--retries', '0']);
    (await server.answer('a')).refuse(401, 'Wrong key');
    const b = await server.answer('b');
    b.write('Hal');
    const c = await server.answer('c');
    c.write('Sal');
    await running.sees('Hal');
    b.end('lo!');
    c.end('ut!');
    const { code, stdout, stderr } = await running.done;
    expect([code, stdout]).toEqual([
      1,
      '== openai:a ==\n\n== openai:b ==\nHallo!\n\n== openai:c ==\nSalut!\n',
    ]);
    expect(rows(stderr)).toEqual([
      HEAD,
      'openai:a N ms failed: authentication',
      'openai:b 9 4 no price N ms N ms reported ok',
      'openai:c 9 4 no price N ms N ms reported ok',
      'all 18 8 no price N ms reported',
      'chain: 1 of 3 runs failed',
      ` openai:a: ${server.host} answered 401: Wrong key`,
      ' Is OPENAI_API_KEY the right one for this server?',
    ]);
  });

  it('breaks a schema by itself', async () => {
    here.write('order.json', '{ "type": "object" }');
    const running = start([...AB, '--schema', 'order.json', '--json']);
    (await server.answer('a')).end('{}');
    (await server.answer('b')).end('[]');
    const { code, stdout, stderr } = await running.done;
    const message = 'the answer does not follow the schema: it must be object';
    expect([code, stderr]).toEqual([1, `chain: 1 of 2 runs failed\n       openai:b: ${message}\n`]);
    expect(JSON.parse(stdout)).toMatchObject([
      { text: '{}', finishReason: 'stop' },
      { text: '[]', error: { code: 'invalid_response', message } },
    ]);
    expect(server.received.map(({ body }) => body.response_format)).toMatchObject([
      { type: 'json_schema' },
      { type: 'json_schema' },
    ]);
  });
});

describe('before anything is asked', () => {
  it.each([
    {
      what: 'every model that cannot be asked',
      args: ['--model', 'groq:x', '--model', 'mistral:y', '--model', 'openai:a'],
      stderr: [
        "chain: x can't be asked: GROQ_API_KEY is not set; y can't be asked: MISTRAL_API_KEY is not set",
        /^ {7}Set GROQ_API_KEY.* Set MISTRAL_API_KEY/,
      ],
    },
    {
      what: 'every model without a price under a budget of money',
      args: ['--model', 'openai:a', '--model', 'openai:b', '--max-cost', '1'],
      stderr: [
        "chain: no price is known for a, so a budget in dollars can't be kept; no price is known for b, so a budget in dollars can't be kept",
        /"a": \{ input.* "b": \{ input/,
      ],
    },
    {
      what: 'a name that is none',
      args: ['--model', 'openai:a', '--model', ''],
      stderr: ['chain: --model names no model'],
    },
    {
      what: 'too many',
      args: ['-n', '101'],
      stderr: ['chain: 101 runs at once: 100 is the most', /^ {7}Name fewer/],
    },
    {
      what: 'a number that is none',
      args: ['--runs', '0'],
      stderr: [/'-n, --runs <number>' argument '0' is invalid. It takes a whole number from 1 up/],
    },
    {
      what: 'a temperature that is none',
      args: ['--temperature', '1', '--temperature', '3'],
      stderr: [/argument '3' is invalid. It takes a number from 0 to 2/],
    },
    {
      what: 'a file that is read',
      args: ['--model', 'openai:a', '-n', '2', '--output', 'hi', '--vars', 'hi.2'],
      stderr: ['chain: --output hi.2 is a file that is read', /^ {7}Name another file/],
    },
  ])('is named: $what', async ({ args, stderr }) => {
    here.write('hi.2', '{}');
    const outcome = await perform(['run', 'hi.txt', ...args, '--log', 'run.jsonl']);
    expect({ ...outcome, stderr: outcome.stderr.trimEnd().split('\n') }).toEqual({
      code: 2,
      stdout: '',
      stderr: stderr.map((line) => (typeof line === 'string' ? line : expect.stringMatching(line))),
    });
    expect([server.received, existsSync(here.path('run.jsonl'))]).toEqual([[], false]);
  });

  it.each([
    { args: ['--log', 'hi.txt/run.log'], stderr: /^chain: .*hi\.txt.run\.log/ },
    { args: ['--callback', './none.mjs'], stderr: /^chain: .*none\.mjs/ },
  ])('nothing is shown where $args is wrong', async ({ args, stderr }) => {
    const outcome = await perform([...AB, ...args]);
    expect(outcome).toEqual({ code: 2, stdout: '', stderr: expect.stringMatching(stderr) });
  });

  it('is one document with --json', async () => {
    const { code, stdout } = await start([
      'run',
      'hi.txt',
      '--model',
      'groq:x',
      '--model',
      'mistral:y',
      '--json',
    ]).done;
    expect([code, JSON.parse(stdout)]).toEqual([
      2,
      {
        schema: 1,
        error: {
          code: 'no_model',
          message: "x can't be asked: GROQ_API_KEY is not set; y can't be asked: MISTRAL_API_KEY is not set",
        },
        text: '',
      },
    ]);
  });
});

describe('--json', () => {
  it('is one line: what each would print by itself, in order', async () => {
    const running = start([...AB, '--temperature', '0', '-n', '2', '--retries', '0', '--json']);
    for (const part of ['b', 'a']) {
      (await server.answer(part, 0)).end(part);
      (await server.answer(part, 0)).refuse(500, 'Broken');
    }
    const { code, stdout, stderr } = await running.done;
    expect([code, stdout.split('\n').length, stderr.split('\n')[0]]).toEqual([
      1,
      2,
      'chain: 2 of 4 runs failed',
    ]);
    const documents = JSON.parse(stdout) as Record<string, unknown>[];
    expect(documents.map(({ schema, variant }) => [schema, variant])).toEqual(
      ['openai:a', 'openai:b'].flatMap((model) =>
        [1, 2].map((number) => [1, { model, temperature: 0, number }]),
      ),
    );
    // Which of two equal requests comes first is nobody's to say.
    const keys = documents.map((document) => Object.keys(document).join()).sort();
    expect(keys).toEqual([
      ...Array(2).fill('schema,variant,error,text'),
      ...Array(2).fill(
        'schema,variant,text,model,usage,cost,durationMs,firstTokenMs,finishReason,runId,warnings',
      ),
    ]);
  });
});

describe('--output', () => {
  it('is a numbered file for each; of what broke off, what had come is beside it', async () => {
    const running = start([...AB, '--output', 'answer.md', '--max-total-tokens', '40']);
    (await server.answer('a')).end('Hello!');
    (await server.answer('b')).end(' word'.repeat(30), 30);
    const { code, stdout, stderr } = await running.done;
    expect([code, stdout]).toEqual([3, '']);
    expect([here.read('answer.1.md'), existsSync(here.path('answer.2.md'))]).toEqual(['Hello!\n', false]);
    expect(here.read('answer.2.md.partial')).toBe(`${' word'.repeat(30)}\n`);
    expect(rows(stderr).slice(1, 5)).toEqual([
      'openai:a 9 4 no price N ms N ms reported ok answer.1.md',
      'openai:b 10 30 no price N ms estimated failed: budget_exceeded',
      'all 19 34 no price N ms estimated',
      'warning: openai:b: what had come of the answer is in answer.2.md.partial',
    ]);
  });

  it('that cannot be written is a mistake', async () => {
    const { code, stderr } = await start([...AB, '--output', 'hi.txt/answer.md']).done;
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      expect.stringMatching(/^chain: --output hi\.txt.answer\.1\.md: a part of its path is a file$/),
    ]);
  });

  it.skipIf(process.platform !== 'linux')('an answer that cannot be saved is shown', async () => {
    here.write(
      'fill.mjs',
      "export const h = { onChainEnd: async () => (await import('node:fs')).rmSync('d', { recursive: true, force: true }) };",
    );
    here.write('d/x', '');
    const running = start([...AB, '--output', 'd/a', '--callback', './fill.mjs', '--quiet']);
    (await server.answer('b')).end('Hallo!');
    await running.sees('== openai:b ==\nHallo!\n');
    (await server.answer('a')).end('Hello!');
    const { code, stdout, stderr } = await running.done;
    expect([code, stdout]).toEqual([1, '== openai:b ==\nHallo!\n== openai:a ==\nHello!\n']);
    expect(stderr).toMatch(/^chain: 2 of 2 runs failed\n {7}openai:a: --output d\/a\.1: ENOENT/);
  });
});

describe('a budget', () => {
  it('holds over all: each run has an equal share', async () => {
    const running = start([...AB, '--max-total-tokens', '60']);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    expect(server.received.map(({ body }) => body.max_tokens)).toEqual([20, 20]);
    a.end('Hello!');
    b.write(' word'.repeat(21));
    const { code, stdout, stderr } = await running.done;
    expect([code, stdout]).toEqual([3, `== openai:a ==\nHello!\n\n== openai:b ==\n${' word'.repeat(21)}\n`]);
    expect(rows(stderr).slice(4)).toEqual([
      'budget: 44 of 60 tokens spent; each of 2 runs has an equal share',
      'chain: 1 of 2 runs failed',
      ' openai:b: the answer went past the budget of 30 tokens and was cut',
    ]);
  });

  it('that leaves no room asks nobody, and stands in every document', async () => {
    const { code, stdout } = await perform([...AB, '--max-total-tokens', '16', '--json']);
    expect([code, server.received]).toEqual([3, []]);
    expect(JSON.parse(stdout)).toMatchObject(
      Array(2).fill({ error: { code: 'budget_exceeded' }, text: '', spent: { totalTokens: 0, cost: 0 } }),
    );
  });

  it('an answer that came at once and past it is shown', async () => {
    const choices = [{ message: { content: ' word'.repeat(30) }, finish_reason: 'stop' }];
    const { baseUrl } = await serve(reply(200, { choices }));
    const { code, stdout } = await here.perform(
      [...AB, '--max-total-tokens', '40', '--no-stream', '--quiet'],
      {
        env: { OPENAI_BASE_URL: baseUrl },
      },
    );
    const text = `${' word'.repeat(30)}\n`;
    expect([code, stdout]).toEqual([3, `== openai:a ==\n${text}\n== openai:b ==\n${text}`]);
  });
});

describe('--dry-run', () => {
  it('is the messages once, and a row for each', async () => {
    here.write('home/.config/chain/config.yaml', 'prices: { a: { input: 1, output: 2 } }');
    const { code, stdout, stderr } = await perform([...AB, '--model', 'offline', '-n', '1', '--dry-run']);
    expect([code, stderr, server.received]).toEqual([0, '', []]);
    expect(stdout.split('\n')).toEqual([
      'user:',
      'Say hello.',
      '',
      'run       tokens in         price',
      'openai:a         10      $0.00001',
      'openai:b         10      no price',
      'offline          10          none',
      'all              30  $0.00001 + ?',
      'tokens are estimated, prices those of the prompt; nothing was sent',
      '',
    ]);
  });

  it('says what a budget would refuse', async () => {
    const { stdout } = await perform([...AB, '--max-total-tokens', '20', '--dry-run']);
    expect(stdout.split('\n').slice(-4, -2)).toEqual(
      ['a', 'b'].map(
        (model) =>
          `openai:${model} would not be asked: the call doesn't fit into the budget: 10 of 10 tokens are left, and the prompt takes 10 before any answer`,
      ),
    );
  });

  it('is a document for each', async () => {
    const { stdout } = await perform([...AB, '--dry-run', '--json']);
    expect(JSON.parse(stdout)).toMatchObject(
      ['openai:a', 'openai:b'].map((model) => ({
        schema: 1,
        variant: { model, temperature: null, number: 1 },
        messages: [{ role: 'user', content: 'Say hello.' }],
        inputTokens: 10,
      })),
    );
  });
});

describe('who hears of it', () => {
  it('the log has a root for each, with what tells it apart', async () => {
    const running = start([...AB, '--log', 'run.jsonl', '--quiet']);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    a.end('Hello!');
    b.refuse(400, 'No');
    await running.done;
    const events = here.events('run.jsonl');
    const roots = events.filter(({ type }) => type === 'chainStart');
    const [first, second] = roots.map(({ metadata }) => metadata as Record<string, unknown>);
    expect(first).toEqual({ template: 'hi.txt', comparison: expect.any(String), variant: 'openai:a' });
    expect(second).toEqual({ ...first, variant: 'openai:b' });
    const typesUnder = (root: unknown) =>
      events
        .filter(({ runId, parentRunId }) => runId === root || parentRunId === root)
        .map(({ type }) => type);
    expect(roots.map(({ runId }) => typesUnder(runId))).toEqual([
      ['chainStart', 'text', 'chatModelStart', 'llmNewToken', 'llmEnd', 'chainEnd'],
      ['chainStart', 'text', 'chatModelStart', 'llmError', 'chainError'],
    ]);
    expect(events).toHaveLength(11);
  });

  it('a run by itself says nothing of a comparison', async () => {
    const running = start(['run', 'hi.txt', '--model', 'openai:a', '--log', 'run.jsonl', '--quiet']);
    (await server.answer('a')).end('Hello!');
    await running.done;
    expect(here.events('run.jsonl')[0]?.metadata).toEqual({ template: 'hi.txt' });
  });

  it('a trace tells them apart by their ids, and has the answers', async () => {
    const running = start([...AB, '--verbose', '--quiet']);
    const [a, b] = [await server.answer('a'), await server.answer('b')];
    b.end('Hallo!');
    await running.sees('Hallo!');
    a.end('Hello!');
    const { stderr } = await running.done;
    const answers = [...stderr.matchAll(/\[([0-9a-f]{8})\] {5}(H.llo!)/g)].map(([, id, answer]) => ({
      id,
      answer,
    }));
    expect(answers.map(({ answer }) => answer)).toEqual(['Hallo!', 'Hello!']);
    expect(answers[0]?.id).not.toBe(answers[1]?.id);
  });

  it('a handler that fails is a warning of each run', async () => {
    here.write(
      'bad.mjs',
      "export const bad = { name: 'bad', onLLMEnd() { throw new Error('out of ink'); } };",
    );
    const running = start([...AB, '--callback', './bad.mjs']);
    for (const model of ['a', 'b']) (await server.answer(model)).end('x');
    const { code, stderr } = await running.done;
    expect(code).toBe(0);
    expect(stderr.split('\n').slice(-3, -1)).toEqual(
      ['a', 'b'].map(
        (model) => `warning: openai:${model}: callback handler bad failed on llmEnd: out of ink`,
      ),
    );
  });
});

it('standard input is read once', async () => {
  here.write('sum.txt', 'Sum up: {input}');
  const running = start(['run', 'sum.txt', '--model', 'openai:a', '--model', 'openai:b', '--quiet'], {
    stdin: 'a long story\n',
  });
  for (const model of ['a', 'b']) (await server.answer(model)).end('short');
  expect((await running.done).stdout).toBe('== openai:a ==\nshort\n\n== openai:b ==\nshort\n');
  expect(server.received.map(({ body }) => body.messages)).toEqual(
    Array(2).fill([{ role: 'user', content: 'Sum up: a long story' }]),
  );
});

describe('an end from outside', () => {
  it.skipIf(NO_SIGNALS)('Ctrl-C stops all; what had come is shown, and what is over stays so', async () => {
    here.write(
      'heard.mjs',
      "export const heard = { onLLMEnd: () => console.error('ended'), onLLMNewToken: ({ token }) => console.error('[' + token + ']') };",
    );
    const running = start([...AB, '--model', 'openai:c', '--log', 'run.jsonl', '--callback', './heard.mjs']);
    const [a, b, c] = [await server.answer('a'), await server.answer('b'), await server.answer('c')];
    b.end('Hallo!');
    await running.sees('ended');
    c.write('Sal');
    await running.sees('[Sal]');
    a.write('Hel');
    await running.sees('== openai:a ==\nHel');
    running.child.kill('SIGINT');
    const { code, stdout, stderr } = await running.done;
    expect([code, stdout]).toEqual([
      130,
      '== openai:a ==\nHel\n\n== openai:b ==\nHallo!\n\n== openai:c ==\nSal\n',
    ]);
    expect(rows(stderr).slice(-5)).toEqual([
      HEAD,
      'openai:a 10 1 no price N ms estimated stopped',
      'openai:b 9 4 no price N ms N ms reported ok',
      'openai:c 10 1 no price N ms estimated stopped',
      'all 29 6 no price N ms estimated',
    ]);
    const errors = here.events('run.jsonl').filter(({ type }) => type === 'chainError');
    expect(errors).toMatchObject([{ error: { code: 'aborted' } }, { error: { code: 'aborted' } }]);
  });

  it('a reader who leaves stops all; that is no failure', async () => {
    const running = start([...AB, '--log', 'run.jsonl']);
    const [a] = [await server.answer('a'), await server.answer('b')];
    a.write('Hel');
    await running.sees('Hel');
    running.child.stdout.destroy();
    await new Promise((resolve) => running.child.stdout.once('close', resolve));
    a.write('lo');
    expect((await running.done).code).toBe(0);
    const errors = here.events('run.jsonl').filter(({ type }) => type === 'chainError');
    expect(errors).toHaveLength(2);
  });
});
