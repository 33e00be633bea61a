import { describe, expect, it } from 'vitest';
import { DONE, delta, event, reply, serve, stream, text, USAGE } from '../models/loopback.js';
import { type HereOptions, runHere } from '../support/in-process.js';
import { everywhere } from '../trace/everywhere.js';
import { chainLines } from '../trace/trace-lines.js';
import { ALL, expectHarmless, SEQUENCES } from './terminal-sequences.js';

/** Without colours and without what moves: all that is left on the screen is text. */
const PLAIN = { NO_COLOR: '1', TERM: 'dumb' };

/** That nothing of them gets through to a terminal on stdout, nor to stderr, which is a pipe. */
async function expectClean(
  args: readonly string[],
  options: HereOptions,
  mark = 'erase the screen',
): Promise<void> {
  const { stdout, stderr } = await runHere(args, {
    ...options,
    env: { ...PLAIN, ...options.env },
    terminal: true,
  });
  expectHarmless(stdout);
  expectHarmless(stderr);
  // Where they would have been.
  expect(stdout + stderr).toContain(mark);
}

const EVIL = everywhere(ALL);

describe('a trace with all of them in every field', () => {
  it.each([
    [['show', 'run.jsonl']],
    [['show', 'run.jsonl', 'last']],
    [['show', 'run.jsonl', 'last~2', '--full']],
    [['show', 'run.jsonl', '--json']],
    [['show', 'run.jsonl', 'last~2', '--json']],
    [['stats', 'run.jsonl', '--by', 'template']],
    [['stats', 'run.jsonl', '--by', 'model']],
    [['stats', 'run.jsonl', '--by', 'status']],
    [['stats', 'run.jsonl', '--by', 'model', '--json']],
    [['diff', 'run.jsonl#last~2', 'run.jsonl#last~1']],
    [['diff', 'run.jsonl#last~2', 'other.jsonl']],
    [['diff', 'run.jsonl#last~2', 'other.jsonl', '--json']],
    [['export', 'run.jsonl', '--format', 'markdown']],
    [['export', 'run.jsonl', '--format', 'csv']],
    [['export', 'run.jsonl', '--format', 'html']],
  ])('%j', async (args) => {
    const files = { 'run.jsonl': EVIL, 'other.jsonl': chainLines('1a', ALL, { model: 'gpt' }) };
    await expectClean(['trace', ...args], { files }, 'CSI: ');
  });

  it('gives the lines themselves to a pipe only', async () => {
    const args = ['trace', 'show', 'run.jsonl', '--events'];
    const files = { 'run.jsonl': EVIL };
    await expectClean(args, { files });
    expect((await runHere(args, { files })).stdout).toBe(EVIL);
  });

  it.each([
    [['trace', 'replay', 'run.jsonl', 'last~2']],
    [['run', '--prompt', 'Hi', '--replay', 'run.jsonl']],
    [['run', '--prompt', 'Hi', '--replay', 'run.jsonl', '--json']],
  ])('%j', async (args) => {
    await expectClean(args, { files: { 'run.jsonl': EVIL } }, 'CSI: ');
  });

  it('and types that nobody knows', async () => {
    const line = JSON.stringify({ type: `a${ALL}`, runId: 'a', time: 1 });
    const files = { 'run.jsonl': `${chainLines('1a', 'Roses.')}${line}\n` };
    for (const command of ['show', 'stats']) await expectClean(['trace', command, 'run.jsonl'], { files });
  });
});

/** Can stand in a file's name. */
const IN_NAMES = SEQUENCES.map(([, sequence]) => sequence).filter(
  (sequence) => !/[\0/\ud800]/.test(sequence),
);
/** Names have 255 bytes at most: these hold every seventh of them. Each is cleaned in its own test. */
const NAMES = [0, 3].map(
  (from) =>
    `${IN_NAMES.filter((_, at) => at % 7 === from)
      .slice(0, 16)
      .join('')}erase the screen`,
);

describe.each(NAMES.map((name, at) => [`name ${at + 1}`, name] as const))('%s of a file', (_, name) => {
  it.each<[what: string, args: readonly string[], files: Readonly<Record<string, string>>]>([
    ['a template that isn’t there', ['run', name], {}],
    ['a template that is refused', ['run', name], { [name]: 'a {' }],
    ['a template whose variables are missing', ['run', name], { [name]: '{a}' }],
    ['variables', ['run', '--prompt', '{a}', '--vars', name], { [name]: 'a: [' }],
    ['a value', ['run', '--prompt', '{a}', '--var', `a=@${name}`], {}],
    ['a configuration', ['run', '--prompt', 'Hi', '--config', name], { [name]: 'modle: 1' }],
    ['a schema', ['run', '--prompt', 'Hi', '--schema', name], { [name]: '[]' }],
    ['a recording', ['run', '--prompt', 'Hi', '--replay', name], { [name]: 'x' }],
    ['a log', ['run', '--prompt', 'Hi', '--log', name], { [`${name}/`]: '' }],
    ['an answer’s file', ['run', '--prompt', 'Hi', '--output', name], { [`${name}/`]: '' }],
    ['a trace', ['trace', 'show', name], { [name]: 'x' }],
    [
      'a trace with two runs',
      ['trace', 'show', name],
      { [name]: chainLines('1a', 'a') + chainLines('1b', 'b') },
    ],
    [
      'traces that differ',
      ['trace', 'diff', name],
      { [name]: chainLines('1a', 'a') + chainLines('1b', 'b') },
    ],
    ['a conversation', ['memory', name], { [name]: '' }],
    ['tokens', ['tokens', name], {}],
    ['a doctor’s', ['doctor', name], {}],
    ['a handler’s module', ['run', '--prompt', 'Hi', '--callback', `./no/${name}`], {}],
  ])('%s', async (_what, args, files) => {
    await expectClean(args, { files });
  });
});

