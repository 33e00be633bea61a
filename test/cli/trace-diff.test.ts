import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, event, reply, serve, stream, text, USAGE } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';
import { eventsOf, type Said, traceFile } from '../trace/trace-events.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

const ASKED = { model: 'gpt-5-mini', prompt: 'Any roses?', answer: 'Yes.' } satisfies Said;
const asked = (prompt: string): Said => ({ ...ASKED, prompt });

const diff = (...args: readonly string[]) => here.perform(['trace', 'diff', ...args]);

/** What is said above the figures, without the titles. */
function body(stdout: string): string {
  return stdout.split('\n\n')[1] ?? '';
}

it('finds the run before one, however far back both are', async () => {
  here.write('many.jsonl', traceFile(...Array.from({ length: 1100 }, (_, at) => asked(`Any roses, ${at}?`))));
  const { code, stdout } = await diff('many.jsonl#00000201');
  expect([code, body(stdout)]).toEqual([0, expect.stringContaining('[-1-]{+2+}')]);
});

it('reads standard input, and pipes that have a name', async () => {
  const [one, two] = [asked('Any roses?'), asked('Any lilies?')];
  const piped = await here.run(['trace', 'diff', '-'], { stdin: traceFile(one, two) });
  expect([piped.code, body(piped.stdout)]).toEqual([0, expect.stringContaining('Any [-roses-]{+lilies+}?')]);
  here.write('one.jsonl', traceFile(one));
  const against = await here.run(['trace', 'diff', 'one.jsonl', '-'], { stdin: traceFile(two) });
  expect(against.stdout.split('\n').slice(0, 2)).toEqual(['--- one.jsonl 00000001', '+++ - 00000001']);
  expect(await here.run(['trace', 'diff', '-'], { stdin: traceFile(one) })).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('chain: -: no run is before 00000001 in it\n'),
  });
});

