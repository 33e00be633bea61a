import type { CallbackHandler } from '../../events.js';
import { cleanControls } from '../../safety/clean.js';
import { type AnswerView, liveViewOf } from '../answer-view.js';
import type { FinishedRun } from '../execute-run.js';
import type { Io } from '../io.js';
import type { RunPlan } from '../run-plan.js';
import { canHoldColumns } from './column-widths.js';
import { headLine } from './head-line.js';
import { OneByOneView } from './one-by-one-view.js';

/** Side by side where the terminal is wide enough, one after the other where not; nothing of answers that go elsewhere. */
export async function openComparisonView(plan: RunPlan, io: Io): Promise<AnswerView> {
  const live = liveViewOf(plan, io);
  if (live === undefined) return new NoView(plan, io);
  if (!canHoldColumns(io, plan.runs.length)) return new OneByOneView(plan.runs, live);
  const { SideBySideView } = await import('./side-by-side-view.js');
  return new SideBySideView(plan, io);
}

/** Shows nothing but answers that were paid for and can't be saved. */
class NoView implements AnswerView {
  readonly live = undefined;
  readonly #plan: RunPlan;
  readonly #stdout: Io['stdout'];

  constructor(plan: RunPlan, { stdout }: Io) {
    this.#plan = plan;
    this.#stdout = stdout;
  }

  handlersOf(): readonly CallbackHandler[] {
    return [];
  }

  begin(): void {}

  ended(index: number, { unseen }: FinishedRun): void {
    const { flags, runs } = this.#plan;
    if (unseen === null || flags.json) return;
    const text = this.#stdout.isTTY ? cleanControls(unseen) : unseen;
    this.#stdout.write(`${headLine(runs[index]!.label)}${text}\n`);
  }

  close(): void {}
}
