import { existsSync, readdirSync } from 'node:fs';
import { afterAll, beforeAll, describe, type ExpectStatic, it, vi } from 'vitest';
import { loadConversation } from '../../src/chains/conversation-file.js';
import { endless, type Reply } from '../models/loopback.js';
import { makeWorkspace, type Running, type Workspace } from '../support/run-cli.js';
import { type Answered, pathOf } from './fault-case.js';
import { type FaultServer, startFaultServer } from './fault-server.js';
import { SIGNAL_CASES, SIGNALS, type SignalCase } from './signal-cases.js';
import { DONE, say, stop, usage } from './wire.js';

type Command = 'run' | 'chat';

/** An answer in many writes. */
const slowly: Reply = async (response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  for (let count = 0; count < 20; count++) {
    response.write(say('word '));
    await new Promise((resolve) => setImmediate(resolve));
  }
  response.end(stop() + usage(3, 20) + DONE);
};
const TO_KILL: Readonly<Record<Command, Answered>> = {
  run: { fault: 'endless', replies: [endless] },
  chat: { fault: 'slowly', replies: [slowly] },
};

let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer([...SIGNAL_CASES, ...Object.values(TO_KILL)]);
});
afterAll(() => server.close());

const ROWS = SIGNAL_CASES.flatMap((one) =>
  (one.commands ?? (['run', 'chat'] as const)).flatMap((command) =>
    (one.signals ?? (['SIGINT', 'SIGTERM', 'SIGHUP'] as const)).map(
      (signal) => [signal, one.fault, command, one] as const,
    ),
  ),
);

/** Node can end another process there, and nothing more. */
const NO_SIGNALS = process.platform === 'win32';

describe.skipIf(NO_SIGNALS)('a signal', () => {
  it.concurrent.for(ROWS)('%s %s: chain %s', async ([signal, , command, one], { expect, onTestFinished }) => {
    const here = makeWorkspace(onTestFinished);
    const client = `${command}-${signal}`;
    here.write('own.mjs', one.handlers ?? '');
    const running = start(
      here,
      command,
      one,
      client,
      one.handlers === undefined ? [] : ['--callback', 'own.mjs'],
    );
    running.child.stdin.write('Hi\n');
    if (one.handlers !== undefined) running.child.stdin.end();
    await comes(one, { here, running, client });
    running.child.kill(signal);
    if (one.again !== undefined) {
      await running.sees(one.again);
      running.child.kill(signal);
    }
    expect(await running.done).toEqual({
      code: SIGNALS[signal],
      stdout: one.answer ?? '',
      stderr: one.told[command],
    });
    const log = here.events('log.jsonl').slice(-one.logged.length);
    expect(log.map(({ type }) => type)).toEqual(one.logged);
    const errors = log.flatMap(({ error }) => (error === undefined ? [] : [error]));
    expect(errors).toEqual(errors.map(() => expect.objectContaining({ code: 'aborted' })));
  });
});

describe.skipIf(NO_SIGNALS)('SIGKILL at some moment, five times in a row', () => {
  const SEEDS = [
    ['run', 1],
    ['run', 2],
    ['chat', 3],
    ['chat', 4],
  ] as const;
  it.concurrent.for(SEEDS)('chain %s, seed %i', async ([command, seed], { expect, onTestFinished }) => {
    const here = makeWorkspace(onTestFinished);
    const random = randomOf(seed);
    const kept = command === 'run' ? await makeKept(here) : [];
    let turns = 0;
    for (let kills = 1; kills <= 5; kills++) {
      const before = linesOf(here).length;
      const flags =
        command === 'chat' ? ['--session', 's'] : ['--record', 'kept.jsonl', '--output', 'kept.txt'];
      const running = start(here, command, TO_KILL[command], `kill-${seed}`, flags);
      running.child.stdin.write('Hi\n'.repeat(100));
      const enough = before + Math.floor(random() * 80);
      await vi.waitUntil(() => linesOf(here).length >= enough, { timeout: 20_000, interval: 5 });
      await new Promise((resolve) => setTimeout(resolve, random() * 10));
      running.child.kill('SIGKILL');
      await running.done;
      expect(running.child.signalCode).toBe('SIGKILL');
      expect(linesOf(here).filter((line) => !isJson(line)).length).toBeLessThanOrEqual(kills);
      if (command === 'chat') turns = await expectWhole(here, turns, expect);
    }
    await expectShown(here, expect);
    if (command === 'chat') return;
    // What the killed ones had recorded stands beside that, as far as it came.
    expect(KEPT.map(here.read)).toEqual(kept);
    const begun = readdirSync(here.folder).filter((name) => /^kept\.jsonl\..*\.tmp$/.test(name));
    const longest = begun.sort((a, b) => linesOf(here, a).length - linesOf(here, b).length).at(-1)!;
    const { code, stdout } = await here.run(['trace', 'show', longest]);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^run [\da-f-]{36} · [^·]+ · unfinished · /)]);
  });
});

