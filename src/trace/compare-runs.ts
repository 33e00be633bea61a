import type { RunDiff } from './diff-runs.js';
import type { TraceRun } from './trace-run.js';

/**
 * What differs between two runs: parameters, prompts and answers word by word, how they ended, and what they took;
 * likewise for the steps under them, put side by side by kind, name and order. It is what `chain trace diff --json`
 * prints. Takes ten seconds at the most, and then compares what is left less closely.
 *
 * @param a as `buildTrace` makes it of events; `b` likewise
 * @example
 * const [before, after] = buildTrace(events);
 * const { change } = await compareRuns(before, after); // 'same' or 'changed'
 */
export async function compareRuns(a: TraceRun, b: TraceRun): Promise<RunDiff> {
  const { diffRuns } = await import('./diff-runs.js');
  return diffRuns(a, b);
}
