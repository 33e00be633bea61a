import { readdirSync, statSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, type Reply, reply, serve, stream, text, USAGE } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';
import { settleEvents } from '../support/same-events.js';

const KEY = 'sk-test-0123456789abcdef';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('hi.txt', 'Say hello to {name}.\n');
});

const RUN = ['run', 'hi.txt', '--var', 'name=Ann'];
const REPLAY = ['--replay', 'c.jsonl'];

function ending(reason = 'stop'): string {
  return event(delta({}, reason)) + event({ choices: [], usage: USAGE }) + DONE;
}

function answerOf(...texts: readonly string[]): Reply {
  return stream(...texts.map((part) => text(part)), ending());
}

function at({ baseUrl }: { readonly baseUrl: string }, key = KEY): Record<string, string> {
  return { OPENAI_BASE_URL: baseUrl, OPENAI_API_KEY: key };
}

/** Records one answer to `args`, and gives what the command did. */
async function record(args: readonly string[] = RUN, ...replies: readonly Reply[]) {
  const server = await serve(...(replies.length > 0 ? replies : [answerOf('Hello', ', Ann!')]));
  return here.perform([...args, '--record', 'c.jsonl'], { env: at(server) });
}

let recording: Promise<string> | undefined;

/** What `record()` records. It is recorded once, and each test has a copy. */
async function recorded(): Promise<void> {
  recording ??= record().then(({ code }) => {
    expect(code).toBe(0);
    return here.read('c.jsonl');
  });
  here.write('c.jsonl', await recording);
}

const SLOW_DOWN = reply(429, { error: { message: 'Slow down' } }, { 'retry-after-ms': '1' });
const BROKEN = reply(500, { error: { message: 'Out of order' } }, { 'retry-after-ms': '1' });

interface Case {
  readonly what: string;
  readonly args?: readonly string[];
  readonly replies: readonly Reply[];
  readonly code?: number;
}

const message = { role: 'assistant', content: 'Hello, Ann!' };
const document = (choice: object) => ({ id: 'c', model: 'm-1', choices: [choice], usage: USAGE });
const call = { index: 0, id: 'call_1', type: 'function', function: { name: 'add', arguments: '{"a":1}' } };

const CASES: readonly Case[] = [
  { what: 'a stream', replies: [answerOf('Hello', ', ', 'Ann!')] },
  { what: 'a stream without a usage', replies: [stream(text('Hello'), text('', 'stop'), DONE)] },
  {
    what: 'an answer at once',
    args: ['--no-stream'],
    replies: [reply(200, document({ index: 0, message, finish_reason: 'stop' }))],
  },
  {
    what: 'a completion model',
    args: ['--model', 'gpt-3.5-turbo-instruct'],
    replies: [
      stream(
        event({ id: 'cmpl-1', model: 'gpt-3.5-turbo-instruct', choices: [{ index: 0, text: 'Hello' }] }),
        event({ choices: [{ index: 0, text: '!', finish_reason: 'stop' }], usage: USAGE }),
        DONE,
      ),
    ],
  },
  { what: 'an empty answer', replies: [answerOf()] },
  { what: 'two retries, then an answer', replies: [SLOW_DOWN, SLOW_DOWN, answerOf('Hello')] },
  { what: 'a server that never works', replies: [BROKEN], code: 1 },
  { what: 'a cut stream', args: ['--retries', '0'], replies: [stream(text('Hello, '), text('An'))], code: 1 },
  {
    what: 'an error in the middle of a stream',
    replies: [stream(text('Hel'), event({ error: { message: 'Out of order', code: 500 } }))],
    code: 1,
  },
  { what: 'no answer in time', args: ['--retries', '0', '--timeout', '0.05'], replies: [() => {}], code: 1 },
  {
    what: 'a key that is refused, with a hint',
    replies: [reply(401, { error: { message: `Incorrect API key provided: ${KEY}.` } })],
    code: 1,
  },
  {
    what: 'a model that is not there, with a hint',
    replies: [
      reply(404, { error: { message: 'No such model' } }),
      reply(200, { data: [{ id: 'llama3.2' }] }),
    ],
    code: 1,
  },
  { what: 'tool calls', replies: [stream(event(delta({ tool_calls: [call] })), ending('tool_calls'))] },
  { what: 'an answer cut at its limit', replies: [stream(text('Hel'), ending('length'))] },
  {
    what: 'Chinese, emoji and control characters',
    replies: [answerOf('你', '好 👋🏽', '\x1b[31m\u202e\r\n')],
  },
  {
    what: 'parameters',
    args: ['--temperature', '0.5', '--stop', 'END', '--seed', '1'],
    replies: [answerOf('x')],
  },
  { what: 'a key in the prompt', args: ['--var', `name=${KEY}`], replies: [answerOf('Hello')] },
  {
    what: 'a budget that cuts the answer',
    args: ['--max-total-tokens', '20'],
    replies: [stream(text('one two three four five six seven eight nine ten'), text(' eleven'), ending())],
    code: 3,
  },
];

