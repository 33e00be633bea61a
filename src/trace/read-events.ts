import type { ChainEvent } from '../events.js';
import type { LineCensus } from './line-census.js';
import { type FileLine, type ReadLinesOptions, readLines } from './read-lines.js';
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
 * The events of a trace file, all of one read together, in the order in which they were written. Whatever else is in the
 * file is passed over, and counted.
 * @throws ChainError `file_not_readable`; the signal's reason
 */
export async function* readEvents(
  file: string,
  options: ReadEventsOptions = {},
): AsyncGenerator<readonly LocatedEvent[], void, void> {
  const { tokensOf, census } = options;
  for await (const lines of readLines(file, options)) {
    const events: LocatedEvent[] = [];
    for (const line of lines) {
      if (tokensOf !== undefined && line.bytes !== null) {
        const run = runOfTokenLine(line.bytes);
        if (run !== null && !tokensOf(run)) continue;
      }
      const parsed =
        line.bytes === null
          ? ({ kind: 'damaged', why: 'it is too long' } as const)
          : parseTraceLine(line.bytes);
      if (parsed.kind === 'event') events.push({ event: parsed.event, line });
      else if (line.complete) census?.count(parsed, line.number);
      else if (census !== undefined && parsed.kind !== 'blank') census.torn = true;
    }
    // Also where nothing is left: it may mean that a file that is followed has nothing more.
    yield events;
  }
}
