import { statSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, endless, event, type Reply, reply, serve, stream, text } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('hi.txt', 'Hi');
});

/** `Hi` as a chat: 3 to open the answer, 3 + `user` + `Hi` for the message. */
const PROMPT = 8;
const RUN = ['run', 'hi.txt', '--model', 'openai:gpt-4o'];
const words = (count: number) => ' word'.repeat(count);

function ending(completion: number, reason = 'stop'): string {
  const usage = { prompt_tokens: PROMPT, completion_tokens: completion };
  return event(delta({}, reason)) + event({ choices: [], usage }) + DONE;
}

const brief = stream(text('ok'), ending(1));
/** Dollars per million tokens. */
const PRICES = 'prices: { gpt-4o: { input: 1, output: 2 } }\n';

async function run(answer: Reply, args: readonly string[], config = '') {
  const server = await serve(answer);
  if (config !== '') here.write('home/.config/chain/config.yaml', config);
  const outcome = await here.perform([...RUN, ...args], { env: { OPENAI_BASE_URL: server.baseUrl } });
  return { ...outcome, asked: server.received.map(({ body }) => body.max_tokens) };
}

const MODEL = 'gpt-5-mini-2025-08-07';

describe('a call that does not fit', () => {
  const tokens =
    "the call doesn't fit into the budget: 5 of 5 tokens are left, and the prompt takes 8 before any answer";
  it.each([
    { args: ['--max-total-tokens', '5'], spent: 'budget: 0 of 5 tokens spent', message: tokens },
    {
      args: ['--max-total-tokens', '100', '--max-cost', '0.000009'],
      spent: 'budget: $0 of $0.000009, 0 of 100 tokens spent',
      message:
        "the call doesn't fit into the budget: $0.000009 of $0.000009 is left, and the prompt takes $0.000008 before any answer",
    },
  ])('is not made: $args', async ({ args, spent, message }) => {
    expect(await run(brief, args, PRICES)).toEqual({
      code: 3,
      stdout: '',
      stderr: `${spent}\nchain: ${message}\n       A shorter prompt or a larger budget would do.\n`,
      asked: [],
    });
  });

  it('is a document, and stands in the log', async () => {
    const { code, stdout, asked } = await run(brief, [
      ...['--max-total-tokens', '5'],
      ...['--json', '--log', 'run.jsonl'],
    ]);
    expect([code, asked]).toEqual([3, []]);
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      error: { code: 'budget_exceeded', message: tokens },
      text: '',
      spent: { totalTokens: 0, cost: 0 },
    });
    const hint = 'A shorter prompt or a larger budget would do.';
    expect(here.events('run.jsonl').map(({ type, error, usage }) => [type, error, usage])).toEqual([
      ['chainStart', undefined, undefined],
      ['text', undefined, undefined],
      ['chatModelStart', undefined, undefined],
      ['llmError', { name: 'ChainError', code: 'budget_exceeded', message: tokens, hint }, null],
      ['chainError', { name: 'ChainError', code: 'budget_exceeded', message: tokens, hint }, null],
    ]);
  });

  it('is announced by a dry run', async () => {
    const args = ['--max-total-tokens', '5', '--dry-run'];
    expect(await run(brief, args)).toEqual({
      code: 0,
      stdout: `user:\nHi\n\ngpt-4o · 8 tokens in (estimated) · no price · nothing was sent\nit would not be asked: ${tokens}\n`,
      stderr: '',
      asked: [],
    });
    const { stdout } = await run(brief, [...args, '--json']);
    expect(JSON.parse(stdout)).toMatchObject({
      inputTokens: 8,
      refused: { code: 'budget_exceeded', message: tokens },
    });
    const fits = await run(brief, ['--max-total-tokens', '9', '--dry-run', '--json']);
    expect(JSON.parse(fits.stdout)).not.toHaveProperty('refused');
  });
});

