import { renderCost } from '../../callbacks/figures.js';
import { type DryRun, renderMessages } from '../dry-run.js';
import type { Io } from '../io.js';
import type { PlannedRun } from '../planned-run.js';
import { renderTable } from '../table.js';
import { totalPrice } from './total-price.js';
import { variantOf } from './variant-document.js';

/** What would be sent, the same for all, and a row for each that it would be sent to. */
export function renderDryRuns(
  runs: readonly PlannedRun[],
  records: readonly DryRun[],
  { stdout }: Pick<Io, 'stdout'>,
): string {
  const prices = records.map(({ inputCost }, index) => ({
    cost: inputCost,
    offline: runs[index]!.llm.provider === 'offline',
  }));
  const tokens = records.map(({ inputTokens }) => inputTokens);
  const columns = [
    { head: 'run', cells: [...runs.map(({ label }) => label), 'all'], align: 'left' as const },
    { head: 'tokens in', cells: [...tokens, tokens.reduce((sum, one) => sum + one, 0)].map(count) },
    {
      head: 'price',
      cells: [
        ...prices.map(({ cost, offline }) => (offline ? 'none' : renderCost(cost))),
        totalPrice(prices),
      ],
    },
  ];
  const width = stdout.isTTY === true ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
  const refusals = records.flatMap(({ refused }, index) =>
    refused === undefined ? [] : [`${runs[index]!.label} would not be asked: ${refused.message}\n`],
  );
  const table = renderTable(columns, { width });
  return `${renderMessages(records[0]!.messages)}\n${table}${refusals.join('')}tokens are estimated, prices those of the prompt; nothing was sent\n`;
}

export function toDryRunDocuments(
  runs: readonly PlannedRun[],
  records: readonly DryRun[],
): readonly object[] {
  return records.map((record, index) => ({ schema: 1, variant: variantOf(runs[index]!), ...record }));
}

function count(tokens: number): string {
  return tokens.toLocaleString('en-US');
}
