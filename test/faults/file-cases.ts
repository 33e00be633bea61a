import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
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

/** Of one that came in two tokens. */
const EVENTS_OF_ANSWER = 7;
const ENOSPC = 'ENOSPC: no space left on device';
const OTHER = 'Name another file: each replaces what the other writes.';
const NOTHING = 'nothing is asked';
const ANSWER = 'the answer';
const OLD_EVENT =
  '{"type":"text","runId":"r","parentRunId":null,"name":"n","time":0,"text":"","kind":"note"}\n';
/** Where sessions are. */
export const SESSIONS = 'home/.local/share/chain/sessions';

/** On a disk of 64 KiB, which is copied to `kept` at the end. */
const SMALL =
  'mount -t tmpfs -o size=64k none small && cp -r old/. small && { "$@"; code=$?; cp -r small kept; exit $code; }';
const READ_ONLY = 'mount -t tmpfs -o ro none small && "$@"';
const small = (here: Workspace) => {
  mkdirSync(here.path('small'));
  mkdirSync(here.path('old'));
};
const folder = (name: string) => (here: Workspace) => void mkdirSync(here.path(name), { recursive: true });
const pipe = (name: string) => (here: Workspace) => {
  mkdirSync(here.path(name.replace(/[^/]*$/, '')), { recursive: true });
  execFileSync('mkfifo', [here.path(name)]);
};
const unwritten = (file: string) =>
  `warning: cannot write to the log file ${file}, lines are missing: ${ENOSPC}, write\n`;
const refusals = (flag: string, folderTold: string, pipeTold: string): readonly FileCase[] => [
  {
    fault: `\`${flag}\`: a folder`,
    flags: [flag, 'there'],
    before: folder('there'),
    told: folderTold,
    exit: 2,
    kept: NOTHING,
  },
  {
    fault: `\`${flag}\`: a pipe that nobody reads`,
    flags: [flag, 'pipe'],
    needs: 'posix',
    before: pipe('pipe'),
    told: pipeTold,
    exit: 2,
    kept: NOTHING,
  },
];

const LOG_CASES: readonly FileCase[] = [
  ...['jsonl', 'text'].map(
    (format): FileCase => ({
      fault: `\`--log\`: a full disk from the start (${format})`,
      flags: ['--log', '/dev/full', '--log-format', format],
      needs: 'linux',
      told: unwritten('/dev/full'),
      kept: ANSWER,
    }),
  ),
  {
    fault: '`--log`: a disk that fills up',
    flags: ['--log', 'small/x.jsonl'],
    commands: ['run'],
    needs: 'mount',
    before: small,
    shell: SMALL,
    large: true,
    told: unwritten('HERE/small/x.jsonl'),
    kept: 'the answer, and the lines before that',
    left: (here) => {
      const whole = here.read('kept/x.jsonl').split('\n').slice(0, -1);
      return whole.map((line) => JSON.parse(line).type);
    },
    is: ['chainStart', 'text', 'chatModelStart', 'llmNewToken'],
  },
  ...refusals(
    '--log',
    'chain: cannot write to the log file there: it is a folder\n',
    'chain: cannot write to the log file pipe: it is a pipe that nobody reads yet\n',
  ),
  {
    fault: '`--log`: a read-only disk',
    flags: ['--log', 'small/x.log'],
    needs: 'mount',
    before: small,
    shell: READ_ONLY,
    told: 'chain: cannot write to the log file small/x.log: the file system is read-only\n',
    exit: 2,
    kept: NOTHING,
  },
  {
    fault: '`--log`: a read-only file',
    flags: ['--log', 'x.log'],
    needs: 'user',
    before: (here) => writeFileSync(here.path('x.log'), '', { mode: 0o444 }),
    told: 'chain: cannot write to the log file x.log: permission denied\n',
    exit: 2,
    kept: NOTHING,
  },
  {
    fault: '`--log`: moved away meanwhile',
    flags: ['--log', 'x.jsonl'],
    needs: 'posix',
    meanwhile: (here) => renameSync(here.path('x.jsonl'), here.path('moved.jsonl')),
    kept: 'the answer; all lines, in the two files',
    left: (here) => {
      const [moved, others] = [types(here, 'moved.jsonl'), types(here, 'x.jsonl')];
      return [moved[0], others.at(-1), (moved.length + others.length) % EVENTS_OF_ANSWER];
    },
    is: ['chainStart', 'chainEnd', 0],
  },
  {
    fault: '`--log`: deleted meanwhile',
    flags: ['--log', 'x.jsonl'],
    needs: 'posix',
    meanwhile: (here) => rmSync(here.path('x.jsonl')),
    kept: 'the answer; the lines from then on',
    left: (here) => types(here, 'x.jsonl').at(-1),
    is: 'chainEnd',
  },
];

