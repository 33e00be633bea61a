import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import {
  ANSWER,
  type Command,
  ENOSPC,
  type FileCase,
  folder,
  NOTHING,
  only,
  pipe,
  READ_ONLY,
  SESSIONS,
  SMALL,
  small,
  turnsIn,
  types,
} from './file-case.js';

const OTHER = 'Name another file: each replaces what the other writes.';

const OUTPUT_CASES = only('run', [
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
    fault: '`--output`: a read-only disk',
    flags: ['--output', 'small/x.txt'],
    needs: 'mount',
    before: small,
    shell: READ_ONLY,
    told: "chain: --output small/x.txt: EROFS: read-only file system, access 'small'\n",
    exit: 2,
    kept: NOTHING,
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
]);

const SESSION_CASES = only('chat', [
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
    fault: '`--session`: a read-only disk',
    flags: ['--session', 's'],
    needs: 'mount',
    before: small,
    shell: READ_ONLY.replace('"$@"', 'XDG_DATA_HOME=$PWD/small "$@"'),
    told: "chain: cannot save conversations in HERE/small/chain/sessions: EROFS: read-only file system, mkdir 'HERE/small/chain'\n",
    exit: 2,
    kept: NOTHING,
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
]);

const twice = (flag: string, other: string, commands: readonly Command[], file = 'x'): FileCase => ({
  fault: `one file for \`${flag}\` and \`${other}\``,
  flags: [flag, flag === '--session' ? 's' : file, other, `./${file}`],
  commands,
  told: `chain: ${flag} ${flag === '--session' ? `HERE/${file}` : file} is the file of ${other}, too\n       ${OTHER}\n`,
  exit: 2,
  kept: NOTHING,
});

const STREAM_CASES: readonly FileCase[] = [
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

export const ANSWER_FILE_CASES: readonly FileCase[] = [
  ...OUTPUT_CASES,
  ...SESSION_CASES,
  twice('--output', '--log', ['run']),
  twice('--record', '--log', ['run', 'chat']),
  twice('--record', '--output', ['run']),
  twice('--session', '--log', ['chat'], `${SESSIONS}/s.json`),
  twice('--session', '--record', ['chat'], `${SESSIONS}/s.json`),
  ...STREAM_CASES,
];
