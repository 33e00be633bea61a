import { execFileSync } from 'node:child_process';
import { appendFileSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { beforeEach, describe, expect, it } from 'vitest';
import { requires } from '../../support/requires.js';
import { commandLine, makeWorkspace, type PerformOptions, type Workspace } from '../../support/run-cli.js';
import { openTerminal } from '../../support/terminal.js';
import { callLines, chainLines, idOf, lineWriter } from '../../trace/trace-lines.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

/** Local time, whatever the zone that the tests run in. */
const show = (args: readonly string[], options?: PerformOptions) =>
  here.perform(['trace', 'show', ...args], options);

const ONE = `run ${idOf('1a')} · 2026-11-21 14:13:32.000 · ok · 400 ms · 12 in + 5 out = 17 tokens (reported) · $0.002

LLMChain shop.txt         ████████████████████   400 ms
└─ ChatOpenAI gpt-5-mini  ░░░░░███████████████   400 ms  12 in + 5 out = 17 tokens (reported) · $0.002
`;

describe('one run', () => {
  it('is a tree', async () => {
    here.write('run.jsonl', chainLines('1a', 'Roses.', { cost: 0.002 }));
    expect(await here.run(['trace', 'show', 'run.jsonl'])).toEqual({ code: 0, stdout: ONE, stderr: '' });
  });

  it('is read from standard input, too, and nothing of it is left behind', async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith('chain-trace-'));
    const outcome = await here.run(['trace', 'show', '-'], {
      stdin: chainLines('1a', 'Roses.', { cost: 0.002 }),
    });
    expect(outcome).toEqual({ code: 0, stdout: ONE, stderr: '' });
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith('chain-trace-'))).toEqual(before);
  });

  it('has its texts whole with --full', async () => {
    const messages = [
      { role: 'system' as const, content: 'You sell\nflowers.' },
      { role: 'user' as const, content: 'Flowers?' },
    ];
    here.write('run.jsonl', chainLines('1a', 'Roses.', { cost: 0.002, messages }));
    const { stdout } = await show(['run.jsonl', '--full']);
    expect(stdout).toBe(`${ONE}
LLMChain shop.txt · 1a000000
  metadata:
    {"template":"shop.txt"}
  inputs:
    {"occasion":"a birthday"}
  prompt:
    Flowers?
  outputs:
    {"text":"Roses."}

ChatOpenAI gpt-5-mini · 1af00000
  system:
    You sell
    flowers.
  user:
    Flowers?
  assistant:
    Roses.
`);
  });

  it('shows what failed, what was tried again, what was counted, and what has no price', async () => {
    const line = lineWriter('Assistant', '1a');
    const tool = lineWriter('calculator', '1d', '1a');
    const failed = lineWriter('ChatOpenAI', '1e', '1a');
    const estimated = {
      inputTokens: 3,
      outputTokens: 4,
      totalTokens: 7,
      cachedTokens: null,
      reasoningTokens: null,
      source: 'estimated' as const,
    };
    here.write(
      'run.jsonl',
      line('chainStart', 0, { inputs: {}, tags: ['shop'] }) +
        callLines('1c', '1a', 'Let me see.', { cost: 0.01, durationMs: 500 }) +
        line('agentAction', 500, { tool: 'calculator', input: { sum: '2*3' }, log: '' }) +
        tool('toolStart', 500, { input: '2*3', toolCallId: 'call_1' }) +
        tool('toolEnd', 600, { output: 6, durationMs: 100 }) +
        failed('chatModelStart', 600, {
          model: 'gpt-5',
          provider: 'openai',
          params: {},
          messages: [],
          tools: [],
          tags: ['memory'],
        }) +
        failed('retry', 650, { attempt: 1, delayMs: 250, reason: '127.0.0.1:80 answered 503' }) +
        failed('llmError', 1000, {
          model: 'gpt-5',
          text: 'Six',
          usage: estimated,
          cost: null,
          durationMs: 400,
          error: { name: 'ChainError', code: 'stream_cut', message: 'it broke off\nbefore the end' },
        }) +
        line('customEvent', 1000, { eventName: 'mood', data: { calm: false } }) +
        line('chainError', 1000, {
          usage: null,
          durationMs: 1000,
          error: { name: 'ChainError', code: 'stream_cut', message: 'it broke off' },
        }),
    );
    expect(await show(['run.jsonl', 'last'])).toEqual({
      code: 0,
      stderr: '',
      stdout: `run ${idOf('1a')} · 2026-11-21 14:13:32.000 · error · 1.00 s · 15 in + 9 out = 24 tokens (estimated: 7 estimated, 17 reported) · $0.01 (1 of 2 without a price)

Assistant #shop              ████████████████████   1.00 s failed
│  15 in + 9 out = 24 tokens (estimated: 7 estimated, 17 reported) · $0.01 (1 of 2 without a price)
│  action: calculator {"sum":"2*3"}
│  mood: {"calm":false}
│  ! stream_cut: it broke off
├─ ChatOpenAI gpt-5-mini     ░░████████             500 ms  12 in + 5 out = 17 tokens (reported) · $0.01
├─ calculator                          ██           100 ms
└─ ChatOpenAI gpt-5 #memory              ████████   400 ms failed  3 in + 4 out = 7 tokens (estimated) · no price
      retry 1 in 250 ms: 127.0.0.1:80 answered 503
      ! stream_cut: it broke off⏎before the end
`,
    });
  });

  it('is a part of a run where that is named', async () => {
    here.write('run.jsonl', chainLines('1a', 'Roses.', { cost: 0.002 }));
    const { stdout } = await show(['run.jsonl', '1af']);
    expect(
      stdout,
    ).toBe(`run ${idOf('1af')} · 2026-11-21 14:13:32.000 · ok · 400 ms · 12 in + 5 out = 17 tokens (reported) · $0.002

ChatOpenAI gpt-5-mini  ░░░░░███████████████   400 ms  12 in + 5 out = 17 tokens (reported) · $0.002
`);
  });

  it('is one document with --json', async () => {
    here.write('run.jsonl', `${chainLines('1a', 'Roses.', { cost: 0.002 })}hello\n`);
    const { stdout, stderr } = await show(['run.jsonl', '--json']);
    expect([stdout.indexOf('\n'), stderr]).toEqual([stdout.length - 1, '']);
    const { schema, run, notes } = JSON.parse(stdout);
    expect([schema, notes]).toEqual([1, ['1 line of other programs (line 8) passed over']]);
    expect(run).toMatchObject({
      id: idOf('1a'),
      parentId: null,
      status: 'ok',
      durationMs: 400,
      template: 'shop.txt',
      model: null,
      cost: 0.002,
      modelRuns: 1,
      start: { type: 'chainStart' },
      moments: [{ type: 'text' }],
      end: { type: 'chainEnd' },
      children: [
        {
          id: idOf('1af'),
          model: 'gpt-5-mini',
          usage: { totalTokens: 17 },
          streamed: null,
          end: { text: 'Roses.' },
        },
      ],
    });
  });

  it('lets nothing through that could steer a terminal', async () => {
    const evil = '\x1b]0;owned\x07\x1b[2J\u202egpt';
    here.write('run.jsonl', chainLines('1a', `a\x1b[31m${evil}\u009b31m`, { model: evil, tags: [evil] }));
    for (const args of [['--full'], ['--json'], []]) {
      const { stdout } = await show(['run.jsonl', ...args]);
      expect(stdout).not.toMatch(/[\0-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e]/);
    }
  });
});

