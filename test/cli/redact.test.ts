import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, type Reply, reply, serve, stream, text, USAGE } from '../models/loopback.js';
import { makeWorkspace, type Workspace } from '../support/run-cli.js';

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
  here.write('ask.txt', 'Who is {who}?');
});

const ASK = ['run', 'ask.txt', '--var', 'who=Ann Lee', '--redact', '[A-Z][a-z]+ Lee'];

function answer(...parts: readonly string[]) {
  return stream(
    ...parts.map((part) => text(part)),
    event(delta({}, 'stop')),
    event({ choices: [], usage: USAGE }),
    DONE,
  );
}

async function at(...replies: readonly Reply[]) {
  const { baseUrl } = await serve(...replies);
  return { OPENAI_BASE_URL: baseUrl };
}

describe('--redact', () => {
  const parts = ['This is Ann', ' Lee', '.\nShe', ' is Bo Lee', "'s sister", '.'];

  it('masks in a log of JSON lines, tokens line by line', async () => {
    const env = await at(answer(...parts));
    const { stdout } = await here.run([...ASK, '--log', 'a.jsonl'], { env });
    expect(stdout).toBe("This is Ann Lee.\nShe is Bo Lee's sister.\n");
    const events = here.events('a.jsonl');
    const said = "This is ***.\nShe is ***'s sister.";
    expect(
      events.filter(({ type }) => type === 'llmNewToken').map(({ index, token }) => [index, token]),
    ).toEqual([
      [0, 'This is ***'],
      [1, ''],
      [2, '.\nShe'],
      [3, ' is ***'],
      [4, "'s sister"],
      [5, '.'],
    ]);
    expect(events.find(({ type }) => type === 'llmEnd')).toMatchObject({
      text: said,
      message: { content: said },
    });
    expect(events.find(({ type }) => type === 'text')).toMatchObject({ text: 'Who is ***?' });
    expect(here.read('a.jsonl')).not.toContain('Lee');
  });

  it('masks in a text log, in a trace, and in documents', async () => {
    const env = await at(answer(...parts));
    const flags = ['--verbose', '--log', 'a.log', '--log-tokens', '--json'];
    const asked = await here.perform([...ASK, ...flags], { env });
    const dry = await here.perform([...ASK, '--dry-run', '--json'], { env });
    expect(asked.stderr + here.read('a.log') + asked.stdout + dry.stdout).not.toContain('Lee');
    expect(asked.stderr).toContain('Who is ***?');
    expect(here.read('a.log')).toContain('Who is ***?');
    expect(JSON.parse(asked.stdout)).toMatchObject({ text: "This is ***.\nShe is ***'s sister." });
    expect(JSON.parse(dry.stdout)).toMatchObject({ messages: [{ role: 'user', content: 'Who is ***?' }] });
  });

  it('masks in errors, and in warnings', async () => {
    const env = await at(reply(400, { error: { message: 'Ann Lee is not known' } }));
    const { stderr } = await here.run(ASK, { env });
    expect(stderr).toMatch(/^chain: \S+ answered 400: \*\*\* is not known\n$/);
    here.write('late.mjs', "export const late = { onLLMEnd() { throw new Error('Ann Lee was late'); } };");
    const fine = await at(answer('Hi.'));
    const warned = await here.run([...ASK, '--callback', './late.mjs'], { env: fine });
    expect(warned.stderr).toContain(
      '\nwarning: a callback handler without a name failed on llmEnd: *** was late\n',
    );
    const debug = await here.run([...ASK, '--var', 'Bo Lee=1'], { env: { ...fine, CHAIN_DEBUG: '1' } });
    expect(debug.stderr).toContain('Unknown variable: ***\n');
    expect(debug.stderr).not.toContain('Lee');
  });

  it('leaves the figures of a summary', async () => {
    const { stderr } = await here.perform(['run', '--prompt', '1 + 2 =', '--redact', '\\d']);
    expect(stderr).toContain(' · 12 in + 1 out = 13 tokens (estimated) · ');
  });

  it('masks in a conversation, and not what a person asks to see', async () => {
    const env = await at(answer(...parts), reply(400, { error: { message: 'Ann Lee is not known' } }));
    const flags = ['--redact', '[A-Z][a-z]+ Lee', '--log', 'a.jsonl', '--json'];
    const stdin = 'Who is Ann Lee?\n/memory\nAnd Bo Lee?\n';
    const { stdout, stderr } = await here.run(['chat', ...flags], { env, stdin });
    expect(here.read('a.jsonl') + stdout).not.toContain('Lee');
    expect(stderr).toContain('user:\nWho is Ann Lee?\n');
    expect(stderr).toContain('answered 400: *** is not known');
  });

  const run = ['run', 'ask.txt', '--var', 'who=x'];
  const both =
    '--redact [: unterminated character class; --redact b|: it matches the empty text, which is everywhere';
  it.each<[command: readonly string[], patterns: readonly string[], mistake: string]>([
    [run, ['('], '--redact (: unterminated group'],
    [run, ['x*'], '--redact x*: it matches the empty text, which is everywhere'],
    [run, [''], '--redact : it matches the empty text, which is everywhere'],
    [run, ['a', '[', 'b|'], both],
    [['chat'], ['a', '[', 'b|'], both],
    [['memory', 'ask.txt'], ['a', '[', 'b|'], both],
  ])('%j with %j is a mistake', async (command, patterns, mistake) => {
    const flags = patterns.flatMap((pattern) => ['--redact', pattern]);
    expect(await here.run([...command, ...flags, '--model', 'offline', '--log', 'a.log'])).toEqual({
      code: 2,
      stdout: '',
      stderr: `chain: ${mistake}\n       It takes a JavaScript regular expression, such as 'order-\\d+' or '[Aa]nn'.\n`,
    });
    expect(() => here.read('a.log')).toThrow('ENOENT');
  });

  it('knows Unicode', async () => {
    const { stdout } = await here.perform([
      'run',
      '--prompt',
      '花 👋',
      '--redact',
      '^.\\s\\p{Emoji}$',
      '--dry-run',
      '--json',
      '--model',
      'offline',
    ]);
    expect(JSON.parse(stdout).messages).toEqual([{ role: 'user', content: '***' }]);
  });
});