describe('a recorded run', () => {
  it.each(CASES)(
    'gives the same again, with no key and no server: $what',
    async ({ args = [], replies, code = 0 }) => {
      const live = await record([...RUN, ...args], ...replies);
      expect(live.code).toBe(code);
      const again = await here.perform([...RUN, ...args, ...REPLAY, '--log', 'again.jsonl']);
      expect(again).toEqual(live);
      expect(settleEvents(here.events('again.jsonl'))).toEqual(settleEvents(here.events('c.jsonl')));
      expect(here.read('c.jsonl') + here.read('again.jsonl')).not.toContain(KEY);
    },
  );

  it('--json: the same document', async () => {
    const live = await record([...RUN, '--json']);
    const again = await here.run([...RUN, ...REPLAY, '--json']);
    const settle = (line: string) => {
      const { durationMs, firstTokenMs, runId, ...rest } = JSON.parse(line);
      return [rest, typeof durationMs, typeof firstTokenMs, typeof runId];
    };
    expect(settle(again.stdout)).toEqual(settle(live.stdout));
  });

  it('any log of JSON lines serves, one of several runs by what was asked', async () => {
    const server = await serve(answerOf('Hello, Ann!'), answerOf('Hello, Bo!'));
    const log = ['--log', 'c.jsonl', '--quiet'];
    await here.run([...RUN, ...log], { env: at(server) });
    await here.run(['run', 'hi.txt', '--var', 'name=Bo', ...log], { env: at(server) });
    const again = await here.run(['run', 'hi.txt', '--var', 'name=Bo', ...REPLAY, '--quiet']);
    expect(again).toEqual({ code: 0, stdout: 'Hello, Bo!\n', stderr: '' });
  });

  it('a stream can be had at once, and what came at once as a stream of one piece', async () => {
    await recorded();
    await here.perform([...RUN, ...REPLAY, '--no-stream', '--quiet', '--record', 'whole.jsonl']);
    expect(here.events('whole.jsonl').map(({ type }) => type)).not.toContain('llmNewToken');
    const again = await here.perform([...RUN, '--replay', 'whole.jsonl', '--quiet', '--log', 'again.jsonl']);
    expect(again.stdout).toBe('Hello, Ann!\n');
    expect(here.events('again.jsonl').flatMap(({ token }) => token ?? [])).toEqual(['Hello, Ann!']);
  });

  it('is found by the model that is named now, if one is', async () => {
    await record([...RUN, '--model', 'm-1', '--quiet']);
    const named = async (...args: string[]) =>
      (await here.perform([...RUN, ...REPLAY, '--quiet', ...args])).code;
    expect([await named(), await named('--model', 'm-1'), await named('--model', 'm-2')]).toEqual([0, 0, 1]);
    const env = { CHAIN_MODEL: 'm-2' };
    expect((await here.perform([...RUN, ...REPLAY, '--quiet'], { env })).code).toBe(1);
    // A key by itself names none.
    expect((await here.perform([...RUN, ...REPLAY, '--quiet'], { env: { OPENAI_API_KEY: KEY } })).code).toBe(
      0,
    );
  });

  it('has the provider that it had, wherever the model would be asked now', async () => {
    const server = await serve(answerOf('Hello'));
    here.write('shop.yaml', `model: shop:rose-1\nproviders: { shop: { baseUrl: ${server.baseUrl} } }\n`);
    const live = await here.perform([...RUN, '--config', 'shop.yaml', '--record', 'c.jsonl']);
    const again = await here.perform([...RUN, ...REPLAY, '--log', 'again.jsonl']);
    expect(again).toEqual(live);
    expect(settleEvents(here.events('again.jsonl'))).toEqual(settleEvents(here.events('c.jsonl')));
    expect(here.events('again.jsonl')[2]).toMatchObject({ model: 'rose-1', provider: 'shop' });
  });

  it('has no key, on the screen neither', async () => {
    const live = await record(
      ['run', 'hi.txt', '--var', `name=${KEY}`, '--quiet'],
      answerOf(`Hello, ${KEY}!`),
    );
    expect(live.stdout).toBe(`Hello, ${KEY}!\n`);
    const again = await here.perform(['run', 'hi.txt', '--var', `name=${KEY}`, ...REPLAY, '--quiet']);
    expect(again).toEqual({ code: 0, stdout: 'Hello, ***!\n', stderr: '' });
  });

  it.skipIf(process.platform === 'win32')(
    'that was stopped replays as far as it came, and fails',
    async () => {
      const server = await serve(async (response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(text('Hel'));
      });
      const running = here.start([...RUN, '--record', 'c.jsonl'], { env: at(server) });
      await running.sees('Hel');
      running.child.kill('SIGINT');
      const live = await running.done;
      const again = await here.perform([...RUN, ...REPLAY, '--log', 'again.jsonl']);
      expect(again).toEqual({
        code: 1,
        stdout: live.stdout,
        stderr: `${live.stderr}chain: the request was aborted\n       It was stopped there when it was recorded.\n`,
      });
      expect(settleEvents(here.events('again.jsonl')).map(({ type, text: said }) => said ?? type)).toEqual(
        settleEvents(here.events('c.jsonl')).map(({ type, text: said }) => said ?? type),
      );
    },
  );
});

