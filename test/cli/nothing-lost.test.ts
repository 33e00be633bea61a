import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { commandLine, makeWorkspace, type Workspace } from '../support/run-cli.js';

const RUN = ['run', 'add.txt', '--var', 'number=2'];

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('add.txt', '1 + {number} = \n');
});

// Only Linux has a device that is always full.
describe.skipIf(process.platform !== 'linux')('a full disk under stdout', () => {
  it.each([[...RUN, '--json'], ['--version'], ['complete', 'bash']])('is told after %j', async (...given) => {
    const { file, args, env } = commandLine(here.folder, given.flat());
    const full = openSync('/dev/full', 'w');
    const child = spawn(file, args, { cwd: here.folder, env, stdio: ['ignore', full, 'pipe'] });
    closeSync(full);
    let stderr = '';
    child.stderr?.on('data', (part) => {
      stderr += part;
    });
    expect(await once(child, 'close')).toEqual([1, null]);
    expect(stderr).toContain('chain: the answer cannot be written: ENOSPC: no space left on device, write\n');
  });

  it('under a folder in /proc a log is refused, and does not hang', async () => {
    const { code, stderr } = await here.run([...RUN, '--log', '/proc/none/x']);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^chain: cannot write to the log file \/proc\/none\/x: .+\n$/);
  });
});

describe('a handler of one\u2019s own', () => {
  it('that never loads fails the command', async () => {
    here.write('never.mjs', 'await new Promise(() => {});\n');
    const { code, stdout, stderr } = await here.run([...RUN, '--json', '--callback', 'never.mjs']);
    const message = 'the command waits for something that will never come';
    expect([code, stderr]).toEqual([1, `chain: ${message}\n`]);
    expect(JSON.parse(stdout)).toEqual({ schema: 1, error: { code: 'internal', message }, text: '' });
  });
});

it('numbers of a --vars file are texts as they are written', async () => {
  here.write('v.yaml', 'code: 02134\nprice: 1.10\nid: 12345678901234567890\n');
  here.write('t.txt', '{code} {price} {id}\n');
  const { stdout } = await here.run(['run', 't.txt', '--vars', 'v.yaml', '--dry-run']);
  expect(stdout).toContain('02134 1.10 12345678901234567890\n');
});

it('--output makes its folders', async () => {
  const { code, stderr } = await here.perform([...RUN, '--output', 'new/dir/answer.txt', '--quiet']);
  expect([code, stderr, here.read('new/dir/answer.txt')]).toEqual([0, '', '3\n']);
});

it('--output - is standard output', async () => {
  expect(await here.run([...RUN, '--output', '-', '--quiet'])).toEqual({
    code: 0,
    stdout: '3\n',
    stderr: '',
  });
});
