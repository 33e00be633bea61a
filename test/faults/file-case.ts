import { execFileSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import type { Workspace } from '../support/run-cli.js';

/** What is wrong with a file, and what the program promises for it: a row of the catalogue. */
export interface FileCase {
  readonly fault: string;
  readonly flags: readonly string[];
  /** Default: both. */
  readonly commands?: readonly Command[];
  readonly needs?: Need;
  /** What is there before the command starts. */
  readonly before?: (here: Workspace) => void;
  /** What happens once something of the answer, or the first of two turns, is there; a stream is closed. */
  readonly meanwhile?: 'stdout' | 'stderr' | ((here: Workspace) => void);
  /** A line of a shell, in which `"$@"` is the command. */
  readonly shell?: string;
  /** The answer doesn't fit on a small disk; that of a first turn does. */
  readonly large?: boolean;

  /** All that is told on stderr but the summary; the test's own folder is `HERE`. */
  readonly told?: string;
  /** Default: 0. */
  readonly exit?: number;
  /** Default: the answer, but with exit code 2. */
  readonly stdout?: '';
  /** Of what is left. */
  readonly kept: string;
  /** What has to be the case, for that. */
  readonly left?: (here: Workspace) => unknown;
  readonly is?: unknown;
}

export type Command = 'run' | 'chat';
/** A device or a pipe, a disk of its own, or a user who isn't root. */
export type Need = 'posix' | 'linux' | 'mount' | 'user';

export const ENOSPC = 'ENOSPC: no space left on device';
export const NOTHING = 'nothing is asked';
export const ANSWER = 'the answer';
/** Where sessions are. */
export const SESSIONS = 'home/.local/share/chain/sessions';

/** On a disk of 64 KiB, which is copied to `kept` at the end. */
export const SMALL =
  'mount -t tmpfs -o size=64k none small && cp -r old/. small && { "$@"; code=$?; cp -r small kept; exit $code; }';
export const READ_ONLY = 'mount -t tmpfs -o ro none small && "$@"';
export const small = (here: Workspace) => {
  mkdirSync(here.path('small'));
  mkdirSync(here.path('old'));
};
export const folder = (name: string) => (here: Workspace) =>
  void mkdirSync(here.path(name), { recursive: true });
export const pipe = (name: string) => (here: Workspace) => {
  mkdirSync(here.path(name.replace(/[^/]*$/, '')), { recursive: true });
  execFileSync('mkfifo', [here.path(name)]);
};

export function types(here: Workspace, name: string): readonly unknown[] {
  return here.events(name).map(({ type }) => type);
}

export function turnsIn(here: Workspace, name: string): number {
  return JSON.parse(here.read(name)).turns.length;
}

export function only(command: Command, cases: readonly FileCase[]): readonly FileCase[] {
  return cases.map((one) => ({ ...one, commands: [command] }));
}