describe('a replay', () => {
  it.skipIf(process.platform === 'win32')(
    'stops at once on Ctrl-C, also while it waits for its time',
    async () => {
      await recorded();
      const later = here.events('c.jsonl').map((one) => {
        const hours = one.token === ', Ann!' || 'durationMs' in one ? 5 : 0;
        return { ...one, time: (one.time as number) + hours * 3_600_000 };
      });
      here.write('c.jsonl', later.map((one) => `${JSON.stringify(one)}\n`).join(''));
      const running = here.start([...RUN, ...REPLAY, '--replay-timing']);
      await running.sees('Hello');
      running.child.kill('SIGINT');
      expect(await running.done).toEqual({
        code: 130,
        stdout: 'Hello\n',
        stderr:
          'gpt-5-mini-2025-08-07 · 12 in + 1 out = 13 tokens (estimated) · no price · stopped after N ms\n',
      });
    },
  );

  it('gives several answers to one request in their order, and the last one again', async () => {
    const server = await serve(answerOf('one'), answerOf('two'));
    const chat = ['chat', '--quiet'];
    const stdin = 'Hi\n/undo\nHi\n';
    const live = await here.perform([...chat, '--record', 'c.jsonl'], { env: at(server), stdin });
    expect([live.code, live.stdout]).toEqual([0, 'one\ntwo\n']);
    const again = await here.perform([...chat, ...REPLAY], { stdin: `${stdin}/undo\nHi\n` });
    expect([again.code, again.stdout]).toEqual([0, 'one\ntwo\ntwo\n']);
  });

  it('needs the flag that the others belong to', async () => {
    expect(await here.perform([...RUN, '--replay-timing', '--live-on-miss'])).toEqual({
      code: 2,
      stdout: '',
      stderr:
        'chain: --replay-timing and --live-on-miss without --replay: nothing is replayed\n       Name a recording, such as --replay cassette.jsonl.\n',
    });
  });
});

