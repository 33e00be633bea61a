import { wantsColor } from '../../callbacks/color.js';
import { shortRunId } from '../../callbacks/log-line.js';
import { diffRuns } from '../../trace/diff-runs.js';
import type { TraceRun } from '../../trace/trace-run.js';
import type { Io } from '../io.js';
import { renderRunDiff } from './render-diff.js';

/** Says on stderr how a run that was carried out again differs from the original. */
export function showDifferences(
  original: TraceRun,
  again: TraceRun,
  flags: { readonly color?: boolean },
  { stderr, env, redact }: Io,
): void {
  const color = flags.color !== false && wantsColor(stderr, env);
  const titles = [`recorded ${shortRunId(original.id)}`, `again ${shortRunId(again.id)}`] as const;
  const text = renderRunDiff(diffRuns(original, again), { width: stderr.columns, color, titles });
  stderr.write(`\n${redact(text)}`);
}
