import { type ChainError, toErrorRecord } from '../../errors.js';
import type { GroupedStats, TraceStats } from '../../trace/trace-stats.js';

/** What is said of trace files: the record that text and `--json` are made from. */
export interface StatsReport {
  readonly files: readonly string[];
  readonly stats: TraceStats;
  /** What a person has to be told besides, a sentence each. */
  readonly notes: readonly string[];
}

/** What `--json` prints. */
export function statsDocument({ files, stats, notes }: StatsReport, over: ChainError | undefined): object {
  const { total, first, last, timeline, grouped, leftOut } = stats;
  const error = over && toErrorRecord(over);
  return {
    schema: 1,
    ...(error && { error: { code: error.code, message: error.message } }),
    files,
    first,
    last,
    total,
    timeline,
    ...(grouped && groupFields(grouped)),
    leftOut,
    notes,
  };
}

function groupFields({ by, unit, all, groups, rest }: GroupedStats): object {
  return { by, unit, all, groups, rest };
}
