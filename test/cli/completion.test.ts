import { spawn } from 'node:child_process';
import { chmodSync, existsSync } from 'node:fs';
import { delimiter } from 'node:path';
import { PassThrough } from 'node:stream';
import { describe, expect, it } from 'vitest';
import { runProgram } from '../../src/cli/program.js';
import { MEMORIES } from '../../src/memory/create.js';
import { requires } from '../support/requires.js';
import { commandLine, makeWorkspace } from '../support/run-cli.js';

it.each<[words: string[], proposed: string[]]>([
  [[''], ['run', 'chat', 'trace', 'memory', 'tokens', 'models', 'doctor', 'complete', 'help']],
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
  [
    ['memory', '--s'],
    ['--session', '--svg'],
  ],
  [
    ['chat', '--memory', ''],
    Object.entries(MEMORIES).map(([name, { limit }]) => (limit === null ? name : `${name}:`)),
  ],
  [['chat', '--session', ''], []],
  [
    ['tokens', '--model', 'o'],
    ['offline', 'openai:', 'ollama:', 'openrouter:'],
  ],
  [
    ['tokens', '--v'],
    ['--var', '--vars'],
  ],
  [
    ['models', '--provider', 'g'],
    ['gemini', 'groq'],
  ],
  [['run', 'sample'], []],
  [
    ['trace', 's'],
    ['show', 'stats'],
  ],
  [
    ['trace', 'show', '--f'],
    ['--full', '--follow'],
  ],
  [['trace', 'show', 'run'], []],
  [['nothing', 'r'], []],
  [
    ['complete', ''],
    ['bash', 'zsh', 'fish'],
  ],
  [
    ['nothing', '--'],
    ['--version', '--help'],
  ],
  [[], ['run', 'chat', 'trace', 'memory', 'tokens', 'models', 'doctor', 'complete', 'help']],
])('behind %j could stand %j', async (words, proposed) => {
  const stdout = new PassThrough();
  await runProgram(['propose', '--', ...words], {
    stdout,
    stderr: new PassThrough(),
    stdin: process.stdin,
    env: {},
    signal: new AbortController().signal,
    redact: (text) => text,
  });
  expect(
    String(stdout.read() ?? '')
      .split('\n')
      .slice(0, -1),
  ).toEqual(proposed);
});

it.each(['--session', '--delete'])('%s takes a session that there is', async (flag) => {
  const here = makeWorkspace();
  for (const name of ['shop', 'garden', '花园'])
    here.write(`home/.local/share/chain/sessions/${name}.json`, '{}');
  const { stdout } = await here.perform(['propose', '--', 'chat', flag, '']);
  expect(stdout).toBe('garden\nshop\n花园\n');
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

describe.skipIf(!requires('fish'))('the script for fish', () => {
  /** What fish proposes for the last word of a line. */
  async function proposed(line: string): Promise<string[]> {
    const here = makeWorkspace();
    const { file, args, env } = commandLine(here.folder, []);
    here.write('bin/chain', `#!/bin/sh\nexec "${file}" "${args[0]}" "$@"\n`);
    chmodSync(here.path('bin/chain'), 0o755);
    here.write('notes.txt', 'x');
    const script = `chain complete fish | source; complete -C '${line}'`;
    const PATH = `${here.path('bin')}${delimiter}${env.PATH}`;
    const child = spawn('fish', ['--no-config', '-c', script], { cwd: here.folder, env: { ...env, PATH } });
    let stdout = '';
    for await (const part of child.stdout) stdout += part;
    return stdout
      .trimEnd()
      .split('\n')
      .map((each) => each.split('\t')[0]!);
  }

  it('fills in flags, and lists without file names', async () => {
    expect(await proposed('chain run --verb')).toEqual(['--verbose']);
    expect(await proposed('chain run --log-format ')).toEqual(['jsonl', 'text']);
  });

  it('fills in file names everywhere else', async () => {
    expect(await proposed('chain run no')).toEqual(['notes.txt']);
  });
});
