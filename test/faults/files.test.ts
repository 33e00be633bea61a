import { spawnSync } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { endless, type Reply, stream } from '../models/loopback.js';
import { makeWorkspace, type Outcome, type Workspace } from '../support/run-cli.js';
import { pathOf } from './fault-case.js';
import { type FaultServer, startFaultServer } from './fault-server.js';
import { type Command, type FileCase, type Need, SESSIONS } from './file-case.js';
import { FILE_CASES } from './file-cases.js';
import { DONE, say, stop, usage } from './wire.js';

const LARGE = 'x'.repeat(200_000);
/** Two tokens of 256 KiB. */
const WIDE = say('x'.repeat(256 * 1024));
const EVENTS = [
  ...['chainStart', 'text', 'chatModelStart', 'llmNewToken', 'llmNewToken', 'llmEnd', 'chainEnd'],
];
const BEGINNING = say('Hel');
const END = say('lo') + stop() + usage(3, 1) + DONE;

/** Answers that wait to be ended, by the name of their client. */
const held = new Map<string, () => void>();
const answer =
  (text: string): Reply =>
  (response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream' }).write(BEGINNING);
    response.end(text + END);
  };
const hold: Reply = (response, { path }) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(BEGINNING);
  held.set(path.split('/')[2] ?? '', () => response.end(END));
};
const ANSWERS = {
  short: { fault: 'short', replies: [answer('')] },
  held: { fault: 'held', replies: [hold] },
  endless: { fault: 'endless', replies: [endless] },
  large: { fault: 'large', replies: [answer(say(LARGE))] },
  'short, then endless': { fault: 'short, then endless', replies: [answer(''), endless] },
  wide: { fault: 'wide', replies: [stream(WIDE, WIDE, stop() + DONE)] },
  'short, then large': { fault: 'short, then large', replies: [answer(''), answer(say(LARGE))] },
} as const;

let server: FaultServer;
beforeAll(async () => {
  server = await startFaultServer(Object.values(ANSWERS));
});
afterAll(() => server.close());

const posix = process.platform !== 'win32';
const HAS: Readonly<Record<Need, boolean>> = {
  posix,
  linux: process.platform === 'linux',
  mount: process.platform === 'linux' && canMount(),
  user: posix && process.getuid?.() !== 0,
};
const ROWS = FILE_CASES.flatMap((one) =>
  (one.commands ?? (['run', 'chat'] as const)).map((command) => [one.fault, command, one] as const),
);
const isPossible = ({ needs }: FileCase) => needs === undefined || HAS[needs];
const impossible = FILE_CASES.filter((one) => !isPossible(one));
if (posix && impossible.length > 0) {
  console.warn(`SKIPPED, as the system has it not: ${impossible.map(({ fault }) => fault).join('; ')}`);
}

it.concurrent.for(ROWS.filter(([, , one]) => isPossible(one)))(
  '%s: chain %s',
  async ([, command, one], { expect, onTestFinished }) => {
    const here = makeWorkspace(onTestFinished);
    here.write('hi.txt', 'Say hello.\n');
    one.before?.(here);
    const outcome = await perform(here, command, one);

    const { told = '', exit = 0, stdout = exit === 2 ? '' : answersTo(command, one) } = one;
    expect({ ...outcome, stdout: one.meanwhile === 'stdout' ? stdout : outcome.stdout }).toEqual({
      code: exit,
      stdout,
      stderr: told,
    });
    const calls = server.calls(ANSWERS[serverFor(command, one)], clientOf(command, one));
    expect(calls > 0).toBe(exit !== 2);
    if (one.left !== undefined) expect(one.left(here)).toEqual(one.is);
  },
);

