import type { ChainEvent } from '../events.js';
import { isWithoutContent } from './run-content.js';

/** Follows the events of a trace file, and tells those of runs that were written without what was said. */
export class ContentWatch {
  /** Runs that are open, under a root that says so. */
  readonly #without = new Set<string>();

  /** Each event once, in the order of the file. */
  has(event: ChainEvent): boolean {
    const { runId, parentRunId } = event;
    if ('metadata' in event) {
      const inherited = parentRunId !== null && this.#without.has(parentRunId);
      if (isWithoutContent({ start: event }) || inherited) this.#without.add(runId);
    }
    const without = this.#without.has(runId);
    if (without && 'durationMs' in event) this.#without.delete(runId);
    return !without;
  }
}
