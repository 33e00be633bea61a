import { describe, expect, it } from 'vitest';
import { attemptHere } from '../support/in-process.js';
import { chainLines } from '../trace/trace-lines.js';
import { bytes, expectRefused, type NamedRow, named, OTHER_FILE, type Row, unnamed } from './refused.js';

const LINES = chainLines('1a', 'Roses.');

const REGEX = "It takes a JavaScript regular expression, such as 'order-\\d+' or '[Aa]nn'.";
const NO_RUN = 'A trace is JSON lines: chain run … --log run.jsonl, or --log-format jsonl for another name';
const NO_ANSWER = 'One is recorded by chain run … --record cassette.jsonl, and any --log run.jsonl will do.';

const FILES: readonly NamedRow<string | Uint8Array>[] = [
  ['empty', '', ''],
  ['newlines', '\n\n', ''],
  ['a log of something else', 'hello\nworld\n', '; 2 lines of other programs (lines 1, 2) passed over'],
  ['other JSON', '{"a":1}\n', '; 1 line of other programs (line 1) passed over'],
  [
    'half a line',
    '{"type":"chainStart","runId":"a"',
    '; the last line is not whole: it was cut short, or is still being written',
  ],
  [
    'UTF-16',
    bytes(0xff, 0xfe, 'a', 0),
    '; the last line is not whole: it was cut short, or is still being written',
  ],
  [
    'what a crash leaves',
    '\0\0\0\0',
    '; the last line is not whole: it was cut short, or is still being written',
  ],
  ['an event without its fields', '{"type":"chainStart"}\n', '; 1 damaged line (line 1) passed over'],
  [
    'a later version',
    `${LINES.split('\n')[0]?.replace('{', '{"schema":2,')}\n`,
    '; 1 start of version 2 of the format, newer than this program, (line 1) passed over',
  ],
  [
    'a type that every object has',
    '{"type":"constructor","runId":"a","time":1}\n',
    "; 1 event of the type constructor, which this version doesn't know, (line 1) passed over",
  ],
  [
    'nested without end',
    '['.repeat(100_000),
    '; the last line is not whole: it was cut short, or is still being written',
  ],
];

const COMMANDS: readonly Row<readonly string[]>[] = [
  [['show', 'run.jsonl', 'zz'], 'run.jsonl: no run zz', 'chain trace show run.jsonl lists them.'],
  [['show', 'run.jsonl', ''], 'run.jsonl: no run ', 'chain trace show run.jsonl lists them.'],
  [['show', 'run.jsonl', 'last~9'], 'run.jsonl: no run last~9: it has 1'],
  [['show', 'run.jsonl', 'last~x'], 'run.jsonl: no run last~x', 'chain trace show run.jsonl lists them.'],
  [
    ['show', 'run.jsonl', 'last~99999999999999999999'],
    'run.jsonl: no run last~99999999999999999999: it has 1',
  ],
  [['show', 'run.jsonl', 'a', 'b'], "too many arguments for 'show'. Expected 2 arguments but got 3."],
  [
    ['show', 'run.jsonl', '--limit', '0'],
    "option '--limit <number>' argument '0' is invalid. It takes a whole number from 1 up.",
  ],
  [['show', 'nope.jsonl'], 'nope.jsonl: no such file'],
  [['show', 'folder'], 'folder: a folder, not a file'],
  [['show'], "missing required argument 'file'"],
  [[], 'no command', 'chain trace --help lists them.'],
  [['shwo', 'x'], "unknown command 'shwo'", '(Did you mean show?)'],
  [['stats', 'nope.jsonl', 'nope2.jsonl'], 'nope.jsonl: no such file'],
  [
    ['stats', 'run.jsonl', '--by', 'x'],
    "option '--by <what>' argument 'x' is invalid. Allowed choices are template, model, day, status.",
  ],
  [
    ['stats', 'run.jsonl', '--since', 'soon'],
    "option '--since <when>' argument 'soon' is invalid. It takes a day such as 2026-11-21, with a time as 2026-11-21T14:30, or how long ago it was: 24h, 7d.",
  ],
  [
    ['stats', 'run.jsonl', '--until', '2026-13-01'],
    "option '--until <when>' argument '2026-13-01' is invalid. It takes a day such as 2026-11-21, with a time as 2026-11-21T14:30, or how long ago it was: 24h, 7d.",
  ],
  [
    ['stats', 'run.jsonl', '--since', '2026-02-30'],
    "option '--since <when>' argument '2026-02-30' is invalid. It takes a day such as 2026-11-21, with a time as 2026-11-21T14:30, or how long ago it was: 24h, 7d.",
  ],
  [
    ['stats', 'run.jsonl', '--max-cost', '-1'],
    "option '--max-cost <dollars>' argument '-1' is invalid. It takes a number from 0 up.",
  ],
  [
    ['diff', 'run.jsonl'],
    'run.jsonl: no run is before 1a000000 in it',
    'Name two runs: chain trace diff A B',
  ],
  [['diff', 'run.jsonl', 'nope.jsonl'], 'nope.jsonl: no such file'],
  [['diff', 'nope.jsonl#last'], 'nope.jsonl: no such file'],
  [['replay', 'nope.jsonl'], 'nope.jsonl: no such file'],
  [['replay', 'run.jsonl', 'zz'], 'run.jsonl: no run zz', 'chain trace show run.jsonl lists them.'],
  [
    ['replay', 'run.jsonl', '--var', 'a=b'],
    '--var needs the template: shop.txt: no such file',
    'chain run asks anew from a template, whatever was recorded.',
  ],
  [
    ['replay', 'run.jsonl', '--replay-timing', '--live'],
    '--replay-timing and --live at once: the model is asked again',
    'Only what is recorded has a time that it took.',
  ],
  [['export', 'run.jsonl'], 'no --format', '--format csv, markdown or html; or --otlp http://127.0.0.1:4318'],
  [['export', 'nope.jsonl', '--format', 'html'], 'nope.jsonl: no such file'],
  [
    ['export', 'run.jsonl', '--format', 'pdf'],
    "option '--format <format>' argument 'pdf' is invalid. Allowed choices are csv, markdown, html.",
  ],
  [
    ['export', 'run.jsonl', '--format', 'csv', '--otlp'],
    "option '--format <format>' cannot be used with option '--otlp [url]'",
  ],
  [['export', 'run.jsonl', '--format', 'csv', '--redact', '('], '--redact (: unterminated group', REGEX],
  [
    ['export', 'run.jsonl', '--format', 'csv', '--output', 'run.jsonl'],
    '--output run.jsonl is a file that is read',
    OTHER_FILE,
  ],
  [
    ['export', 'run.jsonl', '--format', 'csv', '--output', 'run.jsonl/such.csv'],
    '--output run.jsonl/such.csv: a part of its path is a file',
  ],
  [
    ['export', 'run.jsonl', 'zz', '--format', 'csv'],
    'run.jsonl: no run zz',
    'chain trace show run.jsonl lists them.',
  ],
];