const KEPT = ['kept.jsonl', 'kept.txt'];

/** A recording and an answer of an earlier run. */
async function makeKept(here: Workspace): Promise<readonly string[]> {
  const [record, output] = KEPT as [string, string];
  await here.run(['run', '--prompt', '1 + 2 =', '--record', record, '--output', output]);
  return KEPT.map(here.read);
}

function start(
  here: Workspace,
  command: Command,
  one: Answered,
  client: string,
  flags: readonly string[],
): Running {
  here.write('hi.txt', 'Say hello.\n');
  return here.start([command, ...(command === 'run' ? ['hi.txt'] : []), '--log', 'log.jsonl', ...flags], {
    env: { OPENAI_BASE_URL: `${server.http}/${pathOf(one)}/${client}/v1` },
    stdin: 'open',
  });
}

interface Phase {
  readonly here: Workspace;
  readonly running: Running;
  readonly client: string;
}

/** Settles when the phase of a case has come. */
async function comes(one: SignalCase, { here, running, client }: Phase): Promise<void> {
  const { seen } = one;
  if ('text' in seen) return running.sees(seen.text);
  const isThere =
    'calls' in seen
      ? () => server.calls(one, client) === seen.calls
      : () => linesOf(here).some((line) => line.startsWith(`{"type":"${seen.event}"`));
  await vi.waitUntil(isThere, { timeout: 20_000, interval: 20 });
}

/** A session is the old one or the new one: it never loses a turn, and is always whole. */
async function expectWhole(here: Workspace, before: number, expect: ExpectStatic): Promise<number> {
  const file = here.path('home/.local/share/chain/sessions/s.json');
  const turns = existsSync(file) ? (await loadConversation(file)).turns : [];
  expect(turns.length).toBeGreaterThanOrEqual(before);
  expect(new Set(turns.map(({ output }) => output))).toEqual(
    new Set(turns.length === 0 ? [] : ['word '.repeat(20)]),
  );
  return turns.length;
}

/** The log is read on, by the command that shows it. */
async function expectShown(here: Workspace, expect: ExpectStatic): Promise<void> {
  const { code, stdout } = await here.run(['trace', 'show', 'log.jsonl']);
  const events = linesOf(here)
    .filter(isJson)
    .map((line) => JSON.parse(line));
  const roots = events.filter(({ type, parentRunId }) => type === 'chainStart' && parentRunId === null);
  expect(roots.length).toBeGreaterThan(0);
  const runs = roots.length === 1 ? '1 run' : `${roots.length} runs`;
  expect([code, stdout.split('\n')[0]]).toEqual([0, `log.jsonl: ${runs}`]);
}

function linesOf(here: Workspace, file = 'log.jsonl'): readonly string[] {
  return existsSync(here.path(file)) ? here.read(file).split('\n').filter(Boolean) : [];
}

function isJson(line: string): boolean {
  try {
    JSON.parse(line);
    return true;
  } catch {
    return false;
  }
}

/** The same numbers for the same seed, from 0 to 1. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 16_807) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