it('eight writers of one log: each line is whole', async () => {
  const here = makeWorkspace();
  here.write('hi.txt', 'Say hello.\n');
  const env = { OPENAI_BASE_URL: `${server.http}/wide/eight/v1` };
  const runs = Array.from({ length: 8 }, () => here.run(['run', 'hi.txt', '--log', 'x.jsonl'], { env }));
  expect((await Promise.all(runs)).map(({ code }) => code)).toEqual(Array(8).fill(0));
  const heard = new Map<unknown, unknown[]>();
  for (const { runId, parentRunId, type } of here.events('x.jsonl')) {
    const root = parentRunId ?? runId;
    heard.set(root, [...(heard.get(root) ?? []), type]);
  }
  expect([...heard.values()]).toEqual(Array(8).fill(EVENTS));
});

function answersTo(command: Command, { large }: FileCase): string {
  const first = 'Hello\n';
  const last = large ? `Hel${LARGE}lo\n` : first;
  return command === 'run' ? last : first + last;
}

function serverFor(command: Command, { large, meanwhile, stdout }: FileCase): keyof typeof ANSWERS {
  if (stdout !== undefined) return 'endless';
  if (command === 'chat')
    return meanwhile === 'stdout' ? 'short, then endless' : large ? 'short, then large' : 'short';
  if (meanwhile !== undefined) return meanwhile === 'stdout' ? 'endless' : 'held';
  return large ? 'large' : 'short';
}

const clientOf = (command: Command, one: FileCase) => `${pathOf(one)}-${command}`;

async function perform(here: Workspace, command: Command, one: FileCase): Promise<Outcome> {
  const { flags, shell, meanwhile, needs } = one;
  const client = clientOf(command, one);
  const fault = serverFor(command, one);
  const log = flags.includes('--log') || meanwhile === undefined ? [] : ['--log', 'x.jsonl'];
  const script = shell === undefined ? [] : ['sh', '-c', shell, 'sh', process.execPath];
  const running = here.start([command, ...(command === 'run' ? ['hi.txt'] : []), ...log, ...flags], {
    env: { OPENAI_BASE_URL: `${server.http}/${pathOf({ fault })}/${client}/v1` },
    stdin: 'open',
    ...(shell !== undefined && { command: needs === 'mount' ? ['unshare', '-rm', ...script] : script }),
  });
  const { stdin } = running.child;
  if (command === 'chat') stdin.write('Hi\n');
  if (meanwhile !== undefined) {
    await vi.waitUntil(() => hasBegun(here, command, one), { timeout: 20_000, interval: 20 });
    if (typeof meanwhile === 'string') running.child[meanwhile].destroy();
    else meanwhile(here);
    // A log looks after its file every 250 ms.
    if (command === 'run') await new Promise((resolve) => setTimeout(resolve, 300));
    held.get(client)?.();
  }
  stdin.end(command === 'chat' ? 'Ho\n' : '');
  const { stderr, ...outcome } = await running.done;
  return { ...outcome, stderr: everywhere(stderr, here) };
}

/** Whether something of the answer, or the first turn, is where it belongs. */
function hasBegun(here: Workspace, command: Command, { flags }: FileCase): boolean {
  const log = here.path('x.jsonl');
  const event = command === 'chat' ? 'chainEnd' : 'llmNewToken';
  if (!existsSync(log) || !here.read('x.jsonl').includes(`"type":"${event}"`)) return false;
  return !flags.includes('--session') || existsSync(here.path(`${SESSIONS}/s.json`));
}

/** As it is in every folder; the summary left out. */
function everywhere(stderr: string, { folder }: Workspace): string {
  return stderr
    .replace(/^(gpt-5-mini\S*|\d turns?) · .*\n/gm, '')
    .replaceAll(realpathSync(folder), 'HERE')
    .replaceAll(folder, 'HERE')
    .replace(/\.[0-9a-f]{8}\.tmp/g, '.TMP');
}

/** A disk of one's own, in a name space of one's own. */
function canMount(): boolean {
  return spawnSync('unshare', ['-rm', 'sh', '-c', 'mount -t tmpfs none /tmp']).status === 0;
}