describe('a conversation', () => {
  it('is replayed from its log, turn by turn', async () => {
    const server = await serve(answerOf('Hello, Ann!'), answerOf('You are', ' Ann.'));
    const stdin = 'I am Ann\nWho am I?\n';
    const live = await here.run(['chat', '--log', 'c.jsonl'], { env: at(server), stdin });
    expect(live.stdout).toBe('Hello, Ann!\nYou are Ann.\n');
    const again = await here.run(['chat', ...REPLAY, '--log', 'again.jsonl'], { stdin });
    expect(again).toEqual(live);
    expect(settleEvents(here.events('again.jsonl'))).toEqual(settleEvents(here.events('c.jsonl')));
  });

  it('goes on after a turn that is not recorded, and says what differs', async () => {
    const server = await serve(answerOf('Hello, Ann!'), answerOf('You are Ann.'));
    await here.perform(['chat', '--system', '', '--log', 'c.jsonl'], {
      env: at(server),
      stdin: 'I am Ann\nWho am I?\n',
    });
    const stdin = 'I am Ann\nWho are you?\nWho am I?\n';
    const run = here.events('c.jsonl').filter(({ type }) => type === 'chatModelStart')[1]!.runId as string;
    expect(await here.perform(['chat', '--system', '', ...REPLAY, '--quiet'], { stdin })).toEqual({
      code: 1,
      stdout: 'Hello, Ann!\nYou are Ann.\n',
      stderr: `the nearest request in c.jsonl is that of run ${run.slice(0, 8)} ([-recorded-], {+asked+}):
  message 3 (user): Who [-am I-]{+are you+}?
chain: c.jsonl has no answer to this request; the nearest one differs in message 3 (user)
       --live-on-miss asks the model; --record in place of --replay makes the recording anew.
chain: 1 of 3 inputs failed
`,
    });
  });
});

