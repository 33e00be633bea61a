import { readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import {
  ANSWER,
  ENOSPC,
  type FileCase,
  folder,
  NOTHING,
  pipe,
  READ_ONLY,
  SMALL,
  small,
  types,
} from './file-case.js';

/** Of one that came in two tokens. */
const EVENTS_OF_ANSWER = 7;
const OLD_EVENT =
  '{"type":"text","runId":"r","parentRunId":null,"name":"n","time":0,"text":"","kind":"note"}\n';

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
      commands: format === 'text' ? ['run'] : ['run', 'chat'],
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
    commands: ['run'],
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
    fault: '`--record`: a read-only disk',
    flags: ['--record', 'small/x.jsonl'],
    commands: ['run'],
    needs: 'mount',
    before: small,
    shell: READ_ONLY,
    told: 'chain: --record small/x.jsonl: the file system is read-only\n',
    exit: 2,
    kept: NOTHING,
  },
  {
    fault: '`--record`: its folder deleted meanwhile',
    flags: ['--record', 'there/x.jsonl'],
    before: folder('there'),
    meanwhile: (here) => rmSync(here.path('there'), { recursive: true }),
    told: 'warning: --record there/x.jsonl: it could not be written whole; what there is of it is in there/x.jsonl.TMP\n',
    kept: ANSWER,
  },
];

export const TRACE_FILE_CASES = [...LOG_CASES, ...RECORD_CASES];
