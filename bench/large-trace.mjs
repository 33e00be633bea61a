// `npm run bench:trace [-- --size 1000]`: how long a large trace takes to read, in megabytes, and how much memory. A
// trace of a tenth of the size is read too. Fails where memory grows with the file. Of a trace of 1 GB or more the
// figures are kept in `bench/large-trace.json`.
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { ensure } from '../scripts/ensure.mjs';

const { values } = parseArgs({ options: { size: { type: 'string', default: '1000' } } });
const megabytes = Number(values.size);
if (!(megabytes >= 10)) throw new RangeError('--size takes a number of megabytes, from 10 up');

/** How much more memory the larger one may take. */
const MUCH_MORE = 1.5;
const RESULTS = fileURLToPath(new URL('large-trace.json', import.meta.url));
const chain = join(dirname(dirname(fileURLToPath(import.meta.url))), 'bin', 'chain.js');
const PROMPT = 'Which three flowers would you give to a friend who has moved to the sea? '.repeat(4);
const COMMANDS = {
  'the list': (file) => ['trace', 'show', file],
  'the last run': (file) => ['trace', 'show', file, 'last'],
  'all events': (file) => ['trace', 'show', file, '--events'],
  'the statistics': (file) => ['trace', 'stats', file, '--by', 'model'],
  'a comparison': (file) => ['trace', 'diff', file],
  'an answer replayed': (file) => ['run', '--prompt', PROMPT, '--model', 'gpt-5-mini', '--replay', file],
  csv: (file) => ['trace', 'export', file, '--format', 'csv'],
  markdown: (file) => ['trace', 'export', file, '--format', 'markdown'],
  html: (file) => ['trace', 'export', file, '--format', 'html'],
};

await ensure();
const folder = mkdtempSync(join(tmpdir(), 'promptchain-trace-'));
const peak = join(folder, 'peak.txt');
const reporter = join(folder, 'reporter.cjs');
writeFileSync(
  reporter,
  `process.on('exit', () => require('node:fs').writeFileSync(${JSON.stringify(peak)}, String(process.resourceUsage().maxRSS)));`,
);
try {
  const files = [megabytes / 10, megabytes].map((size) => ({ size, ...writeTrace(size) }));
  const rows = [];
  for (const [name, command] of Object.entries(COMMANDS)) {
    for (const { file, size, runs } of files) {
      rows.push({ name, size, runs, ...measure(command(file)) });
    }
  }
  console.log(render(rows));
  if (megabytes >= 1000)
    writeFileSync(RESULTS, `${JSON.stringify({ node: process.version, rows }, null, 2)}\n`);
  const grown = Object.keys(COMMANDS).filter((name) => {
    const [small, large] = rows.filter((row) => row.name === name);
    return large.peakMb > small.peakMb * MUCH_MORE;
  });
  if (grown.length > 0) throw new Error(`memory grows with the file: ${grown.join(', ')}`);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Its time, and the most memory that it had. What it prints is thrown away. */
function measure(args) {
  const began = performance.now();
  const { status, stderr } = spawnSync(process.execPath, ['--require', reporter, chain, ...args], {
    stdio: ['ignore', 'ignore', 'pipe'],
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`chain ${args.join(' ')} ended with ${status}: ${stderr}`);
  return { seconds: (performance.now() - began) / 1000, peakMb: Number(readFileSync(peak, 'utf8')) / 1024 };
}

/** Runs of a chain whose model streams 200 pieces. */
function writeTrace(size) {
  const file = join(folder, `${size}.jsonl`);
  const descriptor = openSync(file, 'w', 0o600);
  let written = 0;
  let runs = 0;
  for (; written < size * 1e6; runs += 1) written += writeSync(descriptor, runOf(runs));
  closeSync(descriptor);
  return { file, runs };
}

function runOf(index) {
  const root = { runId: randomUUID(), parentRunId: null, name: 'LLMChain', time: 1.7e12 + index * 1000 };
  const model = { ...root, runId: randomUUID(), parentRunId: root.runId, name: 'ChatOpenAI' };
  const start = { tags: [], metadata: {} };
  const tokens = Array.from({ length: 200 }, (_, at) => ` word${at}`);
  const text = tokens.join('');
  const usage = {
    inputTokens: 90,
    outputTokens: 200,
    totalTokens: 290,
    cachedTokens: null,
    reasoningTokens: null,
    source: 'reported',
  };
  const request = {
    model: 'gpt-5-mini',
    provider: 'openai',
    params: {},
    messages: [{ role: 'user', content: PROMPT }],
    tools: [],
  };
  const answer = {
    text,
    message: { role: 'assistant', content: text },
    toolCalls: [],
    finishReason: 'stop',
    usage,
  };
  return [
    { type: 'chainStart', ...root, ...start, inputs: { prompt: PROMPT } },
    { type: 'text', ...root, text: PROMPT, kind: 'prompt' },
    { type: 'chatModelStart', ...model, ...start, ...request },
    ...tokens.map((token, at) => ({ type: 'llmNewToken', ...model, token, index: at })),
    {
      type: 'llmEnd',
      ...model,
      ...answer,
      cost: 0.0004,
      model: 'gpt-5-mini',
      responseId: null,
      firstTokenMs: 90,
      durationMs: 800,
    },
    {
      type: 'chainEnd',
      ...root,
      outputs: { text },
      usage: { ...usage, runs: 1, bySource: { reported: 290 } },
      durationMs: 801,
    },
  ]
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}

function render(rows) {
  const cells = rows.map(({ name, size, runs, seconds, peakMb }) => [
    name,
    `${size} MB`,
    `${runs} runs`,
    `${seconds.toFixed(2)} s`,
    `${Math.round(peakMb)} MB of memory`,
  ]);
  const widths = cells[0].map((_, column) => Math.max(...cells.map((row) => row[column].length)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column]))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