describe('a request that is not recorded', () => {
  let run: string;
  beforeEach(async () => {
    await recorded();
    const start = here.events('c.jsonl').find(({ type }) => type === 'chatModelStart');
    run = (start!.runId as string).slice(0, 8);
  });

  const HINT =
    '       --live-on-miss asks the model; --record in place of --replay makes the recording anew.\n';

  it.each<{ args: readonly string[]; difference: string; names: string }>([
    {
      args: ['--var', 'name=Bo'],
      difference: '  user message: Say hello to [-Ann-]{+Bo+}.\n',
      names: 'user message',
    },
    { args: ['--temperature', '0.5'], difference: '  temperature: {+0.5+}\n', names: 'temperature' },
    {
      args: ['--model', 'gpt-5', '--stop', 'a\nb'],
      difference: '  model: [-gpt-5-mini-]{+gpt-5+}\n  stop: {+["a\\nb"]+}\n',
      names: 'model, stop',
    },
    {
      args: ['--system', 'Be brief.'],
      difference: '  message 1 (system): {+Be brief.+}\n',
      names: 'message 1 (system)',
    },
    {
      args: ['--model', 'gpt-3.5-turbo-instruct'],
      difference:
        '  kind: [-chat-]{+completion+}\n  model: [-gpt-5-mini-]{+gpt-3.5-turbo-instruct+}\n  prompt: {+Say hello to Ann.+}\n  user message: [-Say hello to Ann.-]\n',
      names: 'kind, model, prompt, user message',
    },
  ])('stops with what differs: $args', async ({ args, difference, names }) => {
    expect(await here.perform([...RUN, ...args, ...REPLAY, '--log', 'miss.jsonl'])).toEqual({
      code: 1,
      stdout: '',
      stderr: `the nearest request in c.jsonl is that of run ${run} ([-recorded-], {+asked+}):\n${difference}chain: c.jsonl has no answer to this request; the nearest one differs in ${names}\n${HINT}`,
    });
    expect(here.events('miss.jsonl').map(({ type }) => type)).toEqual([
      'chainStart',
      'text',
      args.includes('gpt-3.5-turbo-instruct') ? 'llmStart' : 'chatModelStart',
      'llmError',
      'chainError',
    ]);
  });

  it('says what differs where there are several runs, once for those that ask the same', async () => {
    await record();
    const { code, stderr } = await here.perform(['run', 'hi.txt', '--var', 'name=Bo', '-n', '2', ...REPLAY]);
    expect(code).toBe(1);
    expect(stderr.match(/user message: Say hello to \[-Ann-\]\{\+Bo\+\}\./g)).toHaveLength(1);
    expect(stderr).toMatch(/^all +\S+ m?s$/m); // No tokens: no model was asked.
  });

  it('has only the surroundings of what differs in a long prompt, whatever is in it', async () => {
    const long = (word: string) => `${'word '.repeat(2000)}${word}\x1b[31m\n${' more'.repeat(2000)}`;
    here.write('long.txt', long('this'));
    await record(['run', 'long.txt', '--quiet']);
    here.write('long.txt', long('that'));
    const { stderr } = await here.perform(['run', 'long.txt', ...REPLAY]);
    expect(stderr.split('\n').slice(1, 3)).toEqual([
      '  user message:',
      '    …word word word word word word word word [-this-]{+that+}',
    ]);
    expect(stderr.length).toBeLessThan(600);
    expect(stderr).not.toContain('\x1b');
  });

  it('is shown in colour where it may', async () => {
    const env = { FORCE_COLOR: '1' };
    const { stderr } = await here.perform([...RUN, '--var', 'name=Bo', ...REPLAY], { env });
    expect(stderr).toContain('Say hello to \x1b[31mAnn\x1b[39m\x1b[32mBo\x1b[39m.\n');
  });

  it('is an error document with --json', async () => {
    const { code, stdout } = await here.perform([...RUN, '--seed', '1', ...REPLAY, '--json']);
    expect([code, JSON.parse(stdout)]).toEqual([
      1,
      {
        schema: 1,
        error: {
          code: 'not_recorded',
          message: 'c.jsonl has no answer to this request; the nearest one differs in seed',
        },
        text: '',
      },
    ]);
  });

  it('a recording stays where the next one has no answer', async () => {
    const before = here.read('c.jsonl');
    const server = await serve(BROKEN);
    const args = [...RUN, '--record', 'c.jsonl', '--retries', '0'];
    const { code, stderr } = await here.perform(args, { env: at(server) });
    const [next] = readdirSync(here.folder).filter((name) => name.endsWith('.tmp'));
    expect([code, stderr.trimEnd().split('\n')]).toEqual([
      1,
      [
        `warning: --record c.jsonl: no model answered, and the recording that was there stays; this one is ${here.path(next!)}`,
        expect.stringMatching(/^chain: 127\.0\.0\.1:\d+ answered 500: Out of order$/),
      ],
    ]);
    expect(here.read('c.jsonl')).toBe(before);
    expect(here.events(next!).map(({ type }) => type)).toEqual([
      'chainStart',
      'text',
      'chatModelStart',
      'llmError',
      'chainError',
    ]);
  });

  it('--live-on-miss asks the model, and --record keeps it', async () => {
    const server = await serve(answerOf('Hello, Bo!'));
    const both = [...REPLAY, '--live-on-miss', '--record', 'new.jsonl', '--quiet'];
    const bo = ['run', 'hi.txt', '--var', 'name=Bo'];
    expect((await here.perform([...bo, ...both], { env: at(server) })).stdout).toBe('Hello, Bo!\n');
    expect((await here.perform([...RUN, ...both], { env: at(server) })).stdout).toBe('Hello, Ann!\n');
    expect(server.received.map(({ body }) => body.model)).toEqual(['gpt-5-mini']);
    await here.perform([...bo, ...both], { env: at(server) });
    const again = await here.perform([...bo, '--replay', 'new.jsonl', '--quiet']);
    expect(again).toEqual({ code: 0, stdout: 'Hello, Bo!\n', stderr: '' });
  });

  it('--live-on-miss needs a key, as always', async () => {
    const { code, stderr } = await here.perform([...RUN, '--var', 'name=Bo', ...REPLAY, '--live-on-miss']);
    expect([code, stderr.split('\n')[0]]).toEqual([
      2,
      "chain: gpt-5-mini can't be asked: OPENAI_API_KEY is not set",
    ]);
  });
});

