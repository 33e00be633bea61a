import { renderCost, renderDuration, renderUsage } from '../../callbacks/figures.js';
import type { RunDiff } from '../../trace/diff-runs.js';
import type { RunFacts } from '../../trace/run-facts.js';

/** A number of one run and that of another, as text. */
interface Figure {
  readonly label: string;
  readonly text: string;
}

/**
 * What two runs took, a line each: tokens, money, time, and repeated requests where there were any.
 * @param model the one that answered, where it was only one
 */
export function renderFigures(a: RunFacts, b: RunFacts, model: Pick<RunDiff, 'a' | 'b'>): string[] {
  const figures = [...tokens(a, b), ...cost(a, b), ...time(a, b, model), ...retries(a, b)];
  return figures.map(({ label, text }) => `${label.padEnd(LABEL)}${text}`);
}

const LABEL = 8;

/** The same for one step among others, in one line. */
export function renderStepFigures(a: RunFacts, b: RunFacts): string {
  const [tokensA, tokensB] = [a.usage?.totalTokens ?? null, b.usage?.totalTokens ?? null];
  const parts = [
    ...(tokensA === null && tokensB === null
      ? []
      : [`tokens ${changeOf(tokensA ?? '?', tokensB ?? '?')}${percent(tokensA, tokensB)}`]),
    ...(a.cost === null && b.cost === null ? [] : cost(a, b).map(({ text }) => text)),
    durations(a.durationMs, b.durationMs),
  ];
  return parts.join(' · ');
}

/** What a step took that the other run hasn't got. */
export function renderSingleFigures({ usage, cost: dollars, durationMs }: RunFacts): string {
  const parts = [
    ...(usage?.totalTokens == null ? [] : [`${usage.totalTokens} tokens`]),
    ...(dollars === null ? [] : [renderCost(dollars)]),
    renderDuration(durationMs),
  ];
  return parts.join(' · ');
}

function tokens(a: RunFacts, b: RunFacts): readonly Figure[] {
  if (a.usage === null && b.usage === null) return [];
  const [usageA, usageB] = [a.usage, b.usage].map((usage) => (usage === null ? 'none' : renderUsage(usage)));
  const more = percent(a.usage?.totalTokens, b.usage?.totalTokens);
  return [{ label: 'tokens', text: `${changeOf(usageA!, usageB!)}${more}` }];
}

function cost(a: RunFacts, b: RunFacts): readonly Figure[] {
  if (a.usage === null && b.usage === null) return [];
  if (a.usage !== null && b.usage !== null && a.cost === null && b.cost === null)
    return [{ label: 'cost', text: renderCost(null) }];
  const [costA, costB] = [a, b].map(renderMoney);
  return [{ label: 'cost', text: `${changeOf(costA!, costB!)}${percent(a.cost, b.cost)}` }];
}

function renderMoney({ usage, cost: dollars, unpriced }: RunFacts): string {
  if (usage === null) return 'nothing';
  const missing = dollars !== null && unpriced > 0 ? ` (${unpriced} without a price)` : '';
  return `${renderCost(dollars)}${missing}`;
}

function time(a: RunFacts, b: RunFacts, model: Pick<RunDiff, 'a' | 'b'>): readonly Figure[] {
  const [firstA, firstB] = [model.a?.firstTokenMs ?? null, model.b?.firstTokenMs ?? null];
  const first = firstA === null || firstB === null ? [] : [`first token ${durations(firstA, firstB)}`];
  return [{ label: 'time', text: [durations(a.durationMs, b.durationMs), ...first].join(' · ') }];
}

function retries(a: RunFacts, b: RunFacts): readonly Figure[] {
  return a.retries === b.retries ? [] : [{ label: 'retries', text: changeOf(a.retries, b.retries) }];
}

function changeOf(a: string | number, b: string | number): string {
  return a === b ? `${a}, the same` : `${a} → ${b}`;
}

/** Never the same twice, so always both. */
function durations(a: number, b: number): string {
  const [msA, msB] = [Math.round(a), Math.round(b)];
  return `${renderDuration(a)} → ${renderDuration(b)}${msA === msB ? ', +0 %' : percent(msA, msB)}`;
}

/** `, +15 %`; nothing where there is no telling. */
function percent(a: number | null | undefined, b: number | null | undefined): string {
  if (a == null || b == null || a <= 0 || a === b) return '';
  const change = (b / a - 1) * 100;
  if (Math.abs(change) < 0.05) return ', less than 0.1 %';
  const digits = Math.abs(change) < 0.95 ? 1 : 0;
  return `, ${change < 0 ? '-' : '+'}${Math.abs(change).toFixed(digits)} %`;
}