describe('what a person types', () => {
  it.each<[what: string, args: readonly string[]]>([
    ['the value of a variable, traced', ['run', '--prompt', '{a}', '--var', `a=${ALL}`, '--verbose']],
    ['the value of a variable, shown', ['run', '--prompt', '{a}', '--var', `a=${ALL}`, '--dry-run']],
    [
      'the value of a variable, as a document',
      ['run', '--prompt', '{a}', '--var', `a=${ALL}`, '--dry-run', '--json'],
    ],
    ['the name of a variable', ['run', '--prompt', 'Hi', '--var', `${ALL.replaceAll('=', '')}=x`]],
    ['a model', ['run', '--prompt', 'Hi', '--model', ALL]],
    ['a model of a provider', ['run', '--prompt', 'Hi', '--model', `groq:${ALL}`]],
    ['two models', ['run', '--prompt', 'Hi', '--model', ALL, '--model', 'offline', '--dry-run']],
    ['a model whose tokens are counted', ['tokens', '--prompt', 'Hi', '--model', ALL.replaceAll(',', '')]],
    ['a model that is looked for', ['models', ALL]],
    ['a provider', ['models', '--provider', ALL]],
    ['a pattern', ['run', '--prompt', 'Hi', '--redact', `(${ALL}`]],
    ['a flag', ['run', '--prompt', 'Hi', `--${ALL}`]],
    ['a command', [`a${ALL}`]],
    ['a kind of memory', ['chat', '--memory', ALL]],
    ['a session', ['chat', '--session', ALL]],
    ['a session to delete', ['chat', '--delete', ALL]],
    ['a run', ['trace', 'show', 'run.jsonl', ALL]],
    ['a key of front matter', ['run', 'key.txt']],
    ['a shell', ['complete', ALL]],
  ])('%s', async (_, args) => {
    const files = {
      'run.jsonl': chainLines('1a', 'Roses.'),
      'key.txt': `---\n${JSON.stringify(ALL.replace('\ud800', '').slice(0, 500))}: 1\nmodel: ${JSON.stringify(ALL)}\n---\nHi`,
    };
    await expectClean(args, { files }, '<CSI');
  });

  it('what was kept of a conversation is listed', async () => {
    const usage = { inputTokens: 1, outputTokens: 1, totalTokens: 2, source: 'reported' };
    const turn = { input: ALL, output: ALL, model: ALL, usage, cost: null, memoryUsage: null };
    const saved = { schema: 1, id: 'x', memory: 'buffer', state: { turns: [], summary: '' }, turns: [turn] };
    const files = { 'home/chain/sessions/s.json': JSON.stringify(saved) };
    await expectClean(['chat', '--list'], { files }, '<CSI');
    await expectClean(['chat', '--list', '--json'], { files }, '<CSI');
  });
});

describe('what a server says', () => {
  const MODEL = ['run', '--prompt', 'Hi', '--model', 'shop:rose', '--retries', '0', '--config', 'c.yaml'];
  const config = (baseUrl: string) => ({ 'c.yaml': `providers: { shop: { baseUrl: "${baseUrl}" } }` });

  it.each([401, 404, 429, 500])('of an error %i', async (status) => {
    const body = { error: { message: ALL, code: ALL, type: ALL, param: ALL } };
    const told = await serve(reply(status, body));
    for (const more of [[], ['--verbose'], ['--json']])
      await expectClean([...MODEL, ...more], { files: config(told.baseUrl) });
    const plain = await serve(reply(status, ALL));
    await expectClean(MODEL, { files: config(plain.baseUrl) }, `answered ${status}`);
  });

  it('in an answer: to a terminal without them, to a pipe byte for byte', async () => {
    const ending =
      event({ ...(delta({}, 'stop') as object), model: ALL }) +
      event({ choices: [], usage: USAGE, model: ALL }) +
      DONE;
    const server = await serve(
      stream(...(ALL.replace('\ud800', '?').match(/.{1,5}/gs) ?? []).map((piece) => text(piece)), ending),
    );
    const files = config(server.baseUrl);
    await expectClean([...MODEL, '--verbose'], { files });
    const { stdout } = await runHere([...MODEL, '--verbose'], { files });
    expect(stdout).toBe(`${ALL.replace('\ud800', '?')}\n`);
  });

  it('in an answer that came at once', async () => {
    const body = {
      model: ALL,
      choices: [{ index: 0, message: { role: 'assistant', content: ALL }, finish_reason: 'stop' }],
      usage: USAGE,
    };
    const server = await serve(reply(200, body));
    const files = config(server.baseUrl);
    await expectClean([...MODEL, '--no-stream', '--verbose'], { files });
    const { stdout } = await runHere([...MODEL, '--no-stream', '--verbose'], { files });
    expect(stdout).toBe(`${ALL}\n`);
  });
});
