import { startsNoRuns } from '../../callbacks/context.js';
import type { CallbackHandler, ChainEvent } from '../../events.js';
import type { Redact } from '../../safety/redactor.js';
import { maskRun } from '../../trace/mask-run.js';
import { buildTrace } from '../../trace/trace-builder.js';
import type { TraceRun } from '../../trace/trace-run.js';

/** Keeps the events of runs, so that they can be compared. Tokens aren't needed: how a run ends says them. */
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
   * The root runs so far, as they would stand in a trace file.
   * @param redact given every text: what masks keys has to see them whole
   */
  roots(redact: Redact): readonly TraceRun[] {
    const kept = this.#events.map((event) => JSON.parse(JSON.stringify(event)) as ChainEvent);
    return buildTrace(kept).map((run) => maskRun(run, { redact }));
  }
}