describe('runs of chain run', () => {
  let log: Promise<string> | undefined;
  beforeEach(async () => {
    log ??= record();
    here.write('run.jsonl', await log);
  });

  /** The log of three runs; they are run once, and each test has a copy. */
  async function record(): Promise<string> {
    const usage = (output: number) => ({ ...USAGE, completion_tokens: output, total_tokens: 9 + output });
    const answer = (said: string, tokens: number) =>
      stream(text(said), text('', 'stop'), event({ choices: [], usage: usage(tokens) }), DONE);
    const server = await serve(
      answer('Roses and lilies suit a birthday.', 4),
      answer('Roses and sunflowers suit a birthday best.', 6),
      reply(401, { error: { message: 'Incorrect API key provided' } }),
    );
    here.write('ask.txt', 'Which flowers for {day}?\n');
    const run = (day: string, temperature: string) =>
      here.perform(
        [
          'run',
          'ask.txt',
          '--var',
          `day=${day}`,
          '--temperature',
          temperature,
          '--log',
          'run.jsonl',
          '--quiet',
        ],
        { env: { OPENAI_BASE_URL: server.baseUrl } },
      );
    await run('a birthday', '0');
    await run('a birthday party', '1');
    await run('a wedding', '1');
    return here.read('run.jsonl');
  }

  /** Times are never the same twice, and ids neither. */
  const settle = (stdout: string) =>
    stdout
      .replace(/\b[0-9a-f]{8}\b/g, 'RUN')
      .replace(/127\.0\.0\.1:\d+/g, 'SERVER')
      .replace(/\b(?:\d+ ms|\d+\.\d+ s)\b/g, 'N ms')
      .replace(/(→ N ms)(?:, [+-][\d.]+ %)?/g, '$1');

  it('the last two', async () => {
    const { code, stdout, stderr } = await diff('run.jsonl');
    expect([code, stderr]).toEqual([0, '']);
    expect(settle(stdout)).toBe(`--- run.jsonl RUN  ask.txt
+++ run.jsonl RUN  ask.txt

parameters: the same
prompt:
  user: Which flowers for a [-birthday party-]{+wedding+}?
answer: [-Roses and sunflowers suit a birthday best.-]
ended: ok → error (authentication: SERVER answered 401: Incorrect API key provided)

tokens  9 in (5 cached) + 6 out (2 reasoning) = 15 tokens (reported) → none
cost    no price → nothing
time    N ms → N ms
`);
  });

  it('two that are named', async () => {
    const { code, stdout } = await diff('run.jsonl#last~2', 'run.jsonl#last~1', '--exit-code');
    expect(code).toBe(1);
    expect(settle(stdout)).toBe(`--- run.jsonl RUN  ask.txt
+++ run.jsonl RUN  ask.txt

temperature: 0 → 1
prompt:
  user: Which flowers for a birthday{+ party+}?
answer: Roses and [-lilies-]{+sunflowers+} suit a birthday{+ best+}.

tokens  9 in (5 cached) + 4 out (2 reasoning) = 13 tokens (reported) → 9 in (5 cached) + 6 out (2 reasoning) = 15 tokens (reported), +15 %
cost    no price
time    N ms → N ms · first token N ms → N ms
`);
  });

  it('one and itself', async () => {
    const { code, stdout, stderr } = await diff('run.jsonl#last~1', 'run.jsonl#last~1', '--exit-code');
    expect([code, stderr, body(stdout)]).toEqual([0, '', 'parameters, prompt and answer: the same']);
  });

  it('a run by the beginning of its id, and the one before it', async () => {
    const [, second] = here
      .events('run.jsonl')
      .filter(({ parentRunId, type }) => parentRunId === null && type === 'chainStart');
    const { stdout } = await diff(`run.jsonl#${(second!.runId as string).slice(0, 10)}`);
    expect(body(stdout)).toContain('temperature: 0 → 1');
  });

  it('colours on demand, and not in spite of --no-color', async () => {
    const env = { FORCE_COLOR: '1' };
    const coloured = await here.perform(['trace', 'diff', 'run.jsonl'], { env });
    expect(coloured.stdout).toContain('for a \x1b[31mbirthday party\x1b[39m\x1b[32mwedding\x1b[39m?');
    const plain = await here.perform(['trace', 'diff', 'run.jsonl', '--no-color'], { env });
    expect(plain.stdout).toContain('for a [-birthday party-]{+wedding+}?');
  });

  it('--json is the record', async () => {
    const { code, stdout } = await diff('run.jsonl#last~2', 'run.jsonl#last~1', '--json', '--exit-code');
    expect(code).toBe(1);
    expect(stdout.endsWith('}\n') && stdout.indexOf('\n') === stdout.length - 1).toBe(true);
    const { schema, files, change, a, b, children } = JSON.parse(stdout);
    expect([schema, files, change]).toEqual([1, { a: 'run.jsonl', b: 'run.jsonl' }, 'changed']);
    expect([a.name, a.template, b.usage.totalTokens]).toEqual(['LLMChain', 'ask.txt', 15]);
    expect(children).toHaveLength(1);
    expect(children[0].parameters).toEqual([
      {
        name: 'temperature',
        a: 0,
        b: 1,
        parts: [
          { change: 'removed', text: '0' },
          { change: 'added', text: '1' },
        ],
      },
    ]);
    expect(children[0].input[0]).toEqual({
      change: 'changed',
      label: 'user',
      parts: [
        { change: 'same', text: 'Which flowers for a birthday' },
        { change: 'added', text: ' party' },
        { change: 'same', text: '?' },
      ],
    });
  });
});

