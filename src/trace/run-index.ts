import { LineCensus } from './line-census.js';
import { NO_TOKENS, readEvents } from './read-events.js';
import { RunSummarizer, type RunSummary } from './run-summary.js';

/** The runs of a trace file, without what is in them. */
export interface RunIndex {
  readonly file: string;
  /** How many root runs there are. */
  readonly count: number;
  /** The last ones, in the order in which they were started. */
  readonly runs: readonly RunSummary[];
  /** Runs whose id begins as was asked, and the roots that they are under. */
  readonly found: readonly FoundRun[];
  readonly census: LineCensus;
  /** Behind the last line that was whole, in bytes. */
  readonly end: number;
}

export interface FoundRun {
  readonly id: string;
  readonly root: RunSummary;
}

export interface IndexOptions {
  /** How many of the last runs are kept. Default 1,000. */
  readonly keep?: number;
  /** The beginning of an id, of a root or of any run under one. */
  readonly find?: string | undefined;
  /** The byte before which reading ends. Default: the end of the file. */
  readonly to?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

const MOST_FOUND = 20;

/**
 * Reads a trace file for the runs that are in it, in memory that doesn't grow with the file.
 * @throws ChainError `file_not_readable`
 */
export async function indexRuns(file: string, options: IndexOptions = {}): Promise<RunIndex> {
  const { keep = 1000, find, to = Number.POSITIVE_INFINITY, signal } = options;
  const census = new LineCensus();
  const summarizer = new RunSummarizer();
  const found = new Map<string, RunSummary>();
  let ended: RunSummary[] = [];
  let count = 0;
  let position = 0;
  const end = (summaries: readonly RunSummary[]) => {
    count += summaries.length;
    ended.push(...summaries);
    if (ended.length > 2 * keep) ended = latest(ended, keep);
  };
  for await (const events of readEvents(file, { to, tokensOf: NO_TOKENS, census, signal })) {
    for (const { event, line } of events) {
      const root = summarizer.add(event, line);
      position = line.end;
      if (find !== undefined && found.size < MOST_FOUND && event.runId.startsWith(find))
        found.set(event.runId, root);
    }
    end(summarizer.take());
  }
  end(summarizer.unfinished());
  return {
    file,
    count,
    runs: latest(ended, keep),
    found: [...found].map(([id, root]) => ({ id, root })),
    census,
    end: position,
  };
}

function latest(runs: readonly RunSummary[], keep: number): RunSummary[] {
  return runs.toSorted((a, b) => a.from - b.from).slice(-keep);
}
