import { realpath } from 'node:fs/promises';
import { unlessAborted } from '../../callbacks/abort.js';
import { renderCost } from '../../callbacks/figures.js';
import { ChainError, toErrorRecord } from '../../errors.js';
import { cleanControls } from '../../safety/clean.js';
import { HOW_TRACED } from '../../trace/choose-run.js';
import type { LineSource } from '../../trace/read-lines.js';
import { type StatsField, type TraceStats, traceStats } from '../../trace/trace-stats.js';
import { renderErrorJson } from '../exit.js';
import type { Io } from '../io.js';
import { toJsonLine } from '../json-line.js';
import { renderStats } from './render-stats.js';
import { many } from './stats-figures.js';
import { type StatsReport, statsDocument } from './stats-report.js';
import { openPipe } from './trace-source.js';

export interface StatsFlags {
  readonly by?: StatsField;
  readonly limit?: number;
  /** In milliseconds since the epoch. */
  readonly since?: number;
  readonly until?: number;
  /** In US dollars. */
  readonly maxCost?: number;
  readonly json?: boolean;
}

/** Rows, where a person reads them. */
const SHOWN = 20;

/**
 * `chain trace stats`.
 * @throws ChainError `budget_exceeded`, after all is shown, where it cost more than `maxCost`; `file_not_readable`;
 *   `invalid_argument` where no run is in the files
 */
export async function showStats(names: readonly string[], flags: StatsFlags, io: Io): Promise<void> {
  let report: StatsReport;
  try {
    report = await unlessAborted(makeReport(names, flags, io), io.signal);
  } catch (error) {
    if (flags.json) io.stdout.write(renderErrorJson(toErrorRecord(error), '', io.redact));
    throw error;
  }
  const over = overBudget(report.stats, flags.maxCost);
  if (flags.json) io.stdout.write(toJsonLine(statsDocument(report, over), io.redact));
  else {
    io.stdout.write(io.redact(renderStats(report, { width: widthOf(io) })));
    for (const note of report.notes) io.stderr.write(`note: ${cleanControls(note)}\n`);
  }
  if (over !== undefined) throw over;
}

async function makeReport(
  names: readonly string[],
  { by, since, until, limit, maxCost, json }: StatsFlags,
  io: Io,
): Promise<StatsReport> {
  const files = await eachOnce(names);
  const sources: LineSource[] = [];
  for (const file of files) {
    const stream = await openPipe(file, io);
    sources.push(stream === null ? file : { name: file, stream });
  }
  const most = limit ?? (json ? undefined : SHOWN);
  // A pipe that nobody writes would be waited for.
  const stats = await unlessAborted(
    traceStats(sources, { by, since, until, limit: most, signal: io.signal }),
    io.signal,
  );
  const notes = stats.censuses.flatMap((census, index) =>
    census.notes().map((note) => (files.length === 1 ? note : `${files[index]}: ${note}`)),
  );
  if (stats.total.runs === 0 && stats.leftOut === 0) {
    throw new ChainError(
      'invalid_argument',
      [`${files.join(', ')}: no run is in ${files.length === 1 ? 'it' : 'them'}`, ...notes].join('; '),
      { hint: HOW_TRACED },
    );
  }
  if (files.length < names.length) notes.push('a file that was named more than once is counted once');
  const { unpriced } = stats.total;
  if (maxCost !== undefined && unpriced > 0)
    notes.push(`${many(unpriced, 'model run')} without a price: --max-cost knows nothing of what they cost`);
  return { files, stats, notes };
}

/** Files under several names are one, and so is standard input. */
async function eachOnce(names: readonly string[]): Promise<readonly string[]> {
  const files = new Map<string, string>();
  for (const name of names) {
    const file = name === '-' ? name : await realpath(name).catch(() => name);
    if (!files.has(file)) files.set(file, name);
  }
  return [...files.values()];
}

function overBudget({ total }: TraceStats, maxCost: number | undefined): ChainError | undefined {
  const { cost } = total;
  if (maxCost === undefined || cost === null || cost <= maxCost) return undefined;
  return new ChainError(
    'budget_exceeded',
    `${renderCost(cost)} is more than --max-cost ${renderCost(maxCost)}`,
  );
}

/** Where no terminal says how wide it is, nothing has to be put into fewer columns. */
function widthOf({ stdout }: Io): number {
  return stdout.isTTY === true ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
}
