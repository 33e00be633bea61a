import { renderCost, renderDuration } from '../../callbacks/figures.js';
import type { UsageSource } from '../../messages.js';
import type { RunStats } from '../../trace/run-tally.js';

/** `1,204`; `?` where it isn't known. */
export function count(number: number | null): string {
  return number === null ? '?' : number.toLocaleString('en-US');
}

/** `1 run`, `1,204 runs`. */
export function many(number: number, noun: string): string {
  return `${count(number)} ${noun}${number === 1 ? '' : 's'}`;
}

/** `33 %`, `7.5 %`; what is above nothing is at least `0.1 %`. */
export function percent(part: number, whole: number): string {
  const share = whole === 0 ? 0 : (100 * part) / whole;
  if (share === 0 || share >= 9.95) return `${Math.round(share)} %`;
  return `${Math.max(0.1, share).toFixed(1).replace('.0', '')} %`;
}

/** `93 in (8 cached) + 36 out (2 reasoning) = 129: 100 reported, 29 estimated`. */
export function renderTokens(stats: RunStats): string {
  const { usage, modelRuns } = stats;
  if (usage === null) return modelRuns === 0 ? 'none: no model ran' : 'none: no model answered';
  const cached = usage.cachedTokens ? ` (${count(usage.cachedTokens)} cached)` : '';
  const reasoning = usage.reasoningTokens ? ` (${count(usage.reasoningTokens)} reasoning)` : '';
  const split = `${count(usage.inputTokens)} in${cached} + ${count(usage.outputTokens)} out${reasoning}`;
  const labels = renderSources(stats);
  const sum = `${split} = ${count(usage.totalTokens)}`;
  return labels === usage.source ? `${sum} (${labels})` : `${sum}: ${labels}`;
}

const BEST_FIRST: readonly UsageSource[] = ['reported', 'estimated', 'unknown'];

/** `reported`; where several labels come together, how much has which: `100 reported, 29 estimated`. */
function renderSources({ usage, unknownUsage, modelRuns }: RunStats): string {
  if (usage === null) return '';
  const { bySource } = usage;
  const labels = BEST_FIRST.filter((source) => bySource[source] !== undefined);
  if (unknownUsage === 0 && labels.length <= 1) return usage.source;
  const parts = labels.map(
    (source) => `${count(bySource[source]!)} ${source === 'unknown' ? 'of others' : source}`,
  );
  if (unknownUsage > 0)
    parts.push(`not all known of ${count(unknownUsage)} of ${many(modelRuns, 'model run')}`);
  return parts.join(', ');
}

/** The same in few words: `reported`, `10 % estimated`, `3 runs unknown`. */
export function renderSourceShares({ usage, unknownUsage }: RunStats): string {
  if (usage === null) return '';
  const { bySource, totalTokens } = usage;
  const { estimated = 0 } = bySource;
  const parts =
    estimated > 0 && estimated !== totalTokens ? [`${percent(estimated, totalTokens ?? 0)} estimated`] : [];
  if (unknownUsage > 0) parts.push(`${many(unknownUsage, 'run')} unknown`);
  return parts.length === 0 ? usage.source : parts.join(', ');
}

/** `p50 1.20 s · p90 3.40 s · p99 12.1 s`. */
export function renderLatency({ durationMs, runs }: RunStats): string {
  if (durationMs === null) return runs === 0 ? '' : 'unknown: no run has ended';
  const { p50, p90, p99 } = durationMs;
  return `p50 ${renderDuration(p50)} · p90 ${renderDuration(p90)} · p99 ${renderDuration(p99)}`;
}

/** `$1.23; 4 of 20 model runs without a price`. */
export function renderSpent({ usage, cost, unpriced, modelRuns }: RunStats): string {
  if (usage === null) return '';
  if (cost === null || unpriced === 0) return renderCost(cost);
  return `${renderCost(cost)}; ${count(unpriced)} of ${many(modelRuns, 'model run')} without a price`;
}

const MOST_CODES = 8;

/** `3 of 20 runs (15 %): rate_limited 2, timeout 1`. */
export function renderErrors({ runs, byStatus, errors }: RunStats): string {
  if (byStatus.error === 0) return '';
  const others = errors.slice(MOST_CODES).reduce((sum, error) => sum + error.runs, 0);
  const codes = errors.slice(0, MOST_CODES).map(({ code, runs: times }) => `${code} ${count(times)}`);
  if (others > 0) codes.push(`others ${count(others)}`);
  return `${count(byStatus.error)} of ${many(runs, 'run')} (${percent(byStatus.error, runs)}): ${codes.join(', ')}`;
}