const READERS = [['show'], ['stats'], ['diff'], ['replay'], ['export', '--format', 'markdown']] as const;

describe('a file that is no trace:', () => {
  it.each(named(FILES))('$title', async ({ input: content, message: why }) => {
    for (const [command, ...flags] of READERS) {
      const args = ['trace', command, 'run.jsonl', ...flags];
      await expectRefused(
        args,
        { files: { 'run.jsonl': content } },
        `run.jsonl: no run is in it${why}`,
        NO_RUN,
      );
    }
    await expectUnreplayable(content, `no run is in it${why}`);
  });

  it.each([
    [
      'a text log',
      '2026-11-21 14:13:32.605 | INFO     | x\n',
      'it is a log for people, and only one of JSON lines can be replayed',
    ],
    ['only a start', `${LINES.split('\n')[0]}\n`, 'no model ran in it'],
  ])('%s can’t be replayed', async (_, content, why) => expectUnreplayable(content, why));
});

async function expectUnreplayable(content: string | Uint8Array, why: string): Promise<void> {
  const files = { 'show.txt': '<{text}>\n', 'run.jsonl': content };
  const args = ['run', 'show.txt', '--var', 'text=a', '--replay', 'run.jsonl'];
  await expectRefused(args, { files }, `run.jsonl: no answer to replay: ${why}`, NO_ANSWER);
}

/** Deeper than a stack is, in what a chain was given, and in the parameters of its model. */
const DEEP = (() => {
  const value = `${'['.repeat(20_000)}${']'.repeat(20_000)}`;
  return LINES.replace('"inputs":{', `"inputs":{"deep":${value},`).replace(
    '"params":{',
    `"params":{"deep":${value}`,
  );
})();

describe('a trace that is nested deeper than a stack', () => {
  it.each<[code: number, args: readonly string[]]>([
    [0, ['trace', 'show', 'run.jsonl', '--full']],
    [0, ['trace', 'diff', 'run.jsonl', 'run.jsonl']],
    [0, ['trace', 'replay', 'run.jsonl']],
    [0, ['trace', 'export', 'run.jsonl', '--format', 'html']],
    // The parameters are others: a run that failed, and no mistake.
    [1, ['run', '--prompt', 'Flowers?', '--model', 'gpt-5-mini', '--replay', 'run.jsonl']],
  ])('is read: %i, %j', async (code, args) => {
    const { error, ...said } = await attemptHere(args, { files: { 'run.jsonl': DEEP } });
    expect([said.code, error === undefined ? undefined : (error as { code?: unknown }).code]).toEqual([
      code,
      code === 0 ? undefined : 'not_recorded',
    ]);
  });
});

describe('chain trace refuses', () => {
  it.each(unnamed(COMMANDS))('$title', async ({ input: args, message, hint }) => {
    await expectRefused(['trace', ...args], { files: { 'run.jsonl': LINES, 'folder/': '' } }, message, hint);
  });
});
