import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import type { ServerResponse } from 'node:http';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, reply, serve, stream, text, USAGE } from '../models/loopback.js';
import { requires } from '../support/requires.js';
import {
  commandLine,
  makeWorkspace,
  type Running,
  type RunOptions,
  type Workspace,
} from '../support/run-cli.js';
import { openTerminal } from '../support/terminal.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('add.txt', '1 + {number} = \n');
});

const NO_SIGNALS = process.platform === 'win32';

function watch(args: readonly string[], options?: RunOptions): Running {
  return here.start(['run', ...args, '--watch'], options);
}

/** As Ctrl-C does it. Times are never the same twice. */
async function stop(
  running: Running,
): Promise<{ readonly code: number | null; readonly stdout: string; readonly stderr: string }> {
  running.child.kill('SIGINT');
  const { code, stdout, stderr } = await running.done;
  return { code, stdout, stderr: stderr.replace(/(→ N ms)(?:, [+-][\d.]+ %)?/g, '$1') };
}

const OFFLINE =
  'offline (arithmetic) · offline, not a language model · 13 in + 1 out = 14 tokens (estimated) · price none · first token N ms · N ms\n';
const FIGURES = `  tokens  13 in + 1 out = 14 tokens (estimated), the same
  cost    no price
  time    N ms → N ms · first token N ms → N ms
`;

