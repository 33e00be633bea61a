import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { DONE, delta, event, type Reply, reply, serve, stream, text, USAGE } from '../models/loopback.js';
import { KNOWN, SHAPED } from '../safety/secrets.js';
import { receiveOtlp } from '../support/otlp-receiver.js';
import { makeWorkspace, type RunOptions, type Workspace } from '../support/run-cli.js';

/** Of no known shape, and set in OPENAI_API_KEY. */
const KEY = KNOWN[0];
/** Neither have these one: they stand in the base URL, and in another provider's variable. */
const PASSWORD = 'Wm4TqHc7RzXp2LkVb9Ny';
const PARAMETER = 'Jd6QsFg3YtBn8MwKx5Ch';
const OTHER_KEY = 'Pv2GhRj9SdLq4ZcTn7Bk';
const SHAPES = ['OpenAI', 'GitHub, personal', 'AWS', 'a JSON Web Token'].map((name) => SHAPED[name]!);
const CANARIES = [KEY, PASSWORD, PARAMETER, OTHER_KEY, ...SHAPES];
const ALL = CANARIES.join(' and ');

/** How much of a secret is too much. */
const PART = 12;

/** The parts of canaries that a text has. */
function foundIn(written: string): readonly string[] {
  return CANARIES.flatMap((canary) => {
    const parts = Array.from({ length: canary.length - PART + 1 }, (_, at) => canary.slice(at, at + PART));
    return parts.filter((part) => written.includes(part));
  });
}

let here: Workspace;
beforeEach(() => {
  here = makeWorkspace();
});

/** What is kept and shown of a command in different ways; the answer on stdout isn't looked at, it stays as it came. */
const WAYS: readonly (readonly [flags: readonly string[], env: Readonly<Record<string, string>>])[] = [
  [
    ['--log', 'tokens.log', '--log-tokens', '--record', 'events.jsonl', '--verbose', '--json'],
    { CHAIN_DEBUG: '1' },
  ],
  [['--log', 'quiet.jsonl', '--no-content', '--verbose', '--no-stream'], {}],
];

interface Scenario {
  readonly what: string;
  readonly args?: readonly string[];
  readonly template?: string;
  readonly file?: string;
  readonly replies?: readonly Reply[];
  readonly code?: number;
  readonly stdin?: string;
}

/** An answer in both of its forms, the parts of the text as they are streamed. */
function answer(...parts: readonly string[]): Reply {
  return (response, received) => {
    if (received.body.stream === true) {
      return stream(
        ...parts.map((part) => text(part)),
        event(delta({}, 'stop')),
        event({ choices: [], usage: USAGE }),
        DONE,
      )(response, received);
    }
    const message = { role: 'assistant', content: parts.join('') };
    const choices = [{ index: 0, message, finish_reason: 'stop' }];
    return reply(200, { id: 'c', model: 'm', choices, usage: USAGE })(response, received);
  };
}

/** Each canary cut in two at every position, and each in single characters. */
const CUT = CANARIES.flatMap((canary) => [
  ...Array.from({ length: canary.length + 1 }, (_, at) => [
    canary.slice(0, at),
    canary.slice(at),
    '\n',
  ]).flat(),
  ...canary.split(''),
  ' ',
]);

const echo: Reply = (response, received) => {
  const { headers, path, body } = received;
  return reply(400, { error: { message: `wrong: ${JSON.stringify({ headers, path, body })} ${ALL}` } })(
    response,
    received,
  );
};