const OUTPUT_CASES: readonly FileCase[] = [
  {
    fault: '`--output`: a full disk from the start',
    flags: ['--output', '/dev/full'],
    needs: 'linux',
    told: `chain: --output /dev/full: ${ENOSPC}, write\n`,
    exit: 1,
    kept: 'the answer, on stdout',
  },
  {
    fault: '`--output`: a disk that fills up',
    flags: ['--output', 'small/x.txt'],
    needs: 'mount',
    before: (here) => {
      small(here);
      writeFileSync(here.path('old/x.txt'), 'old\n');
    },
    shell: SMALL,
    large: true,
    told: `chain: --output small/x.txt: ${ENOSPC}\n`,
    exit: 1,
    kept: 'the answer, on stdout; the file as it was',
    left: (here) => [here.read('kept/x.txt'), readdirSync(here.path('kept'))],
    is: ['old\n', ['x.txt']],
  },
  {
    fault: '`--output`: a folder',
    flags: ['--output', 'there'],
    before: folder('there'),
    told: 'chain: --output there: is a folder\n',
    exit: 2,
    kept: NOTHING,
  },
  {
    fault: '`--output`: a pipe that nobody reads',
    flags: ['--output', 'pipe'],
    needs: 'posix',
    before: pipe('pipe'),
    told: 'chain: --output pipe: it is a pipe that nobody reads\n',
    exit: 1,
    kept: 'the answer, on stdout',
  },
  {
    fault: '`--output`: its folder deleted meanwhile',
    flags: ['--output', 'there/x.txt'],
    before: folder('there'),
    meanwhile: (here) => rmSync(here.path('there'), { recursive: true }),
    told: 'chain: --output there/x.txt: ENOENT: no such file or directory\n',
    exit: 1,
    kept: 'the answer, on stdout',
  },
].map((one) => ({ ...one, commands: ['run'] }) as const);

const RECORD_CASES: readonly FileCase[] = [
  {
    fault: '`--record`: a full disk from the start',
    flags: ['--record', '/dev/full'],
    needs: 'linux',
    told: `warning: --record /dev/full: ${ENOSPC}, write\n`,
    kept: ANSWER,
  },
  {
    fault: '`--record`: a disk that fills up',
    flags: ['--record', 'small/x.jsonl'],
    commands: ['run'],
    needs: 'mount',
    before: (here) => {
      small(here);
      writeFileSync(here.path('old/x.jsonl'), OLD_EVENT);
    },
    shell: SMALL,
    large: true,
    told: 'warning: --record small/x.jsonl: it could not be written whole; what there is of it is in HERE/small/x.jsonl.TMP\n',
    kept: 'the answer; the recording that was there, and what there is of the new one',
    left: (here) => [here.read('kept/x.jsonl'), readdirSync(here.path('kept')).length],
    is: [OLD_EVENT, 2],
  },
  ...refusals(
    '--record',
    'chain: --record there: it is a folder\n',
    'chain: --record pipe: it is a pipe that nobody reads yet\n',
  ),
  {
    fault: '`--record`: its folder deleted meanwhile',
    flags: ['--record', 'there/x.jsonl'],
    before: folder('there'),
    meanwhile: (here) => rmSync(here.path('there'), { recursive: true }),
    told: 'warning: --record there/x.jsonl: it could not be written whole; what there is of it is in there/x.jsonl.TMP\n',
    kept: ANSWER,
  },
];