describe('several runs', () => {
  const LIST = `run.jsonl: 3 runs

run       started              status          time  tokens    cost  model       what
1a000000  2026-11-21 14:13:32  ok            400 ms      17  $0.002  gpt-5-mini  shop.txt
1b000000  2026-11-21 14:13:33  unfinished                                        shop.txt
2c000000  2026-11-21 14:13:34  rate_limited    4 ms                              LLMChain

chain trace show run.jsonl 2c000000 shows one.
`;

  const write = () => {
    const line = lineWriter('LLMChain', '2c');
    here.write(
      'run.jsonl',
      chainLines('1a', 'Roses.', { cost: 0.002 }) +
        chainLines('1b', 'Lilies.', { at: 1000 }).split('\n').slice(0, 3).join('\n') +
        '\n' +
        line('chainStart', 2000, { inputs: {} }) +
        line('chainError', 2004, {
          usage: null,
          durationMs: 4,
          error: { name: 'ChainError', code: 'rate_limited', message: '429' },
        }),
    );
  };

  it('are listed', async () => {
    write();
    expect(await show(['run.jsonl'])).toEqual({ code: 0, stdout: LIST, stderr: '' });
  });

  it('are listed as JSON', async () => {
    write();
    const { stdout } = await show(['run.jsonl', '--json', '--limit', '2']);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 1,
      file: 'run.jsonl',
      count: 3,
      notes: [],
      runs: [
        { id: idOf('1b'), status: 'unfinished', durationMs: null, cost: null, content: true },
        { id: idOf('2c'), status: 'error', errorCode: 'rate_limited' },
      ],
    });
  });

  it('say how many are left out', async () => {
    write();
    const { stdout } = await show(['run.jsonl', '--limit', '1']);
    expect(stdout.split('\n')[0]).toBe('run.jsonl: 3 runs, the last 1');
    expect(stdout).not.toContain('1b000000');
  });

  it('are told apart by what is typed', async () => {
    write();
    expect(await show(['run.jsonl', '1'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `chain: run.jsonl: 1 is the beginning of several runs: ${idOf('1a')}, ${idOf('1b')}\n`,
    });
  });
});

