import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, it } from 'vitest';
import { exitOf, type FaultCase } from './fault-case.js';
import { HTTP_CASES } from './http-cases.js';
import { countsTable, outcomesTable, type PeerResults, tableOf } from './peer-tables.js';
import { STREAM_CASES } from './stream-cases.js';

const PAGE = fileURLToPath(new URL('../../docs/reliability.md', import.meta.url));
const PEERS: PeerResults = JSON.parse(
  readFileSync(new URL('../../bench/faults.json', import.meta.url), 'utf8'),
);
const TABLES = {
  connections: { from: 'test/faults', table: casesTable(HTTP_CASES) },
  streams: { from: 'test/faults', table: casesTable(STREAM_CASES) },
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

function casesTable(cases: readonly FaultCase[]): string {
  const rows = cases.map((one) => [faultOf(one), shownFor(one), exitOf(one), one.calls, keptOf(one)]);
  return tableOf([['fault', 'what you see', 'exit code', 'calls', 'what is kept'], ...rows]);
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
