import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { markdownTable } from '../../bench/markdown-table.mjs';
import { exitOf, type FaultCase } from './fault-case.js';
import { FILE_CASES } from './file-cases.js';
import { ENDING_CASES, HANDLER_CASES } from './handler-cases.js';
import { HTTP_CASES } from './http-cases.js';
import { countsTable, outcomesTable, type PeerResults } from './peer-tables.js';
import { SIGNAL_CASES, SIGNALS } from './signal-cases.js';
import { STREAM_CASES } from './stream-cases.js';

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
const PEERS: PeerResults = JSON.parse(
  readFileSync(new URL('../../bench/faults.json', import.meta.url), 'utf8'),
);
const TABLES = {
  connections: { from: 'test/faults', table: casesTable(HTTP_CASES) },
  streams: { from: 'test/faults', table: casesTable(STREAM_CASES) },
  handlers: { from: 'test/faults', table: handlerTable() },
  files: { from: 'test/faults', table: fileTable() },
  signals: { from: 'test/faults', table: signalTable() },
  counts: { from: 'bench/faults.json', table: countsTable(PEERS) },
  outcomes: { from: 'bench/faults.json', table: outcomesTable(PEERS) },
};

it('docs/reliability.md says what the catalogue says: npx vitest run test/faults/reliability.test.ts -u', async () => {
  let page = readFileSync(PAGE, 'utf8');
  for (const [name, { from, table }] of Object.entries(TABLES)) {
    const [begin, end] = [`<!-- ${name}: from ${from} -->`, `<!-- end of ${name} -->`];
    const [before, rest = ''] = page.split(begin);
    page = `${before}${begin}\n\n${table}\n\n${end}${rest.split(end)[1]}`;
  }
  await expect(page).toMatchFileSnapshot(PAGE);
});

it('other clients were asked the same: npm run bench:faults', () => {
  const asked = [...HTTP_CASES, ...STREAM_CASES].filter(({ interrupt }) => interrupt === undefined);
  expect(PEERS.faults.map(({ fault }) => fault)).toEqual(asked.map(({ fault }) => fault));
});

function casesTable(cases: readonly FaultCase[]): string {
  const rows = cases.map((one) => [faultOf(one), shownFor(one), exitOf(one), one.calls, keptOf(one)]);
  return markdownTable([['fault', 'what you see', 'exit code', 'calls', 'what is kept'], ...rows]);
}

function handlerTable(): string {
  const everywhere = HANDLER_CASES.map(({ fault, warning, told }) => [
    fault,
    warning === undefined
      ? code(told)
      : `\`warning: callback handler ${warning.handler} failed on EVENT: ${warning.text}\`, of each kind of event`,
    'that of the run',
    'everything',
  ]);
  const ending = ENDING_CASES.map(({ fault, told, exit, logged }) => [
    fault,
    code(told),
    exit ?? 0,
    logged === undefined ? '' : `the log, up to \`${logged.at(-1)}\``,
  ]);
  return markdownTable([
    ['a handler that', 'what you see', 'exit code', 'what is kept'],
    ...everywhere,
    ...ending,
  ]);
}

function fileTable(): string {
  const rows = FILE_CASES.map(({ fault, commands = ['run', 'chat'], told, exit = 0, kept }) => [
    fault,
    commands.join(', '),
    code(told),
    exit,
    kept,
  ]);
  return markdownTable([['fault', 'command', 'what you see', 'exit code', 'what is kept'], ...rows]);
}

function signalTable(): string {
  const rows = SIGNAL_CASES.map(({ fault, commands = ['run', 'chat'], signals, answer, kept }) => [
    fault,
    commands.join(', '),
    (signals ?? (['SIGINT', 'SIGTERM', 'SIGHUP'] as const))
      .map((name) => `${name}: ${SIGNALS[name]}`)
      .join(', '),
    code(answer),
    kept,
  ]);
  return markdownTable([['when', 'command', 'exit code', 'on stdout', 'what is kept'], ...rows]);
}

/** Each line of what is told. */
function code(told = ''): string {
  const lines = told.split('\n').filter(Boolean);
  return lines.length === 0 ? 'nothing' : lines.map((line) => `\`${line.trim()}\``).join('<br>');
}

function faultOf({ fault, flags = [] }: FaultCase): string {
  return flags.length === 0 ? fault : `${fault} (\`${flags.join(' ')}\`)`;
}

function shownFor({ error, interrupt }: FaultCase): string {
  if (error === undefined) return interrupt === undefined ? 'the answer' : 'nothing more';
  return error
    .split('\n')
    .map((line) => `\`${line}\``)
    .join('<br>');
}

function keptOf({ answer, code, logged: { toolCalls, usage } = {} }: FaultCase): string {
  return [
    answer && `\`${answer}\``,
    toolCalls && `tool calls: ${toolCalls.length}`,
    usage && `tokens: ${usage.source}`,
    code && `error: \`${code}\``,
  ]
    .filter(Boolean)
    .join(', ');
}