const SESSION_CASES: readonly FileCase[] = [
  {
    fault: '`--session`: a disk that fills up',
    flags: ['--session', 's'],
    needs: 'mount',
    before: small,
    shell: SMALL.replace('{ "$@"', '{ XDG_DATA_HOME=$PWD/small "$@"'),
    large: true,
    told: `warning: cannot save the conversation HERE/small/chain/sessions/s.json: ${ENOSPC}\nchain: the session could not be saved\n`,
    exit: 1,
    kept: 'the answers, on stdout; the session as it was before',
    left: (here) => [
      turnsIn(here, 'kept/chain/sessions/s.json'),
      readdirSync(here.path('kept/chain/sessions')),
    ],
    is: [1, ['s.json']],
  },
  {
    fault: '`--session`: a folder in its place',
    flags: ['--session', 's'],
    before: folder(`${SESSIONS}/s.json`),
    told: `chain: cannot read the conversation HERE/${SESSIONS}/s.json: it is a folder\n`,
    exit: 2,
    kept: NOTHING,
  },
  {
    fault: '`--session`: a pipe in its place',
    flags: ['--session', 's'],
    needs: 'posix',
    before: pipe(`${SESSIONS}/s.json`),
    told: `chain: cannot read the conversation HERE/${SESSIONS}/s.json: it is no file\n`,
    exit: 2,
    kept: NOTHING,
  },
  {
    fault: '`--session`: a file in place of its folder',
    flags: ['--session', 's'],
    before: (here) => void here.write(SESSIONS, 'a file'),
    told: `chain: cannot save conversations in HERE/${SESSIONS}: it is a file\n`,
    exit: 2,
    kept: NOTHING,
  },
  {
    fault: '`--session`: deleted meanwhile',
    flags: ['--session', 's'],
    meanwhile: (here) => rmSync(here.path(`${SESSIONS}/s.json`)),
    kept: 'the whole session',
    left: (here) => turnsIn(here, `${SESSIONS}/s.json`),
    is: 2,
  },
  {
    fault: '`--session`: moved away meanwhile',
    flags: ['--session', 's'],
    meanwhile: (here) => renameSync(here.path(`${SESSIONS}/s.json`), here.path('moved.json')),
    kept: 'the whole session, and what was moved',
    left: (here) => [turnsIn(here, `${SESSIONS}/s.json`), turnsIn(here, 'moved.json')],
    is: [2, 1],
  },
  {
    fault: '`--session`: a file in place of its folder meanwhile',
    flags: ['--session', 's', '--quiet'],
    meanwhile: (here) => {
      rmSync(here.path(SESSIONS), { recursive: true });
      here.write(SESSIONS, 'a file');
    },
    told: `warning: cannot save the conversation HERE/${SESSIONS}/s.json: ENOTDIR: not a directory\nchain: the session could not be saved\n`,
    exit: 1,
    kept: 'the answers, on stdout',
    left: (here) => here.read(SESSIONS),
    is: 'a file',
  },
].map((one) => ({ ...one, commands: ['chat'] }) as const);

const twice = (flag: string, other: string, commands: readonly Command[], file = 'x'): FileCase => ({
  fault: `one file for \`${flag}\` and \`${other}\``,
  flags: [flag, flag === '--session' ? 's' : file, other, file],
  commands,
  told: `chain: ${flag} ${flag === '--session' ? `HERE/${file}` : file} is the file of ${other}, too\n       ${OTHER}\n`,
  exit: 2,
  kept: NOTHING,
});

const STREAM_FILE_CASES: readonly FileCase[] = [
  {
    fault: 'stdout: a full disk',
    flags: ['--log', 'x.jsonl'],
    needs: 'linux',
    shell: 'exec "$@" > /dev/full',
    told: `chain: the answer cannot be written: ${ENOSPC}, write\n`,
    exit: 1,
    stdout: '',
    kept: 'the request is stopped, and so is the log',
    left: (here) => types(here, 'x.jsonl').slice(-2),
    is: ['llmError', 'chainError'],
  },
  {
    fault: 'stderr: a full disk',
    flags: [],
    needs: 'linux',
    shell: 'exec "$@" 2> /dev/full',
    kept: ANSWER,
  },
  { fault: 'stderr: closed', flags: [], needs: 'posix', shell: 'exec "$@" 2>&-', kept: ANSWER },
  { fault: 'stderr: nobody reads it any more', flags: [], meanwhile: 'stderr', kept: ANSWER },
  {
    fault: 'stdout: nobody reads it any more, as with `| head -1`',
    flags: ['--log', 'x.jsonl'],
    meanwhile: 'stdout',
    kept: 'the request is stopped, and so is the log',
    left: (here) => types(here, 'x.jsonl').slice(-2),
    is: ['llmError', 'chainError'],
  },
];

export const FILE_CASES: readonly FileCase[] = [
  ...LOG_CASES,
  ...OUTPUT_CASES,
  ...RECORD_CASES,
  ...SESSION_CASES,
  twice('--output', '--log', ['run']),
  twice('--record', '--log', ['run', 'chat']),
  twice('--record', '--output', ['run']),
  twice('--session', '--log', ['chat'], `${SESSIONS}/s.json`),
  twice('--session', '--record', ['chat'], `${SESSIONS}/s.json`),
  ...STREAM_FILE_CASES,
];

function types(here: Workspace, name: string): readonly unknown[] {
  return here.events(name).map(({ type }) => type);
}

function turnsIn(here: Workspace, name: string): number {
  return JSON.parse(here.read(name)).turns.length;
}
