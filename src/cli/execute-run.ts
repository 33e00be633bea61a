import { now } from '../callbacks/clock.js';
import { CallbackManager } from '../callbacks/manager.js';
import type { CallbackHandler } from '../events.js';
import { isOverBudget } from './budget.js';
import type { Io } from './io.js';
import type { PlannedRun } from './planned-run.js';
import type { RunPlan } from './run-plan.js';
import { OutcomeHandler, type RunOutcome } from './run-report.js';

/** A run that is over, whichever way it ended. */
export interface FinishedRun extends RunOutcome {
  /** An answer that was paid for, and that no view has shown: it can't be saved, or came at once and past a budget. */
  readonly unseen: string | null;
}

/** Runs one, and saves its answer where it goes to a file. Never throws for what the run did: that is part of it. */
export async function executeRun(
  { flags, values, schema, budget }: RunPlan,
  { chain, llm, approval, output }: PlannedRun,
  handlers: readonly CallbackHandler[],
  io: Io,
): Promise<FinishedRun> {
  const outcome = new OutcomeHandler();
  const manager = new CallbackManager([outcome, ...handlers], { onHandlerError: () => {} });
  const warnings: string[] = [];
  const started = now();
  let error: unknown;
  try {
    const { text } = await chain.invoke(values, { callbacks: manager, signal: io.signal, budget });
    if (schema !== undefined) {
      const { assertMatches } = await import('./answer-schema.js');
      assertMatches(text, schema);
    }
  } catch (thrown) {
    error = io.signal.aborted ? io.signal.reason : thrown;
  }
  const durationMs = now() - started;
  if (approval !== undefined) {
    const { declinedWarning } = await import('./approval.js');
    const declined = declinedWarning(approval);
    if (declined !== undefined) warnings.push(declined);
  }
  let unseen: string | null = null;
  if (output !== undefined && outcome.last !== null) {
    const { text } = outcome.last;
    const before = error;
    error = await save(output, text, error, warnings);
    if (error !== before) unseen = text;
  } else if (isOverBudget(error) && flags.stream === false) {
    unseen = outcome.last?.text || null;
  }
  const offline = (outcome.provider ?? llm.provider) === 'offline';
  return { outcome, manager, model: llm.model, offline, durationMs, error, warnings, unseen };
}

/**
 * Saves an answer. What had come of one that failed is kept beside the file, which stays as it was.
 * @returns what went wrong, now or before
 */
async function save(file: string, text: string, error: unknown, warnings: string[]): Promise<unknown> {
  const { writeAnswer } = await import('./answer-file.js');
  try {
    if (error === undefined) await writeAnswer(file, text);
    else if (text !== '') {
      await writeAnswer(`${file}.partial`, text);
      warnings.push(`what had come of the answer is in ${file}.partial`);
    }
    return error;
  } catch (failure) {
    return error ?? failure;
  }
}