it.each([
  [['nowhere.jsonl', '--json'], 'file_not_readable', 'nowhere.jsonl: no such file'],
  [
    ['-', '--json', '--follow'],
    'invalid_argument',
    'standard input is read to its end, and can’t be followed',
  ],
])('%j is a document of what is wrong, too', async (args, code, message) => {
  const { stdout } = await show(args);
  expect(JSON.parse(stdout)).toEqual({ schema: 1, error: { code, message }, text: '' });
});

describe('--events', () => {
  it('gives the lines of all runs as they stand, and says what else is there', async () => {
    const [one, two] = [chainLines('1a', 'Roses.'), chainLines('1b', 'Lilies.')];
    here.write(
      'run.jsonl',
      `${one}GET / 200\n{"type":"log","time":1,"level":"info","message":"hi"}\n${two}{"type":"te`,
    );
    expect(await show(['run.jsonl', '--events'])).toEqual({
      code: 0,
      stdout: one + two,
      stderr:
        'note: 1 line of other programs (line 8) passed over\n' +
        'note: the last line is not whole: it was cut short, or is still being written\n',
    });
  });

  it('gives those of one run and of what is under it', async () => {
    const [one, two] = [chainLines('1a', 'Roses.'), chainLines('1b', 'Lilies.')].map((text) =>
      text.split('\n').slice(0, -1),
    );
    here.write('run.jsonl', `${one!.flatMap((line, at) => [line, two![at]]).join('\n')}\n`);
    expect((await show(['run.jsonl', '1b', '--events'])).stdout).toBe(chainLines('1b', 'Lilies.'));
    expect((await show(['run.jsonl', '1bf', '--events'])).stdout).toBe(`${two!.slice(2, 6).join('\n')}\n`);
  });

  it('ends quietly when nobody reads on', async () => {
    here.write('run.jsonl', chainLines('1a', 'x'.repeat(100)).repeat(2000));
    const { file, args, env } = commandLine(here.folder, ['trace', 'show', 'run.jsonl', '--events']);
    const words = [file, ...args].map((word) => `'${word}'`).join(' ');
    const script = `${words} | head -1; echo "exit \${PIPESTATUS[0]}"`;
    const output = execFileSync('bash', ['-c', script], { cwd: here.folder, env }).toString();
    expect(output).toMatch(/^\{"type":"chainStart".*\}\nexit 0\n$/);
  });
});

