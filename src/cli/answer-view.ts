import type { StdoutHandlerOptions } from '../callbacks/stdout.js';
import type { CallbackHandler } from '../events.js';
import type { FinishedRun } from './execute-run.js';
import type { Io } from './io.js';
import { LiveView } from './live-view.js';
import type { RunPlan } from './run-plan.js';
import { canSpin } from './spinner.js';

/** What shows the answers of a command's runs, as they come. */
export interface AnswerView {
  /** What hears the n-th run, before anybody else of the command's. */
  handlersOf(index: number): readonly CallbackHandler[];
  /** For a trace that is on the same terminal. */
  readonly live: StdoutHandlerOptions['live'];
  /** To be called before the first of them begins: until then nothing is shown. */
  begin(): void;
  /** To be told of each run's end. */
  ended(index: number, run: FinishedRun): void;
  /** To be called once all have ended. */
  close(): void;
}

/** What shows one answer after the other as they come, where that is wanted. */
export function liveViewOf({ flags, runs }: Pick<RunPlan, 'flags' | 'runs'>, io: Io): LiveView | undefined {
  if (flags.json || flags.output !== undefined) return undefined;
  const spinner = io.stdout.isTTY && canSpin(io.stderr, io.env) && !flags.quiet ? io.stderr : null;
  const answersOnly = !io.stdout.isTTY && runs.some(({ approval }) => approval !== undefined);
  return new LiveView({ stdout: io.stdout, spinner, signal: io.signal, answersOnly });
}
