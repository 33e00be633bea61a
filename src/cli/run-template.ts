import { unlessAborted } from '../callbacks/abort.js';
import { CallbackManager } from '../callbacks/manager.js';
import { toErrorRecord } from '../errors.js';
import type { CallbackHandler } from '../events.js';
import { cleanControls } from '../safety/clean.js';
import { isOverBudget, renderSpent, renderSpentJson } from './budget.js';
import { closeAll } from './close-all.js';
import { dim } from './dim.js';
import { renderErrorJson } from './exit.js';
import type { Io } from './io.js';
import { LiveView } from './live-view.js';
import { makePlan, type RunFlags, type RunPlan } from './run-plan.js';
import { makeReport, OutcomeHandler, type RunReport, renderJson } from './run-report.js';
import { renderSummary } from './run-summary.js';
import { canSpin } from './spinner.js';
import { makeTraceHandlers } from './trace-handlers.js';

/**
 * `chain run`: template, chain, model, events, handlers, summary.
 * @throws what went wrong, after everything that is known has been shown
 */
export async function runTemplate(template: string | undefined, given: RunFlags, io: Io): Promise<void> {
  let plan: RunPlan;
  let handlers: Handlers;
  try {
    plan = await unlessAborted(makePlan(template, given, io), io.signal);
    if (plan.flags.dryRun) {
      const { showDryRun } = await import('./dry-run.js');
      return await showDryRun(plan, io);
    }
    handlers = await unlessAborted(makeHandlers(plan, io), io.signal);
  } catch (error) {
    if (given.json) io.stdout.write(renderErrorJson(toErrorRecord(error), '', io.redact));
    throw error;
  }
  const { report, error } = await execute(plan, handlers, io);
  const { flags, budget } = plan;
  const over = budget !== undefined && isOverBudget(error) ? { budget, error } : null;
  if (flags.json) {
    io.stdout.write(
      over === null
        ? renderJson(report, io.redact)
        : renderSpentJson(over.error, report.text, over.budget, io.redact),
    );
  } else if (!flags.quiet) {
    const spent = over === null ? '' : renderSpent(over.budget);
    io.stderr.write(dim(`${renderSummary(masked(report, io))}${spent}`, flags, io));
  }
  if (error !== undefined) throw error;
}

/** The figures stay. */
function masked({ model, warnings, ...figures }: RunReport, { redact }: Io): RunReport {
  return { ...figures, model: model && redact(model), warnings: warnings.map(redact) };
}

interface Handlers {
  readonly outcome: OutcomeHandler;
  /** Those of this run, in order. */
  readonly all: readonly CallbackHandler[];
  readonly warnings: string[];
}

async function makeHandlers({ flags, keys }: RunPlan, io: Io): Promise<Handlers> {
  const warnings: string[] = [];
  const outcome = new OutcomeHandler();
  let live: LiveView | undefined;
  if (!flags.json && flags.output === undefined) {
    const spinner = io.stdout.isTTY && canSpin(io.stderr, io.env) && !flags.quiet ? io.stderr : null;
    live = new LiveView({ stdout: io.stdout, spinner, signal: io.signal });
  }
  const onWarning = (warning: string) => void warnings.push(warning);
  const traces = await makeTraceHandlers(flags, { io, keys, live, onWarning });
  return { outcome, all: [outcome, ...(live === undefined ? [] : [live]), ...traces], warnings };
}

/** Never throws for what the run did: its error is part of what it gives. */
async function execute(
  { flags, chain, values, llm, schema, budget }: RunPlan,
  { outcome, all, warnings }: Handlers,
  io: Io,
): Promise<{ report: RunReport; error: unknown }> {
  const manager = new CallbackManager(all, { onHandlerError: () => {} });
  const started = performance.now();
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
  const durationMs = performance.now() - started;
  if (flags.output !== undefined && outcome.last !== null) {
    const { text } = outcome.last;
    const before = error;
    error = await save(flags.output, text, error, warnings);
    // The answer was paid for: where it can't be saved it is shown.
    if (error !== before && !flags.json) showText(text, io);
  } else if (isOverBudget(error) && flags.stream === false && !flags.json && outcome.last?.text) {
    // So was what came at once, and too late to be cut.
    showText(outcome.last.text, io);
  }
  warnings.push(...(await closeAll(all)));
  const offline = llm.provider === 'offline';
  const { failures } = manager;
  const report = makeReport({ outcome, model: llm.model, offline, durationMs, error, failures, warnings });
  return { report, error };
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

function showText(text: string, io: Io): void {
  io.stdout.write(`${io.stdout.isTTY ? cleanControls(text) : text}\n`);
}
