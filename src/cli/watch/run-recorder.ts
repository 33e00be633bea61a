import { startsNoRuns } from '../../callbacks/context.js';
import type { CallbackHandler, ChainEvent } from '../../events.js';
import { buildTrace } from '../../trace/trace-builder.js';
import { statusOf, type TraceRun } from '../../trace/trace-run.js';

/** Keeps the events of a run, so that it can be compared. Tokens aren't needed: how the run ends says them. */
export class RunRecorder implements CallbackHandler {
  readonly name = 'RunRecorder';
  readonly #events: ChainEvent[] = [];

  static {
    startsNoRuns(RunRecorder);
  }

  onEvent(event: ChainEvent): void {
    if (event.type !== 'llmNewToken') this.#events.push(event);
  }

  /**
   * The run, where it came to an end of its own; `null` where it was stopped, or never began.
   * @param redact given every text: what masks keys has to see them whole
   */
  finished(redact: (text: string) => string): TraceRun | null {
    const mask = (_key: string, value: unknown) => (typeof value === 'string' ? redact(value) : value);
    const events = this.#events.map((event) => JSON.parse(JSON.stringify(event), mask) as ChainEvent);
    const root = buildTrace(events).at(-1);
    return root === undefined || ['aborted', 'unfinished'].includes(statusOf(root)) ? null : root;
  }
}
