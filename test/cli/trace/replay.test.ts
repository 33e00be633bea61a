import { rmSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, type Reply, reply, serve, stream, text, USAGE } from '../../models/loopback.js';
import { makeWorkspace, type Workspace } from '../../support/run-cli.js';
import { settleEvents } from '../../support/same-events.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('hi.txt', 'Say hello to {name}.\n');
});

function answerOf(...texts: readonly string[]): Reply {
  const end = event(delta({}, 'stop')) + event({ choices: [], usage: USAGE }) + DONE;
  return stream(...texts.map((part) => text(part)), end);
}

const at = ({ baseUrl }: { readonly baseUrl: string }) => ({ env: { OPENAI_BASE_URL: baseUrl } });

const RUN = ['run', 'hi.txt', '--var', 'name=Ann', '--log', 'run.jsonl'];
const REPLAY = ['trace', 'replay', 'run.jsonl'];
const SUMMARY =
  'gpt-5-mini-2025-08-07 · 9 in (5 cached) + 4 out (2 reasoning) = 13 tokens (reported) · no price · first token N ms · N ms\n';

/** Writes `run.jsonl`. */
async function log(args: readonly string[], ...replies: readonly Reply[]) {
  const server = await serve(...(replies.length > 0 ? replies : [answerOf('Hello', ', Ann!')]));
  return here.perform(args, at(server));
}

const kept = new Map<string, Promise<string>>();

/** Has `run.jsonl` as `log()` writes it for `Hello, Ann!`. It is written once, and each test has a copy. */
async function logged(args: readonly string[]): Promise<void> {
  const key = args.join(' ');
  const written = kept.get(key) ?? log(args).then(() => here.read('run.jsonl'));
  kept.set(key, written);
  here.write('run.jsonl', await written);
}

/** The id of a run in `run.jsonl`: that of its n-th event of a type. */
function idOf(type: string, index = 0): string {
  return here.events('run.jsonl').filter((one) => one.type === type)[index]!.runId as string;
}