describe('what the command itself wrote', () => {
  it('is shown', async () => {
    await here.perform(['run', '--prompt', '1 + {n} =', '--var', 'n=2', '--log', 'run.jsonl']);
    const { code, stdout, stderr } = await show(['run.jsonl', 'last', '--full']);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toMatch(/^LLMChain --prompt +█+ +[\d.]+ m?s$/m);
    expect(stdout).toMatch(
      /^└─ OfflineModel offline \(arithmetic\) .* = \d+ tokens \(estimated\) · no price$/m,
    );
    expect(stdout).toMatch(/^ {2}user:\n {4}1 \+ 2 =$/m);
    expect(stdout).toMatch(/^ {2}assistant:\n {4}3$/m);
  });

  it('is not shown where it is text', async () => {
    await here.perform(['run', '--prompt', '1 + 1 =', '--log', 'run.log']);
    const { code, stderr } = await show(['run.log']);
    expect(code).toBe(2);
    expect(stderr).toBe(
      'chain: run.log: no run is in it; 5 lines of a text log (lines 1, 2, 3, 4, 5) passed over\n' +
        '       A trace is JSON lines: chain run … --log run.jsonl, or --log-format jsonl for another name\n',
    );
  });
});

it.each([
  [['gone.jsonl'], 'chain: gone.jsonl: no such file\n'],
  [['.'], 'chain: .: a folder, not a file\n'],
  [[], "chain: missing required argument 'file'\n"],
  [
    ['-', '--follow'],
    'chain: standard input is read to its end, and can’t be followed\n       Name the file that is being written.\n',
  ],
])('refuses %j', async (args, stderr) => {
  expect(await show(args)).toEqual({ code: 2, stdout: '', stderr });
});

describe('--follow', () => {
  it('waits for a file and its runs, and prints each when it has ended, until it is told to stop', async () => {
    const following = here.start(['trace', 'show', 'run.jsonl', '--follow']);
    // Not before it has begun to follow does it see one.
    const again = () => appendFileSync(here.path('run.jsonl'), chainLines('1a', 'Roses.', { cost: 0.002 }));
    const poll = setInterval(again, 50);
    await following.sees(ONE).finally(() => clearInterval(poll));
    appendFileSync(here.path('run.jsonl'), chainLines('1b', 'Lilies.'));
    await following.sees(`run ${idOf('1b')}`);
    following.child.kill('SIGINT');
    expect((await following.done).code).toBe(130);
  });

  it('ends with a run that was named', async () => {
    const lines = chainLines('1a', 'Roses.', { cost: 0.002 });
    here.write('run.jsonl', lines.slice(0, 700));
    const following = here.start(['trace', 'show', 'run.jsonl', 'last', '--follow', '--events']);
    await following.sees('"type":"chainStart"');
    appendFileSync(here.path('run.jsonl'), lines.slice(700));
    expect(await following.done).toEqual({ code: 0, stdout: lines, stderr: '' });
  });

  it('tells what else came, without numbers where it did not count from the beginning', async () => {
    const lines = chainLines('1b', 'Lilies.');
    here.write('run.jsonl', `${chainLines('1a', 'Roses.')}${lines.slice(0, 700)}`);
    const following = here.start(['trace', 'show', 'run.jsonl', 'last', '--follow', '--events']);
    await following.sees('"type":"chainStart"');
    appendFileSync(here.path('run.jsonl'), `${lines.slice(700, lines.indexOf('\n', 700) + 1)}GET /\n`);
    appendFileSync(here.path('run.jsonl'), lines.slice(lines.indexOf('\n', 700) + 1));
    const { code, stderr } = await following.done;
    expect([code, stderr]).toEqual([0, 'note: 1 line of other programs passed over\n']);
  });

  it('ends with a step that was named, though the run that it is a step of goes on', async () => {
    const lines = chainLines('1a', 'Roses.').split('\n');
    here.write('run.jsonl', lines.slice(0, -2).join('\n').concat('\n'));
    const following = here.start(['trace', 'show', 'run.jsonl', '1af', '--follow']);
    expect(await following.done).toMatchObject({ code: 0, stdout: expect.stringMatching(/^run 1af/) });
  });

  it('goes on with every run that had not ended, whole, whatever ended beside it', async () => {
    const lines = chainLines('1a', 'Roses.').split('\n');
    const [begun, rest] = [lines.slice(0, 4), lines.slice(4)].map((part) => part.join('\n'));
    here.write('run.jsonl', `${begun}\n${chainLines('1b', 'Lilies.')}`);
    const following = here.start(['trace', 'show', 'run.jsonl', '--follow']);
    const again = () => appendFileSync(here.path('run.jsonl'), chainLines('1c', 'Tulips.'));
    const poll = setInterval(again, 50);
    await following.sees(`run ${idOf('1c')}`).finally(() => clearInterval(poll));
    appendFileSync(here.path('run.jsonl'), rest!);
    await following.sees(`run ${idOf('1a')}`);
    following.child.kill('SIGINT');
    const { stdout } = await following.done;
    expect(stdout).toContain(`\n${(await show(['run.jsonl', '1a'])).stdout}\n`);
    expect(stdout).not.toContain(idOf('1b'));
  });

  it('passes by what has ended already', async () => {
    here.write('run.jsonl', chainLines('1a', 'Roses.'));
    const following = here.start(['trace', 'show', 'run.jsonl', '--follow', '--json']);
    // The first run is behind it once it has seen the second.
    const poll = setInterval(() => appendFileSync(here.path('run.jsonl'), chainLines('1b', 'Lilies.')), 50);
    await following.sees('\n').finally(() => clearInterval(poll));
    following.child.kill('SIGINT');
    expect((await following.done).stdout).not.toContain(idOf('1a'));
  });

  it.runIf(requires('tmux'))('draws the tree anew on a terminal', async () => {
    const line = lineWriter('LLMChain', '1a');
    const terminal = await openTerminal(
      commandLine(here.folder, ['trace', 'show', 'run.jsonl', '--follow']),
      here.folder,
    );
    await terminal.sees(/^waiting for runs in run\.jsonl$/m);
    here.write('run.jsonl', line('chainStart', 0, { inputs: {} }));
    expect(await terminal.sees(/^LLMChain/m)).not.toContain('waiting');
    appendFileSync(here.path('run.jsonl'), callLines('1b', '1a', 'Roses.'));
    await terminal.sees(/^└─ ChatOpenAI gpt-5-mini .* 400 ms /m);
    appendFileSync(
      here.path('run.jsonl'),
      line('chainEnd', 400, { outputs: {}, usage: null, durationMs: 400 }),
    );
    await terminal.sees(/^LLMChain +█+ +400 ms\n[\s\S]*waiting for runs/m);
    await terminal.press('C-c');
    const screen = await terminal.sees(/\[exit 130\]/);
    expect(screen.match(/^LLMChain/gm)).toHaveLength(1);
  });
});

