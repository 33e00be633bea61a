import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { it } from 'vitest';
import { loadConversation, restoreMemory } from '../../src/chains/conversation-file.js';
import { parseConfig } from '../../src/cli/config-schema.js';
import { parseYaml } from '../../src/cli/yaml.js';
import { ChainError } from '../../src/errors.js';
import { parseConversationScript } from '../../src/memory/conversation-script.js';
import { decodeText } from '../../src/prompts/decode.js';
import { parseTemplate } from '../../src/prompts/load.js';
import { EVENT_SAMPLES } from '../callbacks/event-samples.js';
import { FakeModel } from '../support/fake-model.js';
import { attemptHere } from '../support/in-process.js';
import { afterFile } from '../support/teardown.js';
import { chainLines } from '../trace/trace-lines.js';
import { damaged, damagedBytes, expectMistake, expectVerdict, howOften, PATIENCE_MS } from './fuzz.js';

const TEMPLATES = [
  '1 + {number} = \n',
  'system:\nBe {mood}.\n\nuser:\n{input}\n\nassistant:\nYes.\n\nuser:\n{{x}} {a_1}{b-c}',
  '---\nmodel: m\ninputs: { a: 1, b: { required: false, default: x }, c: }\nsystem: Be {a}\n---\n{b} {c}\n',
];
const FRONT_MATTER = [
  'description: D\nmodel: m\ntemperature: 1\ntop_p: 0.5\nmax_tokens: 5\nmax_cost: 0.5\nmax_total_tokens: 9\nstop: [a, "b"]\nseed: 3\n',
  'response_format: { type: json_schema, name: n, schema: { type: object } }\nextra_body:\n  a: [1, { b: null }]\n',
  'system: |\n  Be {mood}.\n\ninputs:\n  mood: { description: x, default: 1.50, required: true }\n  n: 007\noffline: >-\n  a\n  b\n',
];
const YAML = [
  '&a ',
  '*a',
  '<<: ',
  '!!int ',
  '!x ',
  '---\n',
  '...\n',
  '? ',
  '|\n',
  '>-\n',
  '%YAML 1.1\n',
  '{',
  '}',
  '[',
  ']',
  ', ',
];
const VARIABLES = [
  '{"text": "a", "number": 2, "list": [1, {"b": null}]}',
  'text: a\nzip: 02134\nlist: &l [1, 2]\nagain: *l\nblock: |\n  x\n  y\n',
];
const CONFIGS = [
  'model: shop:rose-1\nproviders:\n  shop: { baseUrl: http://127.0.0.1:9/v1, keyVariable: SHOP_KEY }\nprices:\n  rose-1: { input: 0.5, output: 2, cachedInput: 0.05 }\n',
  'defaults: { temperature: 0.2, topP: 1, maxTokens: 5, seed: 1, log: a.jsonl, logFormat: jsonl, redact: ["a+"], content: true }\n',
];
const USAGE = { inputTokens: 1, outputTokens: 1, totalTokens: 2, source: 'reported' };
const TURN = { input: 'a', output: 'b', model: 'm', usage: USAGE, cost: null, memoryUsage: null };
const SESSION = JSON.stringify({
  schema: 1,
  id: 'x',
  memory: 'window:2',
  prefixes: { humanPrefix: 'H' },
  state: { turns: [{ input: 'a', output: 'b', tokens: 3 }], summary: '' },
  turns: [TURN, { ...TURN, input: 'c' }],
  discarded: [{ ...TURN, turn: 1, reason: 'undone' }],
  earlier: [{ turns: [], summary: 's' }],
});
const SCRIPTS = [
  'description: d\nsystem: s\nturns:\n  - { user: a lily, assistant: b }\n  - { user: c, assistant: d }\nfacts:\n  - { text: lily, turn: 1, asked: 2 }\n',
];