describe.skipIf(NO_SIGNALS)('chain run --watch', () => {
  it('runs again when the template has changed, and says what is different', async () => {
    const running = watch(['add.txt', '--var', 'number=2', '--log', 'run.jsonl']);
    await running.sees('watching add.txt');
    here.write('add.txt', '10 + {number} = \n');
    await running.sees('[-3-]{+12+}');
    expect(await stop(running)).toEqual({
      code: 130,
      stdout: '3\n12\n',
      stderr: `${OFFLINE}watching add.txt
add.txt changed
${OFFLINE}since the last run:
  parameters: the same
  prompt:
    user: [-1-]{+10+} + 2 = 
  answer: [-3-]{+12+}
${FIGURES}watching add.txt
`,
    });
    const types = here.events('run.jsonl').map(({ type }) => type);
    expect(types.filter((type) => type === 'chainEnd')).toHaveLength(2);
  });

  it('of several runs, compares each with its own', async () => {
    const running = watch(['add.txt', '--var', 'number=2', '-n', '2']);
    await running.sees('watching add.txt');
    here.write('add.txt', '10 + {number} = \n');
    await running.sees('#2:\n  parameters: the same\n');
    const { code, stdout, stderr } = await stop(running);
    expect([code, stdout]).toEqual([
      130,
      ['3', '12'].map((sum) => `== offline · #1 ==\n${sum}\n\n== offline · #2 ==\n${sum}\n`).join(''),
    ]);
    const difference = `  parameters: the same
  prompt:
    user: [-1-]{+10+} + 2 = 
  answer: [-3-]{+12+}
${FIGURES}`;
    expect(stderr.slice(stderr.indexOf('since'))).toBe(
      `since the last run of offline · #1:
${difference}since the last run of offline · #2:
${difference}watching add.txt
`,
    );
  });

  it('however the file is written', async () => {
    const running = watch(['add.txt', '--var', 'number=2', '--quiet']);
    await running.sees('3\n');
    here.write('next.txt', '10 + {number} = \n');
    renameSync(here.path('next.txt'), here.path('add.txt'));
    await running.sees('12\n');
    rmSync(here.path('add.txt'));
    await running.sees('chain: add.txt: no such file');
    here.write('add.txt', '20 + {number} = \n');
    await running.sees('22\n');
    renameSync(here.path('add.txt'), here.path('add.txt~'));
    here.write('add.txt', '30 + {number} = \n');
    await running.sees('32\n');
    writeFileSync(here.path('add.txt'), '');
    writeFileSync(here.path('add.txt'), '40 + {number} = \n');
    await running.sees('42\n');
    expect(await stop(running)).toEqual({
      code: 130,
      stdout: '3\n12\n22\n32\n42\n',
      stderr: 'chain: add.txt: no such file\n',
    });
  });

  it('not when a file is only saved', async () => {
    const running = watch(['add.txt', '--var', 'number=2', '--quiet']);
    await running.sees('3\n');
    here.write('add.txt', '1 + {number} = \n');
    here.write('next.txt', '1 + {number} = \n');
    renameSync(here.path('next.txt'), here.path('add.txt'));
    here.write('add.txt', '10 + {number} = \n');
    await running.sees('12\n');
    expect((await stop(running)).stdout).toBe('3\n12\n');
  });

  it('watches everything that it reads', async () => {
    here.write('ask.txt', '{a} + {b} = ');
    here.write('a.txt', '1');
    here.write('b.yaml', 'b: 2');
    here.write('config.yaml', 'defaults: { quiet: false }');
    here.write('schema.json', '{ "type": "number" }');
    here.write('h.mjs', "export const h = { onLLMEnd() { console.error('first'); } };");
    const files = [
      '--var',
      'a=@a.txt',
      '--vars',
      'b.yaml',
      '--config',
      'config.yaml',
      '--schema',
      'schema.json',
      '--callback',
      'h.mjs',
    ];
    const running = watch(['ask.txt', ...files]);
    await running.sees('watching ask.txt, b.yaml, a.txt and 3 more');
    for (const [file, content, seen] of [
      ['a.txt', '3', '[-3-]{+5+}'],
      ['b.yaml', 'b: 5', '[-5-]{+8+}'],
      ['h.mjs', "export const h = { onLLMEnd() { console.error('second'); } };", 'second'],
      ['schema.json', '{ "type": "string" }', 'chain: the answer'],
      ['config.yaml', 'nonsense: true', 'chain: config.yaml'],
    ] as const) {
      here.write(file, content);
      await running.sees(`${file} changed`);
      await running.sees(seen);
    }
    expect((await stop(running)).code).toBe(130);
  });

  it('loads a handler anew for each run, with what it imports', async () => {
    here.write('word.mjs', "export const word = 'one';");
    here.write(
      'h.mjs',
      `import { BaseCallbackHandler } from 'promptchain';
import { word } from './word.mjs';
let count = 0;
export class H extends BaseCallbackHandler {
  onLLMEnd() { console.error(word, ++count); }
  close() { console.error('closed'); }
}`,
    );
    const running = watch(['add.txt', '--var', 'number=2', '--callback', 'h.mjs']);
    await running.sees('watching');
    here.write('add.txt', '10 + {number} = \n');
    await running.sees('[-3-]{+12+}');
    here.write('word.mjs', "export const word = 'two';");
    here.write('h.mjs', here.read('h.mjs').replace('closed', 'let go'));
    await running.sees('let go');
    const { stderr } = await stop(running);
    expect(stderr.match(/^(?:one|two|closed|let go).*$/gm)).toEqual([
      'one 1',
      'closed',
      'one 1',
      'closed',
      'two 1',
      'let go',
    ]);
  });

  it('loads one of CommonJS anew, too', async () => {
    here.write('h.cjs', "exports.h = { onLLMEnd() { console.error('first'); } };");
    const running = watch(['add.txt', '--var', 'number=2', '--callback', 'h.cjs']);
    await running.sees('watching');
    here.write('h.cjs', "exports.h = { onLLMEnd() { console.error('second'); } };");
    await running.sees('second');
    await stop(running);
  });

  it('goes on after whatever is wrong', async () => {
    rmSync(here.path('add.txt'));
    here.write('h.mjs', 'export const h = {');
    const running = watch(['add.txt', '--var', 'number=2', '--callback', 'h.mjs']);
    await running.sees('chain: add.txt: no such file\nwatching add.txt, h.mjs');
    here.write('add.txt', '1 + {number');
    await running.sees('chain: add.txt:1:5: "{" is never closed');
    here.write('add.txt', '1 + {nombre} = ');
    await running.sees('Missing variable: nombre');
    here.write('add.txt', 'Which flower is the rarest? {number}');
    await running.sees('chain: no model is set up');
    here.write('add.txt', '1 + {number} = ');
    await running.sees('chain: --callback h.mjs');
    here.write('h.mjs', 'export const h = { onLLMEnd() {} };');
    await running.sees('3\n');
    expect((await stop(running)).stdout).toBe('3\n');
  });

  it('compares with the last run that came to an end', async () => {
    const server = await serve(
      reply(200, {
        choices: [{ index: 0, message: { role: 'assistant', content: 'one' }, finish_reason: 'stop' }],
      }),
      reply(401, { error: { message: 'No.' } }),
      reply(200, {
        choices: [{ index: 0, message: { role: 'assistant', content: 'two' }, finish_reason: 'stop' }],
      }),
    );
    here.write('ask.txt', 'Say one');
    const running = watch(['ask.txt', '--no-stream'], { env: { OPENAI_BASE_URL: server.baseUrl } });
    await running.sees('watching');
    here.write('ask.txt', 'Say no');
    await running.sees('ended: ok → error (authentication: ');
    here.write('ask.txt', 'Say two');
    await running.sees('{+two+}');
    const { code, stdout, stderr } = await stop(running);
    expect([code, stdout]).toEqual([130, 'one\ntwo\n']);
    expect(
      stderr.replace(/127.0.0.1:\d+/g, 'SERVER').split('ask.txt changed\n')[1],
    ).toBe(`chain: SERVER answered 401: No.
       Is OPENAI_API_KEY the right one for this server?
since the last run:
  parameters: the same
  prompt:
    user: Say [-one-]{+no+}
  answer: [-one-]
  ended: ok → error (authentication: SERVER answered 401: No.)
  tokens  9 in + 1 out = 10 tokens (estimated) → none
  cost    no price → nothing
  time    N ms → N ms
watching ask.txt
`);
  });

  it('a change during a run ends it, and begins anew', async () => {
    const begin = (response: ServerResponse) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text('Hel'));
    };
    const server = await serve(begin, stream(text('Hello'), text('', 'stop'), DONE));
    here.write('ask.txt', 'Say hello.');
    const running = watch(['ask.txt', '--log', 'run.jsonl'], { env: { OPENAI_BASE_URL: server.baseUrl } });
    await running.sees('Hel');
    here.write('ask.txt', 'Say hello!');
    await running.sees('watching');
    await server.left;
    const { code, stdout, stderr } = await stop(running);
    expect([code, stdout]).toEqual([130, 'Hel\nHello\n']);
    expect(stderr.replace(/\b\d+ in \+ .*/g, '…')).toBe(`gpt-5-mini-2025-08-07 · …
ask.txt changed
gpt-5-mini-2025-08-07 · …
watching ask.txt
`);
    const ends = here.events('run.jsonl').filter(({ type }) => /End|Error/.test(type as string));
    expect(
      ends.map(({ type, error }) => [type, (error as { message?: string } | undefined)?.message]),
    ).toEqual([
      ['llmError', 'the request was aborted'],
      ['chainError', 'the request was aborted'],
      ['llmEnd', undefined],
      ['chainEnd', undefined],
    ]);
  });

  it('Ctrl-C during a run: the log is whole', async () => {
    const server = await serve((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.write(text('Hel'));
    });
    const running = watch(['add.txt', '--var', 'number=2', '--log', 'run.jsonl', '--quiet'], {
      env: { OPENAI_BASE_URL: server.baseUrl },
    });
    await running.sees('Hel');
    expect(await stop(running)).toEqual({ code: 130, stdout: 'Hel\n', stderr: '' });
    expect(
      here
        .events('run.jsonl')
        .slice(-2)
        .map(({ type }) => type),
    ).toEqual(['llmError', 'chainError']);
  });

  it('reads what is piped once, and keeps it', async () => {
    here.write('sum.txt', '1 + {input} =');
    const running = watch(['sum.txt', '--quiet'], { stdin: '2\n' });
    await running.sees('3\n');
    here.write('sum.txt', '10 + {input} =');
    await running.sees('12\n');
    here.write('sum.txt', '20 + {input} =');
    await running.sees('22\n');
    expect(await stop(running)).toEqual({ code: 130, stdout: '3\n12\n22\n', stderr: '' });
  });

  it('goes on reading what is piped through a change', async () => {
    here.write('sum.txt', '1 + {input} =');
    const preload = here.write(
      'tell.mjs',
      `const { get } = Object.getOwnPropertyDescriptor(process, 'stdin');
Object.defineProperty(process, 'stdin', { get() { console.error('reading'); return get.call(process); } });`,
    );
    const command = [process.execPath, '--import', preload];
    const running = watch(['sum.txt', '--json'], { stdin: 'open', command });
    await running.sees('reading');
    running.child.stdin.write('4');
    here.write('sum.txt', '10 + {input} =');
    await running.sees('sum.txt changed');
    running.child.stdin.end('2');
    await running.sees('"text":"52"');
    await stop(running);
  });

  it('--json: a line for each run, also for one that failed', async () => {
    const running = watch(['add.txt', '--var', 'number=2', '--json']);
    await running.sees('"text":"3"');
    here.write('add.txt', '1 + {number');
    await running.sees('invalid_template');
    here.write('add.txt', '10 + {number} = \n');
    await running.sees('"text":"12"');
    const { stdout } = await stop(running);
    const documents = stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line));
    expect(documents.map(({ schema, text: said, error }) => [schema, said, error?.code])).toEqual([
      [1, '3', undefined],
      [1, '', 'invalid_template'],
      [1, '12', undefined],
    ]);
  });

  it('a budget holds for all runs together, and ends it', async () => {
    const running = watch(['add.txt', '--var', 'number=2', '--max-total-tokens', '30', '--json']);
    await running.sees('"text":"3"');
    here.write('add.txt', '10 + {number} = \n');
    await running.sees('"text":"12"');
    here.write('add.txt', '20 + {number} = \n');
    const { code, stdout, stderr } = await running.done;
    expect(code).toBe(3);
    expect(JSON.parse(stdout.trimEnd().split('\n').at(-1)!)).toMatchObject({
      error: { code: 'budget_exceeded' },
      spent: { totalTokens: 28 },
    });
    expect(stderr).toContain(
      "chain: the call doesn't fit into the budget: 2 of 30 tokens are left, and the prompt takes 13 before any answer",
    );
  });

  it('a budget goes on where the template sets another', async () => {
    here.write('add.txt', '---\nmax_total_tokens: 20\n---\n1 + {number} =');
    const running = watch(['add.txt', '--var', 'number=2']);
    await running.sees('3\n');
    here.write('add.txt', '---\nmax_total_tokens: 40\n---\n10 + {number} =');
    await running.sees('12\n');
    here.write('add.txt', '---\nmax_total_tokens: 38\n---\n20 + {number} =');
    const { code, stderr } = await running.done;
    expect([code, stderr.includes('budget: 26 of 38 tokens spent')]).toEqual([3, true]);
  });

  it('masks keys in what it shows', async () => {
    here.write('ask.txt', 'The key is sk-abcdefghijklmnop');
    const server = await serve(
      stream(
        text('Yes'),
        text('', 'stop'),
        event({ ...(delta({}) as object), choices: [], usage: USAGE }),
        DONE,
      ),
    );
    const running = watch(['ask.txt'], {
      env: { OPENAI_BASE_URL: server.baseUrl, OPENAI_API_KEY: 'secret-canary-1' },
    });
    await running.sees('watching');
    here.write('ask.txt', 'My key is sk-abcdefghijklmnoq and secret-canary-1');
    await running.sees('since the last run');
    await running.sees('answer: the same');
    const { stderr } = await stop(running);
    expect(stderr).toContain('user: [-The-]{+My+} key is {+*** and +}***\n');
    expect(stderr).not.toMatch(/canary|abcdef/);
  });

  it('--dry-run: what would be sent, each time', async () => {
    const running = watch(['add.txt', '--var', 'number=2', '--dry-run']);
    await running.sees('1 + 2 =');
    here.write('add.txt', '10 + {number} = \n');
    await running.sees('10 + 2 =');
    expect((await stop(running)).stderr).toBe('watching add.txt\nadd.txt changed\nwatching add.txt\n');
  });

  it('a folder that isn’t there yet', async () => {
    const running = watch(['prompts/add.txt', '--var', 'number=2', '--quiet']);
    await running.sees('chain: prompts/add.txt: no such file');
    mkdirSync(here.path('prompts'));
    here.write('prompts/add.txt', '1 + {number} =');
    await running.sees('3\n');
    await stop(running);
  });
});

