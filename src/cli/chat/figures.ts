import { renderCost, renderUsage } from '../../callbacks/figures.js';
import type { Chat } from './chat.js';
import { type Account, isOffline, type Spending } from './spending.js';
import type { TurnOutcome } from './turn-outcome.js';

/** A number as a person reads it: `400,000`. */
export function renderCount(count: number | null): string {
  return count === null ? '?' : count.toLocaleString('en-US');
}

/** What a turn took, in one line; the conversation's total is that after it. */
export function renderTurn(
  { turn, spent, error }: TurnOutcome,
  { spending }: Chat,
  contextWindow: number | null,
): string {
  const end = error === undefined ? '' : isCancelled(error) ? ' cancelled' : ' failed';
  if (spent === null) return `turn ${turn}${end} · no tokens\n`;
  const { model, usage, memoryUsage } = spent;
  const used = usage.totalTokens;
  const parts = [
    `turn ${turn}${end}`,
    ...(isOffline(model) ? ['offline, not a language model'] : []),
    renderUsage(usage),
    ...(memoryUsage === null ? [] : [`the memory's own ${renderCount(memoryUsage.totalTokens)}`]),
    `conversation ${renderCount(spending.all.usage?.totalTokens ?? null)}`,
    ...(contextWindow === null || used === null ? [] : [`context ${renderShare(used, contextWindow)}`]),
  ];
  return `${parts.join(' · ')}\n`;
}

/** `12 % of 400,000`. */
export function renderShare(used: number, whole: number): string {
  const percent = (used / whole) * 100;
  const shown = percent > 0 && percent < 1 ? '<1' : String(Math.round(percent));
  return `${shown} % of ${renderCount(whole)}`;
}

/** What a conversation took, in a line or two. */
export function renderSpending(turns: number, { all, memory, offline }: Spending): string {
  const parts = [
    count(turns, 'turn'),
    ...(offline ? ['offline, not a language model'] : []),
    ...renderAccount(all),
  ];
  const own = memory.usage === null ? '' : `of it the memory's own: ${renderAccount(memory).join(' · ')}\n`;
  return `${parts.join(' · ')}\n${own}`;
}

function renderAccount({ usage, cost, priced, unpriced }: Account): readonly string[] {
  if (usage === null) return ['no tokens'];
  if (priced === 0) return [renderUsage(usage), unpriced > 0 ? renderCost(null) : 'price none'];
  const missing = unpriced > 0 ? ` (${unpriced} of ${priced + unpriced} without a price)` : '';
  return [renderUsage(usage), `${renderCost(cost)}${missing}`];
}

export function isCancelled(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === 'aborted';
}

function count(number: number, noun: string): string {
  return `${renderCount(number)} ${noun}${number === 1 ? '' : 's'}`;
}