describe('chain trace replay', () => {
  it('carries the last run out again, with no key, and compares it', async () => {
    const live = await log(RUN);
    const again = await here.run([...REPLAY, '--log', 'again.jsonl']);
    const compared = `
--- recorded ${idOf('chainStart').slice(0, 8)}
+++ again ${(here.events('again.jsonl')[0]!.runId as string).slice(0, 8)}

parameters, prompt and answer: the same

tokens  9 in (5 cached) + 4 out (2 reasoning) = 13 tokens (reported), the same
cost    no price
time    N ms → N ms`;
    expect(again).toEqual({
      code: 0,
      stdout: live.stdout,
      stderr: expect.stringContaining(`${SUMMARY}${compared}`),
    });
    expect(settleEvents(here.events('again.jsonl'))).toEqual(settleEvents(here.events('run.jsonl')));
  });

  it('gives the same events where no template is left to fill in', async () => {
    await log(['run', '--prompt', 'Hi {name}', '--var', 'name=Ann', '--log', 'run.jsonl']);
    const { code, stderr } = await here.perform([...REPLAY, '--log', 'again.jsonl']);
    expect([code, stderr]).toEqual([
      0,
      expect.stringContaining('\nparameters, prompt and answer: the same\n'),
    ]);
    expect(settleEvents(here.events('again.jsonl'))).toEqual(settleEvents(here.events('run.jsonl')));
  });

  it('chooses a run, and ends as that one did', async () => {
    await log(RUN, reply(401, { error: { message: 'No.' } }));
    await log(RUN);
    const first = idOf('chainStart');
    const { code, stdout, stderr } = await here.run([...REPLAY, first.slice(0, 13), '--quiet']);
    expect([code, stdout, stderr.split('\n')]).toEqual([
      1,
      '',
      [
        expect.stringMatching(/^chain: 127\.0\.0\.1:\d+ answered 401: No\.$/),
        '       Is OPENAI_API_KEY the right one for this server?',
        '',
      ],
    ]);
    expect((await here.run([...REPLAY, '--quiet'])).stdout).toBe('Hello, Ann!\n');
    expect((await here.run([...REPLAY, 'last~1', '--quiet'])).code).toBe(1);
  });

  it('a document with --json', async () => {
    await logged(RUN);
    const { code, stdout, stderr } = await here.perform([...REPLAY, '--json']);
    expect([code, stderr, JSON.parse(stdout)]).toMatchObject([0, '', { schema: 1, text: 'Hello, Ann!' }]);
  });

  it.each<{ args: readonly string[]; body: object; differs: string }>([
    {
      args: ['--live'],
      body: { model: 'gpt-5-mini', temperature: 0.5 },
      differs: 'parameters: the same\nprompt: the same',
    },
    {
      args: ['--model', 'm-2'],
      body: { model: 'm-2', temperature: 0.5 },
      differs: 'model: gpt-5-mini → m-2\nprompt: the same',
    },
    {
      args: ['--temperature', '1', '--seed', '3'],
      body: { model: 'gpt-5-mini', temperature: 1, seed: 3 },
      differs: 'temperature: 0.5 → 1\nseed: not set → 3\nprompt: the same',
    },
    {
      args: ['--var', 'name=Bo'],
      body: { temperature: 0.5, messages: [{ role: 'user', content: 'Say hello to Bo.' }] },
      differs: 'parameters: the same\nprompt:\n  user: Say hello to [-Ann-]{+Bo+}.',
    },
    {
      args: ['--system', 'Be brief, {name}.'],
      body: {
        messages: [
          { role: 'system', content: 'Be brief, Ann.' },
          { role: 'user', content: 'Say hello to Ann.' },
        ],
      },
      differs: 'parameters: the same\nprompt:\n  + system: {+Be brief, Ann.+}\n  user: the same',
    },
  ])('asks for real: $args', async ({ args, body, differs }) => {
    await logged([...RUN, '--temperature', '0.5']);
    here.write('home/.config/chain/config.yaml', 'defaults: { topP: 0.1, log: run.jsonl }');
    const server = await serve(answerOf('Good day'));
    const before = here.read('run.jsonl');
    const { code, stdout, stderr } = await here.perform([...REPLAY, ...args], at(server));
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'Good day\n' });
    expect(stderr).toContain(`\n\n${differs}\nanswer: [-Hello, Ann!-]{+Good day+}\n\ntokens `);
    expect(server.received).toHaveLength(1);
    expect(server.received[0]!.body).toMatchObject(body);
    expect(server.received[0]!.body).not.toHaveProperty('top_p');
    expect(here.read('run.jsonl')).toBe(before);
  });

  it('asks what was recorded where the template has changed, and says so', async () => {
    await logged(RUN);
    here.write('hi.txt', 'Greet {name}.\n');
    const server = await serve(answerOf('Good day'));
    const { stderr } = await here.perform([...REPLAY, '--live'], at(server));
    expect(server.received[0]!.body.messages).toEqual([{ role: 'user', content: 'Say hello to Ann.' }]);
    expect(stderr.split('\n')[1]).toBe(
      'note: hi.txt does not give the recorded prompt: it has changed, or --system was given; what was recorded is asked',
    );
  });

  it.each<{ args: readonly string[]; change?: () => void; why: string }>([
    {
      args: RUN,
      change: () => void here.write('hi.txt', 'Greet {name}.\n'),
      why: 'hi.txt does not give the recorded prompt: it has changed, or --system was given',
    },
    {
      args: ['run', '--prompt', 'Hi {name}', '--var', 'name=Ann', '--log', 'run.jsonl'],
      why: 'it was made from --prompt, which is not in the record',
    },
    {
      args: ['run', 'sub/hi.txt', '--var', 'name=Ann', '--log', 'run.jsonl'],
      change: () => rmSync(here.path('sub/hi.txt')),
      why: 'sub/hi.txt: no such file',
    },
  ])('--var needs the template: $why', async ({ args, change, why }) => {
    here.write('sub/hi.txt', 'Say hello to {name}.\n');
    await log(args);
    change?.();
    expect(await here.perform([...REPLAY, '--var', 'name=Bo'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `chain: --var needs the template: ${why}\n       chain run asks anew from a template, whatever was recorded.\n`,
    });
  });

  it('of a conversation, asks the model of a turn again; of several models one has to be named', async () => {
    const chat = ['chat', '--log', 'run.jsonl', '--quiet'];
    const server = await serve(answerOf('Hello!'), answerOf('A summary'), answerOf('Ann.'));
    await here.perform([...chat, '--memory', 'summary'], { ...at(server), stdin: 'I am Ann\n' });
    const [turn, first, second] = [idOf('chainStart'), idOf('chatModelStart'), idOf('chatModelStart', 1)].map(
      (id) => id.slice(0, 8),
    );
    expect(await here.perform(REPLAY)).toEqual({
      code: 2,
      stdout: '',
      stderr: `chain: run.jsonl: run ${turn} can't be repeated as a whole: it asked 2 times\n       Name the run of one of them: ${first} (gpt-5-mini), ${second} (gpt-5-mini)\n`,
    });
    expect((await here.perform([...REPLAY, second!, '--quiet'])).stdout).toBe('A summary\n');
    await here.perform(chat, { ...at(server), stdin: 'Who am I?\n' });
    const again = await here.perform([...REPLAY, '--quiet', '--record', 'c.jsonl']);
    expect(again).toEqual({ code: 0, stdout: 'Ann.\n', stderr: '' });
    expect(here.events('c.jsonl').map(({ type }) => type)).toEqual([
      'chatModelStart',
      'llmNewToken',
      'llmEnd',
    ]);
  });

  it.each<{ lines: readonly object[]; why: string }>([
    { lines: [], why: "run r can't be repeated: it asked no model" },
    {
      lines: [{ content: false }],
      why: "run r can't be repeated: what was said was left out when it was written",
    },
  ])('refuses what is not there: $why', async ({ lines, why }) => {
    const start = {
      type: 'chainStart',
      runId: 'r',
      parentRunId: null,
      name: 'C',
      time: 1,
      tags: [],
      metadata: {},
      inputs: {},
    };
    here.write('run.jsonl', `${JSON.stringify(Object.assign({}, start, ...lines))}\n`);
    expect(await here.perform(REPLAY)).toMatchObject({ code: 2, stderr: `chain: run.jsonl: ${why}\n` });
  });

  it('of a provider that is not known here, wants a model for real', async () => {
    const server = await serve(answerOf('Hello'));
    here.write('shop.yaml', `model: shop:rose-1\nproviders: { shop: { baseUrl: ${server.baseUrl} } }\n`);
    await here.perform([...RUN, '--config', 'shop.yaml']);
    expect((await here.perform([...REPLAY, '--quiet'])).stdout).toBe('Hello\n');
    expect(await here.perform([...REPLAY, '--live'])).toMatchObject({
      code: 2,
      stderr:
        "chain: rose-1 of shop can't be asked from here\n       Name a model: --model gpt-5-mini, --model ollama:llama3.2.\n",
    });
    expect((await here.perform([...REPLAY, '--live', '--config', 'shop.yaml', '--quiet'])).code).toBe(0);
  });

  it('--replay-timing has nothing to do with what is asked for real', async () => {
    await logged(RUN);
    expect(await here.perform([...REPLAY, '--replay-timing', '--seed', '1'])).toMatchObject({
      code: 2,
      stderr:
        'chain: --replay-timing and --seed at once: the model is asked again\n       Only what is recorded has a time that it took.\n',
    });
  });

  it('reads no template that gives another prompt, whatever a trace names', async () => {
    await logged(RUN);
    here.write('secret.txt', 'my secret {name}');
    here.write('run.jsonl', here.read('run.jsonl').replace('"hi.txt"', '"secret.txt"'));
    const server = await serve(answerOf('x'));
    await here.perform([...REPLAY, '--live'], at(server));
    expect(JSON.stringify(server.received[0]!.body)).not.toContain('secret');
  });
});