describe('runs that are nested 3,000 deep', () => {
  /** 0 is the root; all but the root go on. */
  const nested = (last: string) =>
    Array.from({ length: 3000 }, (_, at) => {
      const id = (number: number) => `a${String(number).padStart(4, '0')}`;
      const line = lineWriter(`step ${at}`, id(at), at === 0 ? null : id(at - 1));
      return line('chainStart', at, { inputs: { name: at === 2999 ? last : 'roses' } });
    }).join('');

  it('stand beside each other from the 500th level on', async () => {
    here.write('run.jsonl', nested('roses'));
    const { code, stdout } = await here.run(['trace', 'show', 'run.jsonl', '--json']);
    let { run } = JSON.parse(stdout);
    let depth = 0;
    for (; run.children.length === 1; depth += 1) run = run.children[0];
    expect({ code, depth, beside: run.children.length }).toEqual({ code: 0, depth: 499, beside: 2500 });
    expect(run.children.at(-1)).toMatchObject({ name: 'step 2999', parentId: idOf('a2998'), children: [] });
  });

  it('are compared', async () => {
    here.write('a.jsonl', nested('roses'));
    here.write('b.jsonl', nested('lilies'));
    const { code, stdout } = await here.run(['trace', 'diff', 'a.jsonl', 'b.jsonl']);
    const [, step] = stdout.split('~ step 2999\n');
    expect({ code, step }).toEqual({
      code: 0,
      step: expect.stringMatching(/^ *inputs:\n *name: \[-roses-\]\{\+lilies\+\}\n/),
    });
  });
});
