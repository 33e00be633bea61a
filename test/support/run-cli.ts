import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { environmentIn } from './environment.js';
import { performIn } from './in-process.js';
import { settle } from './settle.js';
import { afterTest } from './teardown.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const CHAIN = join(ROOT, 'bin/chain.js');

/** A folder of one test's own, where its commands run and have their home. Removed after the test. */
export interface Workspace {
  readonly folder: string;
  path(name: string): string;
  /** Writes a file, making its folders; gives its path. */
  write(name: string, content: string | Uint8Array): string;
  read(name: string): string;
  /** The events of a log of JSON lines. */
  events(name: string): readonly Readonly<Record<string, unknown>>[];
  run(args: readonly string[], options?: RunOptions): Promise<Outcome>;
  /**
   * The same in this process, for a tenth of the price: for what a command makes of its arguments and files. Not for
   * what a process does: signals, its end, streams of its own, what others in it print. One at a time.
   */
  perform(args: readonly string[], options?: PerformOptions): Promise<Outcome>;
  /** For a command that something is to happen to before it ends. */
  start(args: readonly string[], options?: RunOptions): Running;
}

export interface RunOptions {
  /** Besides `PATH` and a home of its own; nothing of this process's environment is passed on. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly cwd?: string;
  /** What is piped into it. Default: nothing, and the pipe is closed. `open`: the pipe stays open. */
  readonly stdin?: string | Uint8Array | 'open';
  /** Instead of `node`; the program is appended. */
  readonly command?: readonly string[];
  /** A copy of the built program, instead of `bin/chain.js`. */
  readonly program?: string;
}

export interface PerformOptions extends Pick<RunOptions, 'env' | 'cwd'> {
  readonly stdin?: string | Uint8Array;
}

export interface Outcome {
  readonly code: number | null;
  readonly stdout: string;
  /** Its durations and speeds replaced: `N ms`, `N tokens/s`. */
  readonly stderr: string;
}

export interface Running {
  readonly child: ChildProcessWithoutNullStreams;
  readonly done: Promise<Outcome>;
  /** Settles when stdout and stderr together have this text; rejects when the command ends before. */
  sees(text: string): Promise<void>;
}

/**
 * The built program in another folder, as it is before its first start; for users who may not read this one, too.
 * Gives its `bin/chain.js`.
 */
export function copyProgram(folder: string): string {
  const filter = (path: string) => basename(path) !== '.compile-cache';
  for (const part of ['bin', 'dist', 'package.json'])
    cpSync(join(ROOT, part), join(folder, part), { recursive: true, filter });
  return join(folder, 'bin/chain.js');
}

/** @param after for tests that run side by side: what is to be done when one's own is over, as vitest hands it out */
export function makeWorkspace(after: (task: () => void) => void = afterTest): Workspace {
  const folder = mkdtempSync(join(tmpdir(), 'chain-cli-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  mkdirSync(join(folder, 'home'));
  const path = (name: string) => join(folder, name);
  const read = (name: string) => readFileSync(path(name), 'utf8');
  const start: Workspace['start'] = (args, options = {}) => {
    const running = startIn(folder, args, options);
    after(() => void running.child.kill('SIGKILL'));
    return running;
  };
  return {
    folder,
    path,
    read,
    start,
    write(name, content) {
      mkdirSync(dirname(path(name)), { recursive: true });
      writeFileSync(path(name), content);
      return path(name);
    },
    events: (name) =>
      read(name)
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line)),
    run: (args, options) => start(args, options).done,
    async perform(args, { env, cwd = folder, stdin = '' } = {}) {
      const whole = { ...environmentIn(folder), ...env };
      const { code, stdout, stderr } = await performIn(cwd, args, { env: whole, stdin });
      return { code, stdout, stderr: settle(stderr) };
    },
  };
}

/** What a command is started with: the program and its arguments, and its environment. */
export function commandLine(
  folder: string,
  args: readonly string[],
  { env = {}, command = [process.execPath], program = CHAIN }: RunOptions = {},
): { readonly file: string; readonly args: readonly string[]; readonly env: NodeJS.ProcessEnv } {
  const [file, ...before] = command;
  return { file: file!, args: [...before, program, ...args], env: { ...environmentIn(folder), ...env } };
}

function startIn(folder: string, args: readonly string[], options: RunOptions): Running {
  const { cwd = folder, stdin = '' } = options;
  const line = commandLine(folder, args, options);
  const child = spawn(line.file, line.args, { cwd, env: line.env, stdio: 'pipe' });
  child.stdin.on('error', () => {}); // It may end without reading.
  if (stdin !== 'open') child.stdin.end(stdin);

  const out: Buffer[] = [];
  const err: Buffer[] = [];
  const waiting = new Set<() => void>();
  const collect = (parts: Buffer[]) => (part: Buffer) => {
    parts.push(part);
    for (const look of waiting) look();
  };
  child.stdout.on('data', collect(out));
  child.stderr.on('data', collect(err));
  const text = (parts: readonly Buffer[]) => Buffer.concat(parts).toString();
  const done = new Promise<Outcome>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => {
      resolve({ code, stdout: text(out), stderr: settle(text(err)) });
    });
  });
  return {
    child,
    done,
    sees: (wanted) =>
      new Promise((resolve, reject) => {
        const look = () => {
          if (!text([...out, ...err]).includes(wanted)) return;
          waiting.delete(look);
          resolve();
        };
        waiting.add(look);
        look();
        done.then(
          ({ stdout, stderr }) => reject(new Error(`never said ${wanted}:\n${stdout}\n${stderr}`)),
          reject,
        );
      }),
  };
}
