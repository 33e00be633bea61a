import type { CallbackHandler } from '../events.js';
import { cleanControls } from '../safety/clean.js';
import { type AnswerView, liveViewOf } from './answer-view.js';
import type { FinishedRun } from './execute-run.js';
import type { Io } from './io.js';
import type { LiveView } from './live-view.js';
import type { RunPlan } from './run-plan.js';

/** Shows the answer of the only run, and nothing else. */
export class SingleView implements AnswerView {
  readonly live: LiveView | undefined;
  readonly #json: boolean;
  readonly #io: Io;

  constructor(plan: RunPlan, io: Io) {
    this.live = liveViewOf(plan, io);
    this.#json = plan.flags.json === true;
    this.#io = io;
  }

  handlersOf(): readonly CallbackHandler[] {
    return this.live === undefined ? [] : [this.live];
  }

  begin(): void {}

  ended(_index: number, { unseen }: FinishedRun): void {
    const { stdout } = this.#io;
    if (unseen !== null && !this.#json) stdout.write(`${stdout.isTTY ? cleanControls(unseen) : unseen}\n`);
  }

  close(): void {
    this.live?.close();
  }
}