const SCENARIOS: readonly Scenario[] = [
  { what: 'an answer at once', replies: [answer(ALL)] },
  { what: 'an answer, cut everywhere', replies: [answer(...CUT)] },
  { what: 'an answer of an unknown length', replies: [answer('x'.repeat(20_000), ` ${ALL}`)] },
  { what: 'a variable', args: ['--var', `x=${ALL}`], template: 'Say {x}' },
  { what: 'a variable by the name of a secret', args: ['--var', `token=${ALL}`], template: 'Say {token}' },
  { what: 'the template', template: `Say ${ALL}` },
  { what: 'the system message', args: ['--system', ALL] },
  { what: 'a stop text', args: ['--stop', ALL] },
  { what: "the model's name", args: ['--model', `openai:${CANARIES.join('_')} x`] },
  { what: "the template's file name", file: `${SHAPES.slice(0, 3).join('+')}.txt` },
  {
    what: 'a mistake in a file of that name',
    file: `${SHAPES.slice(0, 3).join('+')}.txt`,
    template: '{x}',
    code: 2,
  },
  { what: 'a variable that there is not', args: ['--var', `${ALL}=1`], code: 2 },
  { what: 'a flag that there is not', args: [`--${CANARIES.join('-x-')}`], code: 2 },
  { what: 'a callback that there is not', args: ['--callback', `./${SHAPES[0]}.mjs`], code: 2 },
  { what: 'an error that repeats the request', args: ['--system', ALL], replies: [echo], code: 1 },
  { what: 'an error in plain text', replies: [reply(500, `oh ${ALL}`)], args: ['--retries', '0'], code: 1 },
  {
    what: 'an error as a page',
    replies: [reply(502, `<title>${ALL}</title>`)],
    args: ['--retries', '0'],
    code: 1,
  },
  {
    what: 'an error longer than is shown',
    replies: [reply(500, { error: `${'x'.repeat(270)} ${ALL}` })],
    args: ['--retries', '0'],
    code: 1,
  },
  { what: 'retries', replies: [reply(429, { error: ALL }, { 'retry-after-ms': '1' }), answer('fine')] },
  { what: 'a model that there is not', replies: [reply(404, { error: { message: ALL } })], code: 1 },
  {
    what: 'an error in the stream',
    replies: [stream(text(KEY.slice(0, 15)), event({ error: { message: ALL } }))],
    code: 1,
  },
  { what: 'a stream that is cut off', replies: [stream(text('x '), text(SHAPES[0]!), text(KEY))], code: 1 },
  {
    what: 'a redirection',
    replies: [
      reply(302, '', {
        location: `https://ann:${PASSWORD}@example.org/${SHAPES[0]}?api_key=${PARAMETER}&x=${KEY}`,
      }),
    ],
    code: 1,
  },
  {
    what: 'an answer that breaks its schema',
    args: ['--schema', 'schema.json'],
    replies: [answer(ALL)],
    code: 1,
  },
  { what: 'a budget', args: ['--max-total-tokens', '30'], replies: [answer(...CUT)], code: 3 },
];

describe.each(SCENARIOS)('a canary in $what', (scenario) => {
  const { args = [], template = 'Say hi', file = 'hi.txt', replies = [answer('Hi.')], code = 0 } = scenario;

  it.each(WAYS)('is nowhere with %j', async (flags, env) => {
    here.write(file, template);
    here.write('schema.json', '{"type":"object"}');
    const server = await serve(...replies);
    const outcome = await here.run(['run', file, ...args, ...flags], { env: { ...at(server), ...env } });
    // Without a stream an answer that is whole isn't cut, and one of a stream isn't understood.
    if (!flags.includes('--no-stream')) expect(outcome.code, outcome.stderr).toBe(code);
    expect(look(outcome, flags)).toEqual([]);
    if (flags.includes('--no-content')) return;
    const logs = writtenOf(outcome, flags).filter(([place]) => !place.startsWith('std'));
    expect(logs).toHaveLength(code === 2 ? 0 : 2);
    for (const [, content] of code === 2 ? [['', outcome.stderr]] : logs) expect(content).toContain('***');
  });
});

function at({ host }: { readonly host: string }): Record<string, string> {
  return {
    OPENAI_API_KEY: KEY,
    OPENAI_BASE_URL: `http://ann:${PASSWORD}@${host}/v1?api_key=${PARAMETER}`,
    GROQ_API_KEY: OTHER_KEY,
  };
}

interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/** Where parts of canaries were found. */
function look(said: Said, flags: readonly string[]): readonly (readonly [place: string, part: string])[] {
  return writtenOf(said, flags).flatMap(([place, content]) =>
    foundIn(content).map((part) => [place, part] as const),
  );
}

/** Everything that is looked at. */
function writtenOf(
  { stdout, stderr }: Said,
  flags: readonly string[],
): readonly (readonly [place: string, content: string])[] {
  const logs = readdirSync(here.folder).filter((name) => /\.(log|jsonl)$/.test(name));
  return [
    ['stderr', stderr],
    ...(flags.includes('--json') ? [['stdout', stdout] as const] : []),
    ...logs.map((name) => [name, readFileSync(join(here.folder, name), 'utf8')] as const),
  ];
}