describe('a file that has no answer', () => {
  const WHY =
    '       One is recorded by chain run … --record cassette.jsonl, and any --log run.jsonl will do.\n';

  it.each<{ content: string; why: string }>([
    { content: '', why: 'no run is in it' },
    {
      content: 'Dear diary\nit rains\n',
      why: 'no run is in it; 2 lines of other programs (lines 1, 2) passed over',
    },
    {
      content: '2026-11-21 13:02:48.123 | INFO     | [1a2b3c4d] chainStart LLMChain\n',
      why: 'it is a log for people, and only one of JSON lines can be replayed',
    },
    {
      content:
        '{"type":"chainStart","runId":"a","parentRunId":null,"name":"C","time":1,"tags":[],"metadata":{},"inputs":{}}\n',
      why: 'no model ran in it',
    },
    {
      content: [
        '{"type":"chainStart","runId":"a","parentRunId":null,"name":"C","time":1,"tags":[],"metadata":{},"content":false,"inputs":{}}',
        '{"type":"chatModelStart","runId":"b","parentRunId":"a","name":"M","time":1,"tags":[],"metadata":{},"model":"m","provider":"p","params":{},"messages":[],"tools":[]}\n',
      ].join('\n'),
      why: 'what was said was left out when it was written',
    },
  ])('is refused: $why', async ({ content, why }) => {
    here.write('c.jsonl', content);
    expect(await here.perform([...RUN, ...REPLAY])).toEqual({
      code: 2,
      stdout: '',
      stderr: `chain: c.jsonl: no answer to replay: ${why}\n${WHY}`,
    });
  });

  it('or is not there', async () => {
    expect(await here.run([...RUN, '--replay', 'nope.jsonl'])).toEqual({
      code: 2,
      stdout: '',
      stderr: 'chain: nope.jsonl: no such file\n',
    });
  });
});

describe('a damaged recording', () => {
  beforeEach(() => recorded());
  const lines = () => here.read('c.jsonl').trimEnd().split('\n');
  const replay = () => here.perform([...RUN, ...REPLAY, '--quiet', '--log', 'again.jsonl']);

  it('that lost tokens still has the whole answer', async () => {
    here.write('c.jsonl', `${lines().toSpliced(3, 1).join('\n')}\n`);
    expect(await replay()).toEqual({ code: 0, stdout: 'Hello, Ann!\n', stderr: '' });
  });

  it('with lines of others between is read all the same', async () => {
    here.write(
      'c.jsonl',
      lines()
        .flatMap((line) => ['noise', line, ''])
        .join('\n'),
    );
    expect(await replay()).toEqual({ code: 0, stdout: 'Hello, Ann!\n', stderr: '' });
  });

  it('that breaks off replays as far as it goes, unless there is a whole one', async () => {
    const whole = here.read('c.jsonl');
    const half = `${lines().slice(0, 4).join('\n')}\n{"type":"llmNew`;
    here.write('c.jsonl', half);
    expect(await replay()).toEqual({
      code: 1,
      stdout: 'Hello\n',
      stderr: 'chain: the recording of this answer breaks off here\n',
    });
    here.write('c.jsonl', `${half}\n${whole}`);
    expect(await replay()).toEqual({ code: 0, stdout: 'Hello, Ann!\n', stderr: '' });
  });
});

