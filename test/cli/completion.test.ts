import { spawn } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { describe, expect, it } from 'vitest';
import { commandLine, makeWorkspace } from '../support/run-cli.js';

it.each<[words: string[], proposed: string[]]>([
  [[''], ['run', 'doctor', 'complete', 'help']],
  [['r'], ['run']],
  [
    ['run', '--lo'],
    ['--log', '--log-format', '--log-tokens'],
  ],
  [
    ['run', '--log-format', ''],
    ['text', 'jsonl'],
  ],
  [
    ['run', '--model', 'g'],
    ['gemini:', 'groq:'],
  ],
  [['run', '--vars', ''], []],
  [['run', 'sample'], []],
  [
    ['complete', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [
    ['nothing', '--'],
    ['--version', '--help'],
  ],
  [[], ['run', 'doctor', 'complete', 'help']],
])('behind %j could stand %j', async (words, proposed) => {
  const { code, stdout } = await makeWorkspace().run(['propose', '--', ...words]);
  expect([code, stdout.split('\n').slice(0, -1)]).toEqual([0, proposed]);
});

describe.skipIf(process.platform === 'win32')('the script for bash', () => {
  /** What bash fills in for the last of these words. */
  async function completed(words: readonly string[], here = makeWorkspace()): Promise<string[]> {
    const { file, args, env } = commandLine(here.folder, []);
    here.write('bin/chain', `#!/bin/sh\nexec "${file}" "${args[0]}" "$@"\n`);
    chmodSync(here.path('bin/chain'), 0o755);
    const quoted = words.map((word) => `'${word}'`).join(' ');
    const script = `source <(chain complete bash); COMP_WORDS=(chain ${quoted}); COMP_CWORD=${words.length}; _chain; printf '%s\\n' "\${COMPREPLY[@]}"`;
    const PATH = `${here.path('bin')}${delimiter}${env.PATH}`;
    const child = spawn('bash', ['--norc', '-c', script], { cwd: here.folder, env: { ...env, PATH } });
    let stdout = '';
    for await (const part of child.stdout) stdout += part;
    return stdout.trimEnd().split('\n');
  }

  it('fills in flags', async () => {
    expect(await completed(['run', '--verb'])).toEqual(['--verbose']);
  });

  it('runs nothing that a word holds', async () => {
    const here = makeWorkspace();
    expect(await completed(['run', '$(touch touched)', '--verb'], here)).toEqual(['--verbose']);
    expect(existsSync(here.path('touched'))).toBe(false);
  });
});
