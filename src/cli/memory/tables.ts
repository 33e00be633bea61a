import { renderCost } from '../../callbacks/figures.js';
import type { CheaperFrom } from '../../chains/measurement/cheaper-from.js';
import { type MeasuredMemory, type MeasuredTurn, sum } from '../../chains/measurement/measured-memory.js';
import type { Column } from '../table.js';
import { count, roundNumbers } from './numbers.js';
import { sourceOf } from './report.js';

/** A row for each kind of memory. */
export function totalsColumns(mechanisms: readonly MeasuredMemory[], offline: boolean): readonly Column[] {
  const buffer = mechanisms.find(({ name }) => name.trim() === 'buffer')?.totals.totalTokens ?? null;
  const column = (head: string, cell: (memory: MeasuredMemory) => string): Column => ({
    head,
    cells: mechanisms.map(cell),
  });
  return [
    { ...column('memory', ({ name }) => name), align: 'left' },
    column('input', ({ totals }) => count(totals.inputTokens)),
    column('output', ({ totals }) => count(totals.outputTokens)),
    column("memory's own", ({ totals }) => count(totals.memoryTokens)),
    column('total', ({ totals }) => count(totals.totalTokens)),
    ...(buffer === null ? [] : [column('of buffer', ({ totals }) => share(totals.totalTokens, buffer))]),
    column('cost', ({ turns }) => costText(turns, offline)),
    ...(mechanisms.some(({ recall }) => recall.asked > 0)
      ? [column('recall', ({ recall }) => `${recall.known}/${recall.asked}`)]
      : []),
    { ...column('tokens are', sourceOf), align: 'left' },
  ];
}

/** A row for each kind of memory, turn by turn; of many turns some, and always the first and the last. */
export function turnColumns(mechanisms: readonly MeasuredMemory[], offline: boolean): readonly Column[] {
  const length = Math.max(...mechanisms.map(({ turns }) => turns.length));
  const rows = roundNumbers(length, MOST_TURNS).flatMap((turn) =>
    mechanisms.flatMap((memory, index) => {
      const one = memory.turns[turn - 1];
      return one === undefined ? [] : [{ memory, one, label: index === 0 ? count(turn) : '' }];
    }),
  );
  type Row = (typeof rows)[number];
  const column = (head: string, cell: (row: Row) => string): Column => ({ head, cells: rows.map(cell) });
  const soFar = ({ memory, one }: Row) => memory.turns.slice(0, one.turn);
  return [
    column('turn', ({ label }) => label),
    { ...column('memory', ({ memory }) => memory.name), align: 'left' },
    column('input', ({ one }) => count(one.inputTokens)),
    column('output', ({ one }) => count(one.outputTokens)),
    column("memory's own", ({ one }) => count(one.memoryTokens)),
    column('total', ({ one }) => count(one.totalTokens)),
    column('so far', (row) => count(sum(soFar(row).map(({ totalTokens }) => totalTokens)))),
    column('cost so far', (row) => costText(soFar(row), offline)),
  ];
}

/** From which turn on each kind of memory is cheaper than the one that keeps everything: a line each. */
export function cheaperLines(mechanisms: readonly MeasuredMemory[]): readonly string[] {
  return mechanisms.flatMap(({ name, turns, cheaperThanBuffer }) =>
    cheaperThanBuffer === null ? [] : [`${name}: ${cheaperText(cheaperThanBuffer, turns.length)}`],
  );
}

function cheaperText(
  { tokens, cost }: NonNullable<MeasuredMemory['cheaperThanBuffer']>,
  turns: number,
): string {
  const never = `never in ${turns === 1 ? 'one turn' : `these ${turns} turns`}`;
  const from = (turn: CheaperFrom) =>
    turn === 'never' ? never : turn === 'unknown' ? 'not known' : `from turn ${turn} on`;
  if (cost === 'unknown') return from(tokens);
  if (cost !== tokens) return `${from(tokens)} in tokens, ${from(cost)} in money`;
  return tokens === 'never' ? never : `${from(tokens)}, in tokens and in money`;
}

const MOST_TURNS = 6;

function share(tokens: number | null, of: number): string {
  return tokens === null || of === 0 ? '?' : `${Math.round((tokens / of) * 100)} %`;
}

/** Where only some turns have a price, their sum, and how many they are. */
function costText(turns: readonly MeasuredTurn[], offline: boolean): string {
  const known = turns.map(({ cost }) => cost).filter((cost) => cost !== null);
  if (known.length === 0) return offline ? 'none' : renderCost(null);
  const cost = renderCost(sum(known));
  return known.length === turns.length ? cost : `${cost} for ${known.length} of ${turns.length} turns`;
}