describe('trace files', () => {
  it('of two files the last runs', async () => {
    here.write('a.jsonl', traceFile(asked('one'), asked('two')));
    here.write('b.jsonl', traceFile(asked('three'), asked('four')));
    const { stdout } = await diff('a.jsonl', 'b.jsonl');
    expect(stdout).toBe(`--- a.jsonl 00000101
+++ b.jsonl 00000101

parameters: the same
prompt:
  user: [-two-]{+four+}
answer: the same

tokens  40 in + 10 out = 50 tokens (reported), the same
cost    $0.001, the same
time    100 ms → 100 ms, +0 % · first token 30 ms → 30 ms, +0 %
`);
  });

  it('a step of a run', async () => {
    here.write('a.jsonl', traceFile({ chain: 'C', steps: [asked('one'), asked('two')] }));
    const { stdout } = await diff('a.jsonl#00000002', 'a.jsonl#00000003');
    expect(body(stdout)).toContain('user: [-one-]{+two+}');
  });

  it('a # in a file’s name', async () => {
    here.write('run#1.jsonl', traceFile(asked('one'), asked('two')));
    const { stdout } = await diff('run#1.jsonl#last~1', 'run#1.jsonl');
    expect(body(stdout)).toContain('user: [-one-]{+two+}');
  });

  it('one that goes on, whose last line is torn', async () => {
    const [start, token] = eventsOf(ASKED, 101).map((event) => JSON.stringify(event));
    here.write(
      'a.jsonl',
      `${traceFile(asked('one'))}${start}\nWarning: of another program\n${token}\n{"type":"llmEn`,
    );
    const { code, stdout } = await diff('a.jsonl');
    expect(code).toBe(0);
    expect(body(stdout)).toBe(`parameters: the same
prompt:
  user: [-one-]{+Any roses?+}
answer: the same
ended: ok → unfinished`);
  });

  it('one whose start is missing', async () => {
    here.write('a.jsonl', traceFile({ ...ASKED, headless: true }, { ...ASKED, answer: 'No.' }));
    expect(
      body((await diff('a.jsonl')).stdout),
    ).toBe(`parameters and prompt: not compared, the start of A is missing
answer: [-Yes-]{+No+}.`);
  });

  it('one that was written without its content', async () => {
    const bare: Said = {
      chain: 'C',
      content: false,
      steps: [{ ...ASKED, prompt: [], answer: '', params: { seed: 1 } }],
    };
    here.write('a.jsonl', traceFile(bare, { chain: 'C', steps: [ASKED] }));
    expect(body((await diff('a.jsonl')).stdout)).toBe(
      'A was written without its content: prompts and answers are not compared\nseed: 1 → not set',
    );
  });

  it('what was masked stays so', async () => {
    here.write('a.jsonl', traceFile(asked('the key is ***'), asked('my key is ***')));
    expect(body((await diff('a.jsonl')).stdout)).toContain('user: [-the-]{+my+} key is ***');
  });

  it('answers of a megabyte', async () => {
    const lines = Array.from(
      { length: 20_000 },
      (_, at) => `line ${at}: of roses and of lilies, and of the rest of them\n`,
    );
    const a = lines.join('');
    const b = a.replace('line 12000: of roses', 'line 12000: of tulips');
    here.write('a.jsonl', traceFile({ ...ASKED, answer: a }, { ...ASKED, answer: b }));
    expect(body((await diff('a.jsonl')).stdout)).toBe(`parameters: the same
prompt: the same
answer:
  … 11998 lines the same …
  line 11998: of roses and of lilies, and of the rest of them
  line 11999: of roses and of lilies, and of the rest of them
  line 12000: of [-roses-]{+tulips+} and of lilies, and of the rest of them
  line 12001: of roses and of lilies, and of the rest of them
  line 12002: of roses and of lilies, and of the rest of them
  … 7997 lines the same …`);
  });
});

describe('what is wrong', () => {
  beforeEach(() => {
    here.write('a.jsonl', traceFile({ chain: 'C', steps: [ASKED] }));
    here.write('empty.jsonl', 'not a trace\n');
  });

  it.each<[args: readonly string[], code: number, stderr: string]>([
    [[], 2, "chain: missing required argument 'A'\n"],
    [['nix.jsonl'], 2, 'chain: nix.jsonl: no such file\n'],
    [
      ['a.jsonl'],
      2,
      'chain: a.jsonl: no run is before 00000001 in it\n       Name two runs: chain trace diff A B\n',
    ],
    [
      ['a.jsonl#00000002'],
      2,
      'chain: a.jsonl: 00000002-0000-4000-8000-000000000000 is a step of a run; no run is before it\n       Name two runs: chain trace diff A B\n',
    ],
    [
      ['a.jsonl', 'a.jsonl#beef'],
      2,
      'chain: a.jsonl: no run beef\n       chain trace show a.jsonl lists them.\n',
    ],
    [
      ['a.jsonl', 'empty.jsonl'],
      2,
      'chain: empty.jsonl: no run is in it; 1 line of other programs (line 1) passed over\n       A trace is JSON lines: chain run … --log run.jsonl, or --log-format jsonl for another name\n',
    ],
  ])('%j', async (args, code, stderr) => {
    expect(await diff(...args)).toEqual({ code, stdout: '', stderr });
  });

  it('--json tells it, too', async () => {
    const { code, stdout } = await here.run(['trace', 'diff', 'nix.jsonl', '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([
      2,
      { schema: 1, error: { code: 'file_not_readable', message: 'nix.jsonl: no such file' }, text: '' },
    ]);
  });
});