describe('an answer that goes past it', () => {
  it('is cut, its cost is shown, and the log is whole', async () => {
    const args = ['--max-total-tokens', '20', '--max-cost', '1', '--log', 'run.jsonl'];
    expect(await run(endless, args, PRICES)).toEqual({
      code: 3,
      stdout: `${words(13)}\n`,
      stderr:
        `${MODEL} · 8 in + 13 out = 21 tokens (estimated) · $0.000034 · failed after N ms\n` +
        'budget: $0.000034 of $1.00, 21 of 20 tokens spent\n' +
        'chain: the answer went past the budget of $1.00 or 20 tokens and was cut\n',
      asked: [12],
    });
    const events = here.events('run.jsonl');
    expect(events.filter(({ type }) => type === 'llmNewToken').length).toBe(13);
    expect(events.slice(-2)).toMatchObject([
      {
        type: 'llmError',
        text: words(13),
        error: { code: 'budget_exceeded' },
        usage: { totalTokens: 21, source: 'estimated' },
      },
      { type: 'chainError', error: { code: 'budget_exceeded' }, usage: { totalTokens: 21 } },
    ]);
  });

  it('is a document with what had come', async () => {
    const { code, stdout, stderr } = await run(endless, ['--max-total-tokens', '20', '--json']);
    expect([code, stderr]).toEqual([3, 'chain: the answer went past the budget of 20 tokens and was cut\n']);
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      error: {
        code: 'budget_exceeded',
        message: 'the answer went past the budget of 20 tokens and was cut',
      },
      text: words(13),
      spent: { totalTokens: 21, cost: null },
    });
  });

  it('was cut by the server at the limit', async () => {
    const cut = stream(text(words(12)), ending(12, 'length'));
    const { code, stdout, stderr } = await run(cut, ['--max-total-tokens', '20', '--quiet']);
    expect([code, stdout, stderr]).toEqual([
      3,
      `${words(12)}\n`,
      'chain: the answer was cut where the budget of 20 tokens ends\n',
    ]);
  });

  it('is shown where it came at once', async () => {
    const choices = [{ message: { content: words(30) }, finish_reason: 'stop' }];
    const { code, stdout } = await run(reply(200, { choices }), ['--max-total-tokens', '20', '--no-stream']);
    expect([code, stdout]).toEqual([3, `${words(30)}\n`]);
  });

  it('goes to the file beside the one that was named', async () => {
    const { code, stderr } = await run(endless, ['--max-total-tokens', '20', '--output', 'a.txt']);
    expect(code).toBe(3);
    expect(stderr).toContain('warning: what had come of the answer is in a.txt.partial\nbudget: 21 of 20');
    expect(here.read('a.txt.partial').trimEnd()).toBe(words(13));
    expect(() => statSync(here.path('a.txt'))).toThrow('ENOENT');
  });
});

describe('where budgets come from', () => {
  const config = (tokens: number) => `defaults: { maxTotalTokens: ${tokens} }\n${PRICES}`;

  it.each([
    { what: 'the configuration', template: 'Hi', args: [], limit: 92 },
    { what: 'front matter', template: '---\nmax_total_tokens: 50\n---\nHi', args: [], limit: 42 },
    {
      what: 'a flag',
      template: '---\nmax_total_tokens: 50\n---\nHi',
      args: ['--max-total-tokens', '30'],
      limit: 22,
    },
    { what: 'both kinds', template: '---\nmax_cost: 0.000048\n---\nHi', args: [], limit: 20 },
    { what: 'a limit of its own', template: '---\nmax_tokens: 7\n---\nHi', args: [], limit: 7 },
  ])('$what', async ({ template, args, limit }) => {
    here.write('hi.txt', template);
    const { code, asked } = await run(brief, args, config(100));
    expect([code, asked]).toEqual([0, [limit]]);
  });

  it('nowhere: nothing is said of a limit', async () => {
    expect(await run(brief, ['--quiet'])).toEqual({
      code: 0,
      stdout: 'ok\n',
      stderr: '',
      asked: [undefined],
    });
  });
});

describe('a budget of money', () => {
  const message = "no price is known for gpt-4o, so a budget in dollars can't be kept";

  it('is a mistake with a model that has no price', async () => {
    const { stdout, ...rest } = await run(brief, ['--max-cost', '1', '--log', 'run.jsonl', '--json']);
    expect(rest).toEqual({
      code: 2,
      stderr:
        `chain: ${message}\n` +
        '       Give it one under prices, in the configuration or where the model is made: "gpt-4o": { input: 0.5, output: 2 } (dollars per million tokens). Or limit tokens instead.\n',
      asked: [],
    });
    expect(here.events('run.jsonl').at(-1)).toMatchObject({
      type: 'chainError',
      error: { code: 'invalid_argument' },
    });
    expect(JSON.parse(stdout)).toEqual({
      schema: 1,
      error: { code: 'invalid_argument', message },
      text: '',
    });
  });

  it('is never touched by the offline model', async () => {
    const outcome = await here.run(['run', '--prompt', '1 + 2 =', '--max-cost', '0.000001', '--quiet']);
    expect(outcome).toEqual({ code: 0, stdout: '3\n', stderr: '' });
  });
});
