import type { Usage, UsageSource, UsageSum } from '../messages.js';

/** `12 in (8 cached) + 5 out = 17 tokens (reported)`: a number that isn't known is `?`, a mixed sum says of what. */
export function renderUsage(usage: Usage | UsageSum): string {
  const { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens } = usage;
  if (totalTokens === null && inputTokens === null && outputTokens === null) return 'tokens unknown';
  const cached = cachedTokens ? ` (${cachedTokens} cached)` : '';
  const reasoning = reasoningTokens ? ` (${reasoningTokens} reasoning)` : '';
  const split = `${inputTokens ?? '?'} in${cached} + ${outputTokens ?? '?'} out${reasoning}`;
  return `${split} = ${totalTokens ?? '?'} tokens (${renderSource(usage)})`;
}

/** Dollars with three significant digits and at least two decimals; `no price` where it isn't known. */
export function renderCost(cost: number | null): string {
  if (cost === null) return 'no price';
  if (cost <= 0) return '$0';
  const decimals = Math.min(12, Math.max(2, 2 - Math.floor(Math.log10(cost))));
  return `$${cost.toFixed(decimals).replace(/(\.\d\d\d*?)0+$/, '$1')}`;
}

/** `350 ms`, `1.23 s`, `12.3 s`. */
export function renderDuration(ms: number): string {
  if (Math.round(ms) < 1000) return `${Math.round(ms)} ms`;
  return `${(ms / 1000).toFixed(ms < 9995 ? 2 : 1)} s`;
}

const WORST_FIRST: readonly UsageSource[] = ['unknown', 'estimated', 'reported'];

function renderSource(usage: Usage | UsageSum): string {
  const bySource = 'bySource' in usage ? usage.bySource : {};
  const parts = WORST_FIRST.filter((source) => bySource[source] !== undefined);
  const uniform = parts.length === 0 || (parts.length === 1 && parts[0] === usage.source);
  if (uniform) return usage.source;
  return `${usage.source}: ${parts.map((source) => `${bySource[source]} ${source}`).join(', ')}`;
}