describe('in the configuration', () => {
  it('patterns hold besides those of the flags', async () => {
    here.write('config.yaml', 'defaults: { redact: ["Ann"] }');
    const flags = ['--config', 'config.yaml', '--redact', 'Bo', '--json', '--dry-run'];
    const { stdout } = await here.perform(['run', '--prompt', 'Ann, Bo, Cy', ...flags, '--model', 'offline']);
    expect(JSON.parse(stdout).messages).toEqual([{ role: 'user', content: '***, ***, Cy' }]);
  });

  it('content: false holds', async () => {
    here.write('config.yaml', 'defaults: { content: false, log: a.jsonl }');
    await here.perform(['run', '--prompt', '1 + 1 =', '--config', 'config.yaml']);
    expect(here.events('a.jsonl')[0]).toMatchObject({ type: 'chainStart', schema: 1, content: false });
  });
});

describe('--no-content', () => {
  const schema = JSON.parse(
    readFileSync(new URL('../../schemas/event.schema.json', import.meta.url), 'utf8'),
  ) as object;
  const validate = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);

  const COMMANDS: readonly (readonly [args: readonly string[], stdin: string])[] = [
    [
      ['run', 'ask.txt', '--var', 'who=Ann', '--system', 'Ann rules.', '--temperature', '1', '--stop', 'Ann'],
      '',
    ],
    [['chat', '--system', 'Ann rules.', '--memory', 'summary'], 'Who is Ann?\nAnn?\n'],
    [['memory', 'talk.txt', '--memory', 'buffer,summary'], ''],
  ];

  it.each(COMMANDS)('%j keeps runs, tokens and times', async (args, stdin) => {
    here.write('talk.txt', 'Who is Ann?\nAnn?\n');
    const env = await at(
      reply(429, { error: { message: 'Ann is too fast' } }, { 'retry-after-ms': '1' }),
      answer('Ann ', 'is ', 'Ann.'),
    );
    const flags = ['--no-content', '--model', 'openai:m', '--log', 'a.jsonl'];
    const { code, stdout, stderr } = await here.perform([...args, ...flags], { env, stdin });
    expect(code, stderr).toBe(0);
    if (args[0] !== 'memory') expect(stdout).toContain('Ann is Ann.');
    expect(here.read('a.jsonl')).not.toContain('Ann');
    const events = here.events('a.jsonl');
    for (const event of events) expect(validate(event), JSON.stringify(validate.errors)).toBe(true);
    expect(new Set(events.map(({ type }) => type))).toEqual(
      new Set(['chainStart', 'chatModelStart', 'retry', 'llmEnd', 'chainEnd']),
    );
    expect(events.find(({ type }) => type === 'llmEnd')).toMatchObject({
      model: 'gpt-5-mini-2025-08-07',
      finishReason: 'stop',
      responseId: 'chatcmpl-1',
      usage: { inputTokens: 9, outputTokens: 4, source: 'reported' },
    });
    const roots = events.filter(({ parentRunId, type }) => parentRunId === null && type === 'chainStart');
    expect(roots.every(({ schema: version, content }) => version === 1 && content === false)).toBe(true);
  });

  it('keeps which template, conversation and turn it was', async () => {
    const env = await at(answer('Ann.'));
    await here.perform(['chat', 'ask.txt', '--var', 'who=Ann', '--no-content', '--log', 'a.jsonl'], {
      env,
      stdin: 'Ann\n',
    });
    const [root, model] = here.events('a.jsonl');
    expect(root).toMatchObject({ metadata: { template: 'ask.txt' }, tags: [], inputs: {} });
    expect(model).toMatchObject({ metadata: { conversation: expect.any(String), turn: 1 }, messages: [] });
  });

  it('of what failed keeps name and code', async () => {
    const env = await at(stream(text('Ann ')));
    const { stderr } = await here.perform(
      ['run', '--prompt', 'Who is Ann?', '--no-content', '--verbose', '--log', 'a.jsonl', '--retries', '0'],
      { env },
    );
    expect(here.events('a.jsonl').at(-1)).toMatchObject({
      type: 'chainError',
      error: { name: 'ChainError', code: 'stream_cut', message: '' },
    });
    expect(stderr).toContain('! LLMChain failed after N ms: stream_cut\n');
    expect(here.read('a.jsonl')).not.toContain('Ann');
  });

  it('holds for a text log and a trace, not for the answer and its document', async () => {
    const env = await at(answer('Ann.'));
    const args = [
      'run',
      '--prompt',
      'Who is Ann?',
      '--no-content',
      '--verbose',
      '--log',
      'a.log',
      '--log-tokens',
      '--json',
    ];
    const { stdout, stderr } = await here.perform(args, { env });
    expect(JSON.parse(stdout)).toMatchObject({ text: 'Ann.' });
    expect(stderr + here.read('a.log')).not.toContain('Ann');
    expect(stderr).toMatch(
      /^\n> Entering new LLMChain chain\.\.\.\n {2}> ChatOpenAI gpt-5-mini \(openai\)\n {2}< ChatOpenAI: 9 in/,
    );
  });
});
