import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, event, serve, stream, text, USAGE } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('show.txt', '<{text}>\n');
  here.write('add.txt', '1 + {number} = \n');
});

/** The prompt as the model gets it. */
async function prompt(args: readonly string[], stdin: string | Uint8Array | 'open' = '') {
  const server = await serve(stream(text('x', 'stop'), event({ choices: [], usage: USAGE }), DONE));
  const env = { OPENAI_BASE_URL: server.baseUrl };
  const line = ['run', ...args, '--quiet'];
  // Nobody waits for a pipe that stays open in a process that goes on.
  const { stderr } = await (stdin === 'open'
    ? here.run(line, { env, stdin })
    : here.perform(line, { env, stdin }));
  if (stderr !== '') throw new Error(stderr);
  return (server.received[0]!.body.messages as { content: string }[])[0]!.content;
}

describe('--var', () => {
  const VALUES = [
    ['a=b', '<a=b>'],
    ['', '<>'],
    ['{text} {other} {{x}}', '<{text} {other} {{x}}>'],
    ['@file.txt', '<two\nlines>'],
    ['@@file.txt', '<@file.txt>'],
    ['-', '<piped\n>'],
    ['\\-', '<->'],
    ['-5', '<-5>'],
    ['你好', '<你好>'],
  ] as const;

  it('is text, a file or what is piped', async () => {
    here.write('file.txt', 'two\r\nlines\r\n');
    here.write('all.txt', VALUES.map((_, index) => `<{v${index}}>`).join('\n'));
    const args = VALUES.flatMap(([value], index) => ['--var', `v${index}=${value}`]);
    expect(await prompt(['all.txt', ...args], 'piped\n\n')).toBe(
      VALUES.map(([, expected]) => expected).join('\n'),
    );
  });

  it('the last of one name wins', async () => {
    expect(await prompt(['show.txt', '--var', 'text=a', '--var', 'text=b'])).toBe('<b>');
  });

  it('sets names that every object has', async () => {
    const args = ['--prompt', '{constructor} {__proto__}', '--var', 'constructor=a', '--var', '__proto__=b'];
    expect(await prompt(args)).toBe('a b');
  });
});

describe('--vars', () => {
  beforeEach(() => {
    here.write('a.json', '{"text": "from a", "other": [1], "number": 2}');
    here.write('b.yaml', 'text: from b\nunused: true\n');
  });

  it.each([
    [['--vars', 'a.json'], '<from a>'],
    [['--vars', 'b.yaml'], '<from b>'],
    [['--vars', 'a.json', '--vars', 'b.yaml'], '<from b>'],
    [['--vars', 'b.yaml', '--vars', 'a.json'], '<from a>'],
    [['--var', 'text=flag', '--vars', 'a.json'], '<flag>'],
  ])('%j', async (args, expected) => {
    expect(await prompt(['show.txt', ...args])).toBe(expected);
  });
});

describe('standard input', () => {
  it.each([
    {
      what: 'is a file of variables with --vars -',
      args: ['--prompt', '[{text}]', '--vars', '-'],
      stdin: '{ "text": "from stdin" }',
      expected: '[from stdin]',
    },
    {
      what: 'is the template with -',
      args: ['-', '--var', 'x=1'],
      stdin: 'from stdin {x}\n',
      expected: 'from stdin 1',
    },
    { what: 'is {input} when piped', args: ['--prompt', '[{input}]'], stdin: 'notes\n', expected: '[notes]' },
    { what: 'is {input} even when it is empty', args: ['--prompt', '[{input}]'], stdin: '', expected: '[]' },
    { what: 'goes before a default', args: ['default.txt'], stdin: 'piped', expected: '[piped]' },
    {
      what: 'leaves the default when it is empty',
      args: ['default.txt'],
      stdin: '',
      expected: '[by default]',
    },
    {
      what: 'is not read where --var sets input',
      args: ['--prompt', '[{input}]', '--var', 'input=x'],
      stdin: 'open' as const,
      expected: '[x]',
    },
    {
      what: 'is not read where --vars sets input',
      args: ['--prompt', '[{input}]', '--vars', 'v.json'],
      stdin: 'open' as const,
      expected: '[v]',
    },
    {
      what: 'is not read where nothing needs it',
      args: ['add.txt', '--var', 'number=2'],
      stdin: 'open' as const,
      expected: '1 + 2 = ',
    },
  ])('$what', async ({ args, stdin, expected }) => {
    here.write('default.txt', '---\ninputs: {input: by default}\n---\n[{input}]');
    here.write('v.json', '{"input": "v"}');
    expect(await prompt(args, stdin)).toBe(expected);
  });

  it('that is not UTF-8 is a mistake', async () => {
    const { code, stderr } = await here.run(['run', '--prompt', '{input}'], {
      stdin: Uint8Array.of(0x61, 0xff),
    });
    expect({ code, stderr }).toEqual({
      code: 2,
      stderr:
        'chain: standard input:1:2: not UTF-8 at byte 1 (the first is byte 0)\n       Save the file as UTF-8.\n',
    });
  });
});

describe('--dry-run', () => {
  it('shows messages, tokens and price, and asks nobody', async () => {
    here.write('chat.txt', 'system:\nBe brief.\n\nuser:\nHi {text}');
    const args = ['run', 'chat.txt', '--var', 'text=Ann', '--model', 'gpt-5-mini', '--dry-run'];
    expect(await here.perform(args)).toEqual({
      code: 0,
      stdout:
        'system:\nBe brief.\n\nuser:\nHi Ann\n\ngpt-5-mini · 16 tokens in (estimated) · $0.000004 · nothing was sent\n',
      stderr: '',
    });
    expect(JSON.parse((await here.perform([...args, '--json'])).stdout)).toEqual({
      schema: 1,
      model: 'gpt-5-mini',
      messages: [
        { role: 'system', content: 'Be brief.' },
        { role: 'user', content: 'Hi Ann' },
      ],
      inputTokens: 16,
      exact: true,
      inputCost: 0.000004,
    });
  });

  it('--system takes the place of the template’s own system message', async () => {
    here.write('chat.txt', 'system:\nBe brief.\n\nuser:\nHi');
    const { stdout } = await here.run(['run', 'chat.txt', '--system', 'Be long.', '--dry-run', '--json']);
    expect(JSON.parse(stdout).messages).toEqual([
      { role: 'system', content: 'Be long.' },
      { role: 'user', content: 'Hi' },
    ]);
  });
});