describe('what can’t be watched', () => {
  it.each<[args: readonly string[], message: string]>([
    [
      ['-'],
      'chain: --watch runs a template again, and standard input comes only once\n       Save it in a file, and name that.\n',
    ],
    [
      ['--prompt', '1 + {n} =', '--var', 'n=2'],
      'chain: nothing to watch: --prompt is no file, and no variable is read from one\n       Save it in a file, and name that.\n',
    ],
    [
      [],
      'chain: no template\n       chain run template.txt --var name=value, or chain run --prompt "text"; from a pipe: chain run -\n',
    ],
    [
      ['add.txt', '--prompt', 'x'],
      'chain: a template file and --prompt at once: one of them is the template\n       chain run template.txt --var name=value, or chain run --prompt "text"; from a pipe: chain run -\n',
    ],
    [
      ['add.txt', '--var', 'number'],
      'chain: not name=value: --var number\n       A variable is set as --var name=value.\n',
    ],
  ])('%j', async (args, stderr) => {
    expect(await watch(args).done).toEqual({ code: 2, stdout: '', stderr });
  });

  it.skipIf(NO_SIGNALS)('a pipe with a name', async () => {
    const line = `"${process.execPath}" "$0" run add.txt --var number=@<(echo 2) --watch`;
    const { code, stderr } = await here.run([], { command: ['bash', '-c', line] });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^chain: --watch reads files again, and a pipe comes only once: \/dev\/fd\/\d+\n/);
  });
});

describe.skipIf(!requires('tmux'))('at a terminal', () => {
  it('in colours', async () => {
    const program = commandLine(here.folder, ['run', 'add.txt', '--var', 'number=2', '--watch']);
    const terminal = await openTerminal(program, here.folder);
    await terminal.sees(/^watching add\.txt$/m);
    here.write('add.txt', '10 + {number} = \n');
    await terminal.sees(/answer: 312$/m);
    await terminal.sees(/watching add\.txt\s*$/);
    const shown = await terminal.screen('styled');
    expect(shown).toContain('user: \x1b[31m1\x1b[32m10\x1b[39m + 2 =');
    await terminal.press('C-c');
    await terminal.sees(/\[exit 130\]/);
  });
});