it('is looked for where it would be: without a mask it is found', async () => {
  here.write(
    'tell.mjs',
    'export const tell = { onEvent: (event) => console.error(JSON.stringify(event)) };\n',
  );
  const server = await serve(answer(ALL));
  const args = ['run', '--prompt', ALL, '--callback', './tell.mjs', '--quiet'];
  const outcome = await here.run(args, { env: at(server) });
  expect(new Set(look(outcome, []).map(([place]) => place))).toEqual(new Set(['stderr']));
  expect(foundIn(outcome.stderr)).toEqual(foundIn(ALL));
});

describe('a conversation', () => {
  const said: RunOptions = { stdin: `${ALL}\n/nope ${ALL}\n/memory\n/tokens\nbye\n` };

  it.each(WAYS)('has none of it with %j, but in its session', async (flags, env) => {
    const server = await serve(answer(...CUT), echo);
    const args = ['chat', '--session', 'canary', '--system', ALL, ...flags];
    const outcome = await here.run(args, { ...said, env: { ...at(server), ...env } });
    expect(outcome.code, outcome.stderr).not.toBe(0);
    expect(look(outcome, flags)).toEqual([]);
    expect(
      foundIn(readFileSync(join(here.folder, 'home/.local/share/chain/sessions/canary.json'), 'utf8')),
    ).toEqual(foundIn(ALL));
  });
});

it.each(WAYS)('a measured memory has none of it with %j', async (flags, env) => {
  here.write(`${SHAPES[0]}.txt`, `${ALL}\nWhat was it?\n`);
  const server = await serve(answer(...CUT), echo);
  const known = flags.filter((flag) => flag !== '--no-stream');
  const args = ['memory', `${SHAPES[0]}.txt`, '--memory', 'buffer', '--model', 'openai:m', ...known];
  const outcome = await here.run(args, { env: { ...at(server), ...env } });
  expect(outcome.code, outcome.stderr).toBe(1);
  expect(look(outcome, flags)).toEqual([]);
});

it('a collector is sent none of it, and neither is it in a page for others', async () => {
  const [server, receiver] = await Promise.all([serve(answer(...CUT), echo), receiveOtlp()]);
  const env = {
    ...at(server),
    OTEL_EXPORTER_OTLP_PROTOCOL: 'http/json',
    OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT: 'true',
  };
  const flags = ['--otlp', receiver.url, '--log', 'events.jsonl'];
  const args = ['run', '--prompt', `{x} ${ALL}`, '--var', `x=${ALL}`, '--system', ALL, '--stop', ALL];
  const answered = await here.run([...args, ...flags], { env });
  const failed = await here.run([...args, ...flags], { env });
  expect([answered.code, failed.code]).toEqual([0, 1]);
  expect([...look(answered, flags), ...look(failed, flags)]).toEqual([]);

  expect(receiver.spans).toHaveLength(4);
  const sent = receiver.requests.map(({ body }) => body.toString()).join();
  expect(sent).toContain('***');
  expect(foundIn(sent)).toEqual([]);

  for (const format of ['html', 'markdown', 'csv']) {
    const page = await here.run(['trace', 'export', 'events.jsonl', '--format', format], { env });
    expect(page.stdout).toContain('***');
    expect(foundIn(page.stdout + page.stderr)).toEqual([]);
  }
});

it('what would be sent, as a document, and what would answer have none of it', async () => {
  const env = at({ host: '127.0.0.1:9' });
  const dry = await here.run(['run', '--prompt', ALL, '--dry-run', '--json'], { env });
  const doctor = await here.run(['doctor'], { env });
  const tokens = await here.run(['tokens', '--prompt', '{x}', '--var', `${ALL}=1`, '--json'], { env });
  expect([dry.code, doctor.code, tokens.code]).toEqual([0, 0, 2]);
  for (const { stdout, stderr } of [dry, doctor, tokens]) expect(foundIn(stdout + stderr)).toEqual([]);
});