const PARSERS: readonly (readonly [
  what: string,
  input: fc.Arbitrary<Buffer>,
  parse: (content: Buffer) => unknown,
])[] = [
  [
    'a template',
    damagedBytes(TEMPLATES, ['{', '}', '{a}', '---\n', 'user:\n', 'system:\n']),
    (content) => parseTemplate(content, { file: 'f' }),
  ],
  [
    'front matter',
    damagedBytes(FRONT_MATTER, YAML),
    (content) =>
      parseTemplate(Buffer.concat([Buffer.from('---\n'), content, Buffer.from('\n---\nHi')]), { file: 'f' }),
  ],
  [
    'a file of variables',
    damagedBytes(VARIABLES, YAML),
    (content) => parseYaml(decodeText(content, 'f'), 'f'),
  ],
  ['a configuration', damagedBytes(CONFIGS, YAML), (content) => parseConfig(decodeText(content, 'f'), 'f')],
  [
    'a conversation file',
    damagedBytes(SCRIPTS, YAML),
    (content) => parseConversationScript(decodeText(content, 'f'), 'f.yaml'),
  ],
];
const SHARE = 1 / (PARSERS.length + 2);

it.each(PARSERS)(
  '%s is read or refused, whatever is in it',
  async (_, input, parse) => {
    const property = fc.asyncProperty(input, (content) => expectVerdict(() => parse(content)));
    await fc.assert(property, howOften(100, SHARE));
  },
  PATIENCE_MS,
);

it(
  'a session is read or refused, whatever is in it',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'chain-fuzz-'));
    afterFile(() => rmSync(folder, { recursive: true, force: true }));
    const file = join(folder, 's.json');
    const llm = new FakeModel();
    const property = fc.asyncProperty(
      damagedBytes([SESSION], ['"schema":2', '{}', '[]', ',', '"turns":', 'buffer', 'window:']),
      async (content) => {
        writeFileSync(file, content);
        await expectVerdict(async () => restoreMemory(await loadConversation(file), file, { llm }));
      },
    );
    await fc.assert(property, howOften(60, SHARE));
  },
  PATIENCE_MS,
);

const TRACE = `${chainLines('1a', 'Roses.')}${Object.values(EVENT_SAMPLES)
  .map((event) => JSON.stringify(event))
  .join('\n')}\n${chainLines('1b', 'Lilies.', { at: 50 })}`;
const LINES = TRACE.trimEnd().split('\n');
const READERS = [
  ['trace', 'show', 'run.jsonl', 'last', '--full'],
  ['trace', 'show', 'run.jsonl', '--json'],
  ['trace', 'stats', 'run.jsonl', '--by', 'model'],
  ['trace', 'diff', 'run.jsonl'],
  ['trace', 'replay', 'run.jsonl'],
  ['trace', 'export', 'run.jsonl', '--format', 'markdown'],
  ['trace', 'export', 'run.jsonl', '--format', 'html'],
  ['trace', 'export', 'run.jsonl', '--format', 'csv'],
  ['run', '--prompt', 'Flowers?', '--replay', 'run.jsonl'],
];

/** Any value in place of one that an event has, and deep ones. */
const changed = fc
  .tuple(
    fc.nat(LINES.length - 1),
    fc.nat(20),
    fc.oneof(
      fc.jsonValue(),
      fc.nat(4000).map((depth) => ({ raw: `${'['.repeat(depth)}${']'.repeat(depth)}` })),
    ),
  )
  .map(([at, field, value]) => {
    const event = JSON.parse(LINES[at]!) as Record<string, unknown>;
    const names = Object.keys(event);
    const name = names[field % names.length]!;
    const isRaw = typeof value === 'object' && value !== null && 'raw' in value;
    const put = isRaw ? '@@' : value;
    const line = JSON.stringify({ ...event, [name]: put }).replace('"@@"', isRaw ? String(value.raw) : '""');
    return LINES.with(at, line).join('\n');
  });

it(
  'a trace is read or refused, whatever is in it',
  async () => {
    const content = fc.oneof(changed, damaged([TRACE], ['{"type":"', '"runId":', '\n', '}', ',']));
    const property = fc.asyncProperty(content, fc.constantFrom(...READERS), async (text, args) => {
      const { error } = await attemptHere(args, { files: { 'run.jsonl': text } });
      // What was recorded may be the failure of a run, and what isn't recorded is one.
      if (error instanceof ChainError && (args.includes('replay') || args.includes('--replay'))) return;
      if (error !== undefined) expectMistake(error);
    });
    await fc.assert(property, howOften(50, 2 * SHARE));
  },
  PATIENCE_MS,
);