describe('--record', () => {
  it('replaces what is in the file, and is for its owner alone', async () => {
    await recorded();
    await record(['run', 'hi.txt', '--var', 'name=Bo', '--quiet']);
    expect(here.events('c.jsonl').filter(({ type }) => type === 'chainStart')).toMatchObject([
      { inputs: { name: 'Bo' } },
    ]);
    if (process.platform !== 'win32') expect(statSync(here.path('c.jsonl')).mode & 0o777).toBe(0o600);
  });

  it('is JSON lines whatever its name, beside a log', async () => {
    const files = ['--record', 'c.txt', '--log', 'run.log'];
    await here.perform([...RUN, '--model', 'offline', ...files, '--quiet']);
    expect(here.events('c.txt').at(-1)?.type).toBe('chainEnd');
    expect(here.read('run.log')).toContain('chainEnd');
  });

  it('leaves the old one where the run does not begin', async () => {
    await recorded();
    const before = here.read('c.jsonl');
    expect((await here.perform([...RUN, '--model', 'gpt-5', '--record', 'c.jsonl'])).code).toBe(2);
    expect((await here.perform(['run', 'nope.txt', '--record', 'c.jsonl'])).code).toBe(2);
    expect(here.read('c.jsonl')).toBe(before);
  });

  it.skipIf(process.platform !== 'linux')('that gets no room on the disk leaves the old one', async () => {
    await recorded();
    const before = here.read('c.jsonl');
    const command = ['bash', '-c', 'ulimit -f 1; exec "$@"', 'bash', process.execPath];
    const args = ['run', '--prompt', 'word '.repeat(1000), '--model', 'offline', '--record', 'c.jsonl'];
    const { code, stderr } = await here.run(args, { command });
    const [part] = readdirSync(here.folder).filter((name) => name.endsWith('.tmp'));
    expect([code, stderr.split('\n').slice(1)]).toEqual([
      0,
      [
        `warning: --record c.jsonl: it could not be written whole; what there is of it is in ${here.path(part!)}`,
        '',
      ],
    ]);
    expect(here.read('c.jsonl')).toBe(before);
  });

  it('leaves nothing else behind', async () => {
    await recorded();
    await record();
    expect(readdirSync(here.folder).sort()).toEqual(['c.jsonl', 'hi.txt', 'home']);
  });

  it('of a measurement of memories', async () => {
    here.write('talk.yaml', 'turns: [{ user: I am Ann }, { user: Who am I? }]\n');
    const args = ['memory', 'talk.yaml', '--memory', 'buffer', '--model', 'offline', '--record', 'c.jsonl'];
    expect((await here.perform(args)).code).toBe(0);
    expect(here.events('c.jsonl').filter(({ type }) => type === 'chatModelStart')).toHaveLength(2);
  });

  it.each<{ args: readonly string[]; why: string }>([
    { args: ['--record', 'hi.txt'], why: '--record hi.txt is a file that is read' },
    { args: [...REPLAY, '--record', './c.jsonl'], why: '--record ./c.jsonl is a file that is read' },
    { args: [...REPLAY, '--log', 'c.jsonl'], why: '--log c.jsonl is a file that is read' },
    {
      args: ['--record', 'diary.txt'],
      why: '--record diary.txt: it holds something else than a trace (line 1), and would be replaced',
    },
  ])('refuses $args', async ({ args, why }) => {
    await recorded();
    here.write('diary.txt', 'Dear diary\n');
    const before = ['hi.txt', 'c.jsonl', 'diary.txt'].map(here.read);
    const { code, stderr } = await here.perform([...RUN, '--model', 'offline', ...args]);
    expect([code, stderr.split('\n')[0]]).toEqual([2, `chain: ${why}`]);
    expect(['hi.txt', 'c.jsonl', 'diary.txt'].map(here.read)).toEqual(before);
  });
});