describe('of a collector', () => {
  const [header, password] = ['Kq7RtWz3LmVx9PbN', 'Hn5CsJd8FgYu2EaM'];
  const basic = Buffer.from(`ann:${password}`).toString('base64');
  const all = `${header} ${basic} ${password}`;

  it.each([
    [{ OTEL_EXPORTER_OTLP_HEADERS: `x-api-key=${header},authorization=Basic%20${basic}` }, []],
    [
      {
        OTEL_EXPORTER_OTLP_TRACES_HEADERS: `authorization=Bearer ${header}`,
        OTEL_EXPORTER_OTLP_METRICS_HEADERS: `authorization=Basic ${basic}`,
      },
      [],
    ],
    [
      { OTEL_EXPORTER_OTLP_HEADERS: `a=${header},b=${basic}` },
      ['--otlp', `http://ann:${password}@127.0.0.1:9`],
    ],
  ])('the headers and the address are known with %j %j', async (env, flags) => {
    const server = await serve(reply(400, { error: { message: `wrong: ${all}` } }));
    const args = ['run', '--prompt', all, '--log', 'events.jsonl', ...flags];
    const { stderr } = await here.run(args, { env: { ...at(server), ...env } });
    const log = readFileSync(here.path('events.jsonl'), 'utf8');
    expect(stderr).toContain('wrong: *** *** ***');
    expect(log).toContain('*** *** ***');
    for (const secret of [header, password, basic]) expect(stderr + log).not.toContain(secret);
  });
});

function built(name: string): string {
  return new URL(`../../dist/${name}.js`, import.meta.url).href;
}

it('a program keeps none of it that it puts into metadata, tools, events and errors', async () => {
  const all = JSON.stringify(ALL);
  const program = `
    import { Chain, createRedactor, FileCallbackHandler, LLMChain, PromptTemplate, StdoutCallbackHandler } from '${built('index')}';
    import { ScriptedModel } from '${built('testing')}';

    const redact = createRedactor({ secrets: ${JSON.stringify(CANARIES.slice(0, 4))} });
    const folder = ${JSON.stringify(here.folder)};
    const callbacks = [
      new FileCallbackHandler(folder + '/text.log', { redact }),
      new FileCallbackHandler(folder + '/tokens.log', { redact, tokens: true }),
      new FileCallbackHandler(folder + '/events.jsonl', { redact }),
      new FileCallbackHandler(folder + '/late.jsonl', { redact, enqueue: true }),
      new FileCallbackHandler(folder + '/figures.jsonl', { redact, content: false }),
      new StdoutCallbackHandler({ stream: process.stderr, redact }),
    ];
    const all = ${all};
    const llm = new ScriptedModel({
      name: 'Model ' + all,
      replies: [
        {
          chunks: ${JSON.stringify(CUT)},
          toolCalls: [{ id: all, name: all, arguments: JSON.stringify({ text: all, [all]: 1, password: 'plain' }) }],
          retries: [{ delayMs: 1, reason: all }],
          model: all,
          responseId: all,
        },
        { chunks: ['x ', all.slice(0, 20)], error: new Error(all), failAfter: 2 },
      ],
    });
    class Steps extends Chain {
      name = 'Steps ' + all;
      async *execute(inputs, run) {
        await run.emit({ type: 'customEvent', eventName: all, data: { [all]: [all, { all }], note: { authorization: 'plain' } } });
        await run.emit({ type: 'text', kind: all, text: all });
        await llm.invoke(all, { parent: run, metadata: { user: all, [all]: all }, tags: [all], tools: [{ name: 'x', description: all, parameters: { default: all } }] });
        await llm.invoke(all, { parent: run });
        return { outputs: {} };
      }
    }
    await new Steps({ callbacks: [] }).invoke({ all, [all]: all }, { callbacks, metadata: { template: all, turn: all } }).catch(() => {});
    for (const callback of callbacks) await callback.close?.();
  `;
  const { code, stdout, stderr } = await here.run([], { program: here.write('program.mjs', program) });
  expect({ code, stdout }).toEqual({ code: 0, stdout: '' });
  expect(stderr).toContain('Steps *** and ***');
  const lines = here.events('events.jsonl');
  expect(lines.filter(({ type }) => type === 'llmNewToken')).toHaveLength(CUT.filter(Boolean).length + 2);
  expect(lines.at(-1)).toMatchObject({ type: 'chainError' });
  expect(look({ stdout: '', stderr }, [])).toEqual([]);
  expect(here.read('events.jsonl') + here.read('text.log') + stderr).not.toContain('plain');
});
