import type { Usage, UsageSource, UsageSum } from '../messages.js';

/** The usage of a run of which nothing is known. */
export const UNKNOWN_USAGE: Usage = Object.freeze({
  inputTokens: null,
  outputTokens: null,
  totalTokens: null,
  cachedTokens: null,
  reasoningTokens: null,
  source: 'unknown',
});

/** Tokens that were counted here, because the server didn't report them. */
export function estimatedUsage(inputTokens: number, outputTokens: number): Usage {
  return {
    inputTokens,
    outputTokens,
    totalTokens: inputTokens + outputTokens,
    cachedTokens: null,
    reasoningTokens: null,
    source: 'estimated',
  };
}

/** All of them in one; `null`s, `unknown` and no runs for none. See {@link addUsage}. */
export function sumUsage(usages: Iterable<Usage | UsageSum>): UsageSum {
  let sum: UsageSum | null = null;
  for (const usage of usages) sum = addUsage(sum, usage);
  return sum ?? { ...UNKNOWN_USAGE, runs: 0, bySource: {} };
}

/**
 * The sum with one more run in it, or with all those of another sum; `null` stands for no run yet.
 *
 * A field is the sum of those numbers that are known, and `null` only when none is. So a sum whose `source` is
 * `unknown` says how much it was at least; `bySource` says how much of that was reported, and how much estimated.
 */
export function addUsage(sum: UsageSum | null, usage: Usage | UsageSum): UsageSum {
  const added = toSum(usage);
  if (sum === null) return added;
  return {
    inputTokens: addKnown(sum.inputTokens, added.inputTokens),
    outputTokens: addKnown(sum.outputTokens, added.outputTokens),
    totalTokens: addKnown(sum.totalTokens, added.totalTokens),
    cachedTokens: addKnown(sum.cachedTokens, added.cachedTokens),
    reasoningTokens: addKnown(sum.reasoningTokens, added.reasoningTokens),
    source: worse(sum.source, added.source),
    runs: sum.runs + added.runs,
    bySource: addBySource(sum.bySource, added.bySource),
  };
}

const WORST_LAST: readonly UsageSource[] = ['reported', 'estimated', 'unknown'];

function toSum(usage: Usage | UsageSum): UsageSum {
  if ('runs' in usage) return usage;
  const { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens, source } = usage;
  const bySource = totalTokens === null ? {} : { [source]: totalTokens };
  return { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens, source, runs: 1, bySource };
}

function addKnown(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : a + b;
}

function worse(a: UsageSource, b: UsageSource): UsageSource {
  return WORST_LAST.indexOf(a) > WORST_LAST.indexOf(b) ? a : b;
}

function addBySource(a: UsageSum['bySource'], b: UsageSum['bySource']): UsageSum['bySource'] {
  const sum = { ...a };
  for (const source of WORST_LAST) {
    const added = b[source];
    if (added !== undefined) sum[source] = (sum[source] ?? 0) + added;
  }
  return sum;
}
