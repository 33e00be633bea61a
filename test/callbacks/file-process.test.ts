import { execFileSync } from 'node:child_process';
import {
  closeSync,
  constants,
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readSync,
  rmSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { FileCallbackHandler } from '../../src/callbacks/file.js';
import { bundle, run } from './bundled.js';
import { EVENT_SAMPLES } from './event-samples.js';

const posix = process.platform !== 'win32';

/** `program.mjs path options count end`: writes that many tokens, and comes to its end as told. */
const PROGRAM = `
  import { FileCallbackHandler } from './callbacks/file.js';
  const [path, options, count, end] = process.argv.slice(2);
  const handler = new FileCallbackHandler(path, JSON.parse(options));
  const base = { type: 'llmNewToken', runId: 'r' + process.pid, parentRunId: null, name: 'M', time: 0 };
  for (let index = 0; index < Number(count); index++) handler.onEvent({ ...base, token: 'x'.repeat(index % 300), index });
  if (end === 'kill') process.kill(process.pid, 'SIGKILL');
  if (end === 'exit') process.exit(3);
  if (end === 'throw') throw new Error('on purpose');
  if (end.startsWith('SIG')) {
    process.kill(process.pid, end);
    for (const until = Date.now() + 50; Date.now() < until; );
    setTimeout(() => {}, 60_000);
  }
  if (end === 'turn') setImmediate(() => process.kill(process.pid, 'SIGKILL'));
`;

let folder: string;
let program: string;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'chain-process-'));
  program = await bundle(PROGRAM, folder);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

let files = 0;
const freshPath = () => join(folder, `output-${(files += 1)}.jsonl`);

function indexes(path: string): number[] {
  const lines = readFileSync(path, 'utf8').split('\n');
  expect(lines.pop()).toBe('');
  return lines.map((line) => (JSON.parse(line) as { index: number }).index);
}

const upTo = (count: number) => Array.from({ length: count }, (_, index) => index);

describe('every line is there', () => {
  test.each<[string, object, string]>([
    ['that was written before SIGKILL', {}, 'kill'],
    ['when a program ends', { enqueue: true }, 'end'],
    ['after process.exit', { enqueue: true }, 'exit'],
    ['after an error that nobody caught', { enqueue: true }, 'throw'],
    ['of the turns before SIGKILL', { enqueue: true }, 'turn'],
  ])('%s (%j)', async (_, options, end) => {
    const path = freshPath();
    const { signal, code } = await run(program, [path, JSON.stringify(options), '2000', end]);
    expect(indexes(path)).toEqual(upTo(2000));
    if (end === 'exit') expect(code).toBe(3);
    if (posix && (end === 'kill' || end === 'turn')) expect(signal).toBe('SIGKILL');
  });

  test.runIf(posix).each(['SIGTERM', 'SIGINT', 'SIGHUP'])(
    'of the turn in which %s came, of which the program dies all the same',
    async (end) => {
      const path = freshPath();
      const { signal } = await run(program, [path, '{"enqueue":true}', '2000', end]);
      expect([signal, indexes(path)]).toEqual([end, upTo(2000)]);
    },
  );
});

test('two processes append side by side, each line whole', async () => {
  const path = freshPath();
  await Promise.all(
    ['{}', '{"enqueue":true}'].map((options) => run(program, [path, options, '2000', 'end'])),
  );
  const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
  const byRun = new Map<string, number[]>();
  for (const line of lines) {
    const { runId, index } = JSON.parse(line) as { runId: string; index: number };
    byRun.set(runId, [...(byRun.get(runId) ?? []), index]);
  }
  expect([...byRun.values()]).toEqual([upTo(2000), upTo(2000)]);
});

test.runIf(existsSync('/dev/full'))('a full disk: one line on stderr, and the program goes on', async () => {
  const { stderr, code } = await run(program, ['/dev/full', '{"format":"jsonl"}', '5', 'end']);
  expect(stderr).toBe(
    'chain: cannot write to the log file /dev/full, lines are missing: ENOSPC: no space left on device, write\n',
  );
  expect(code).toBe(0);
});

test.runIf(posix)('/dev/stderr and /dev/stdout are written to as they are', async () => {
  const options = '{"format":"jsonl"}';
  const toStderr = await run(program, ['/dev/stderr', options, '200', 'exit']);
  const toStdout = await run(program, ['/dev/stdout', options, '200', 'exit']);
  expect(toStderr.stderr.trimEnd().split('\n')).toHaveLength(200);
  expect(toStdout.stdout.trimEnd().split('\n')).toHaveLength(200);
  expect([toStderr.stdout, toStdout.stderr]).toEqual(['', '']);
});

describe.runIf(posix)('a named pipe', () => {
  const { llmNewToken } = EVENT_SAMPLES;

  test('has to be read by somebody', () => {
    const path = freshPath();
    execFileSync('mkfifo', [path]);
    expect(() => new FileCallbackHandler(path)).toThrow(/it is a pipe that nobody reads yet$/);
  });

  test('is written to; a reader that goes away is a warning', async () => {
    const path = freshPath();
    execFileSync('mkfifo', [path]);
    const reader = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
    const warnings: string[] = [];
    const handler = new FileCallbackHandler(path, { onWarning: (text) => warnings.push(text) });
    handler.onEvent(llmNewToken);
    const bytes = Buffer.alloc(4096);
    const length = readSync(reader, bytes);
    expect(bytes.toString('utf8', 0, length)).toBe(`${JSON.stringify(llmNewToken)}\n`);
    closeSync(reader);
    handler.onEvent(llmNewToken);
    handler.onEvent(llmNewToken);
    await handler.close();
    expect(warnings).toEqual([
      `cannot write to the log file ${path}, lines are missing: EPIPE: broken pipe, write`,
    ]);
  });
});
