import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Readable, Writable } from 'node:stream';
import { exitCodeOf, renderError, Verdict } from '../../src/cli/exit.js';
import type { Io } from '../../src/cli/io.js';
import { runProgram } from '../../src/cli/program.js';
import { environmentIn } from './environment.js';
import { settle } from './settle.js';

export interface Said {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export interface Outcome extends Said {
  /** What was thrown; `undefined` where all went well. */
  readonly error: unknown;
}

type Environment = Readonly<Record<string, string | undefined>>;

export interface PerformOptions {
  /** All of it. */
  readonly env: Environment;
  readonly stdin?: string | Uint8Array;
  /** Stdout is one, and the others are pipes. */
  readonly terminal?: boolean;
}

export interface HereOptions {
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  readonly env?: Readonly<Record<string, string>>;
  readonly stdin?: string | Uint8Array;
  /** Stdout is one, and the others are pipes. */
  readonly terminal?: boolean;
}

/**
 * The command `chain` in this process, in a folder of its own: all that `bin/chain.js` does but for signals and what
 * makes a process end, at a fiftieth of its price. The offline model answers: what is accepted wrongly has the
 * exit code 0.
 */
export async function runHere(args: readonly string[], options: HereOptions = {}): Promise<Said> {
  const { error: _, ...said } = await attemptHere(args, options);
  return said;
}

/** The same, with the error itself. */
export async function attemptHere(args: readonly string[], options: HereOptions = {}): Promise<Outcome> {
  const { files = {}, env = {}, stdin = '', terminal = false } = options;
  const folder = mkdtempSync(join(tmpdir(), 'chain-here-'));
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    if (name.endsWith('/')) mkdirSync(join(folder, name), { recursive: true });
    else writeFileSync(join(folder, name), content);
  }
  try {
    const whole = { ...environmentIn(folder), ...homeIn(folder), ...env };
    return settled(await performIn(folder, args, { env: whole, stdin, terminal }), folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/**
 * The command in this process, in a folder that there is: as `main` does it, one place turns what was thrown into words
 * and a number. Nothing of this process's environment is passed on, but two at once would share theirs.
 */
export async function performIn(
  folder: string,
  args: readonly string[],
  { env, stdin = '', terminal = false }: PerformOptions,
): Promise<Outcome> {
  const stdout = new Kept(terminal);
  const stderr = new Kept(false);
  const leave = enter(folder, env);
  const io: Io = {
    stdin: Object.assign(Readable.from(stdin.length === 0 ? [] : [Buffer.from(stdin)]), { isTTY: false }),
    stdout,
    stderr,
    env: process.env,
    signal: new AbortController().signal,
    redact: (text) => text,
  };
  let code = 0;
  let error: unknown;
  try {
    await runProgram(args, io);
  } catch (thrown) {
    error = thrown;
    code = exitCodeOf(error);
    if (!(error instanceof Verdict)) stderr.write(io.redact(renderError(error, env.CHAIN_DEBUG === '1')));
  } finally {
    leave();
  }
  return { code, stdout: stdout.text, stderr: stderr.text, error };
}

/** Gives what undoes it. */
function enter(folder: string, env: Environment): () => void {
  const [folderBefore, before] = [process.cwd(), { ...process.env }];
  process.chdir(folder);
  setEnvironment(env);
  return () => {
    process.chdir(folderBefore);
    setEnvironment(before);
  };
}

/** The process's own, which what asks Node for a home looks at, too. */
function setEnvironment(env: Environment): void {
  for (const name of Object.keys(process.env)) if (env[name] === undefined) delete process.env[name];
  for (const [name, value] of Object.entries(env)) if (value !== undefined) process.env[name] = value;
}

class Kept extends Writable {
  readonly isTTY: boolean;
  readonly columns?: number;
  text = '';

  constructor(isTTY: boolean) {
    super({ decodeStrings: false });
    this.isTTY = isTTY;
    if (isTTY) this.columns = 80;
  }

  override _write(chunk: string | Buffer, _encoding: BufferEncoding, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}

function homeIn(folder: string): Readonly<Record<string, string>> {
  return {
    CHAIN_MODEL: 'offline',
    XDG_CONFIG_HOME: join(folder, 'home'),
    XDG_DATA_HOME: join(folder, 'home'),
    XDG_STATE_HOME: join(folder, 'home'),
  };
}

function settled({ stdout, stderr, ...rest }: Outcome, folder: string): Outcome {
  const shown = (text: string) =>
    settle(text)
      .replaceAll(join(folder, '/'), '')
      // As later versions of Node say it.
      .replace(/ \(line \d+ column \d+\)/g, '')
      .replace(TOO_DEEP, ': nested too deeply');
  return { ...rest, stdout: shown(stdout), stderr: shown(stderr) };
}

/** How deep is too deep is a matter of the stack, and so is the place where that shows. */
export const TOO_DEEP = /:\d+:\d+: (?:malformed [a-z ]+: )?nested too deeply/g;
