import type { ChainEvent } from '../events.js';
import type { LineCensus } from './line-census.js';
import { type FileLine, type LineSource, type ReadLinesOptions, readLines } from './read-lines.js';
import { parseTraceLine, runOfTokenLine } from './trace-line.js';

/** An event, and where its line stands in the file. */
export interface LocatedEvent {
  readonly event: ChainEvent;
  readonly line: FileLine;
}

export interface ReadEventsOptions extends ReadLinesOptions {
  /** Of which runs token events are read. Default: of all. */
  readonly tokensOf?: ((runId: string) => boolean) | undefined;
  /** Counts what is no event. */
  readonly census?: LineCensus | undefined;
}

/** For {@link ReadEventsOptions.tokensOf}: reading is several times faster without them. */
export const NO_TOKENS = (): boolean => false;

/**
 * The events of a trace file, those of one read together, in the order in which they were written. Whatever else is in
 * the file is passed over, and counted.
 *
 * Each list is to be gone through once, before the next is asked for: a line is read when its turn comes, so that
 * `tokensOf` knows of the runs whose start stands just before.
 * @throws ChainError `file_not_readable`; the signal's reason
 */
export async function* readEvents(
  file: LineSource,
  options: ReadEventsOptions = {},
): AsyncGenerator<Iterable<LocatedEvent>, void, void> {
  // Also where nothing is left of a read: it may mean that a file that is followed has nothing more.
  for await (const lines of readLines(file, options)) yield eventsIn(lines, options);
}

function* eventsIn(
  lines: readonly FileLine[],
  { tokensOf, census }: ReadEventsOptions,
): Generator<LocatedEvent, void, void> {
  for (const line of lines) {
    if (tokensOf !== undefined && line.bytes !== null) {
      const run = runOfTokenLine(line.bytes);
      if (run !== null && !tokensOf(run)) continue;
    }
    const parsed = line.bytes === null ? TOO_LONG : parseTraceLine(line.bytes);
    if (parsed.kind === 'event') yield { event: parsed.event, line };
    else if (line.complete) census?.count(parsed, line.number);
    else if (census !== undefined && parsed.kind !== 'blank') census.torn = true;
  }
}

const TOO_LONG = { kind: 'damaged', why: 'it is too long' } as const;
