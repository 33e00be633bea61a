import { once } from 'node:events';
import { cleanControls } from '../../safety/clean.js';
import { type LocatedEvent, readEvents } from '../../trace/read-events.js';
import type { FoundRun } from '../../trace/run-index.js';
import type { Io } from '../io.js';

/**
 * The lines of a run's events, or of all events of a file, as they stand there; on a terminal what could steer it is
 * taken out.
 */
export async function printEvents(file: string, chosen: FoundRun | undefined, io: Io): Promise<void> {
  const lines = new EventPrinter(chosen, io);
  const range = chosen === undefined ? {} : { from: chosen.root.from, to: chosen.root.to };
  for await (const events of readEvents(file, { ...range, signal: io.signal })) await lines.print(events);
}

/** Knows which events belong to a run by those that came before. */
export class EventPrinter {
  readonly #io: Io;
  /** Of the run, and of those under it; `null` for all. */
  readonly #ids: Set<string> | null;

  constructor(chosen: Pick<FoundRun, 'id'> | undefined, io: Io) {
    this.#io = io;
    this.#ids = chosen === undefined ? null : new Set([chosen.id]);
  }

  /** Waits for a reader that is slow. */
  async print(events: Iterable<LocatedEvent>): Promise<void> {
    const { stdout, signal } = this.#io;
    const lines = [...events].filter(({ event }) => this.#belongs(event.runId, event.parentRunId));
    if (lines.length === 0) return;
    const bytes = Buffer.concat(lines.flatMap(({ line }) => [line.bytes!, NEWLINE]));
    const full = !stdout.write(stdout.isTTY ? cleanControls(bytes.toString()) : bytes);
    if (full && !signal.aborted) await once(stdout, 'drain', { signal });
  }

  #belongs(runId: string, parentRunId: string | null): boolean {
    if (this.#ids === null || this.#ids.has(runId)) return true;
    if (parentRunId === null || !this.#ids.has(parentRunId)) return false;
    this.#ids.add(runId);
    return true;
  }
}

const NEWLINE = Buffer.from('\n');
