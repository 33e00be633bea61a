import { once } from 'node:events';
import { cleanControls } from '../../safety/clean.js';
import { type FileLine, readLines } from '../../trace/read-lines.js';
import type { FoundRun } from '../../trace/run-index.js';
import { parseTraceLine, runOfTokenLine } from '../../trace/trace-line.js';
import type { Io } from '../io.js';

/** The lines of a run's events, or of all events of a file, as they stand there. */
export async function printEvents(file: string, chosen: FoundRun | undefined, io: Io): Promise<void> {
  const printer = new EventPrinter(chosen, io);
  const range = chosen === undefined ? {} : { from: chosen.root.from, to: chosen.root.to };
  for await (const lines of readLines(file, { ...range, signal: io.signal })) await printer.print(lines);
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

  /** On a terminal what could steer it is taken out. Waits for a reader that is slow. */
  async print(lines: readonly FileLine[]): Promise<void> {
    const { stdout, signal } = this.#io;
    const parts = lines.flatMap(({ bytes }) =>
      bytes !== null && this.#belongs(bytes) ? [bytes, NEWLINE] : [],
    );
    if (parts.length === 0) return;
    const text = Buffer.concat(parts);
    const full = !stdout.write(stdout.isTTY ? cleanControls(text.toString()) : text);
    if (full && !signal.aborted) await once(stdout, 'drain', { signal });
  }

  #belongs(bytes: Buffer): boolean {
    // Most lines are tokens, and need not be read for this.
    const tokenOf = runOfTokenLine(bytes);
    if (tokenOf !== null) return this.#ids?.has(tokenOf) ?? true;
    const parsed = parseTraceLine(bytes);
    if (parsed.kind !== 'event') return false;
    const { runId, parentRunId } = parsed.event;
    if (this.#ids === null || this.#ids.has(runId)) return true;
    if (parentRunId === null || !this.#ids.has(parentRunId)) return false;
    this.#ids.add(runId);
    return true;
  }
}

const NEWLINE = Buffer.from('\n');
