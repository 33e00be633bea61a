import { Chalk } from 'chalk';
import { unlessAborted } from '../callbacks/abort.js';
import { wantsColor } from '../callbacks/color.js';
import { CallbackManager } from '../callbacks/manager.js';
import { toErrorRecord } from '../errors.js';
import type { CallbackHandler } from '../events.js';
import { cleanControls } from '../safety/clean.js';
import { maskSecrets } from '../safety/mask.js';
import { closeAll } from './close-all.js';
import { renderErrorJson } from './exit.js';
import type { Io } from './io.js';
import { LiveView } from './live-view.js';
import { showOnePlace } from './one-place.js';
import { makePlan, type RunFlags, type RunPlan } from './run-plan.js';
import { makeReport, OutcomeHandler, type RunReport, renderJson } from './run-report.js';
import { renderSummary } from './run-summary.js';

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
    if (given.json) io.stdout.write(renderErrorJson(toErrorRecord(error), ''));
    throw error;
  }
  const { report, error } = await execute(plan, handlers, io);
  const { flags } = plan;
  if (flags.json) io.stdout.write(renderJson(report));
  else if (!flags.quiet) io.stderr.write(paint(renderSummary(report), flags, io));
  if (error !== undefined) throw error;
}

interface Handlers {
  readonly outcome: OutcomeHandler;
  /** Those of this run, in order. */
  readonly all: readonly CallbackHandler[];
  readonly warnings: string[];
}

async function makeHandlers({ flags, keys }: RunPlan, io: Io): Promise<Handlers> {
  // First: what they say may be wrong, and then no log is made.
  const own = flags.callback.length === 0 ? [] : await loadOwn(flags.callback);
  const redact = (text: string) => maskSecrets(text, keys);
  const warnings: string[] = [];
  const outcome = new OutcomeHandler();
  const all: CallbackHandler[] = [outcome];
  let live: LiveView | undefined;
  if (!flags.json && flags.output === undefined) {
    const spinner = io.stdout.isTTY && io.stderr.isTTY && !flags.quiet ? io.stderr : null;
    live = new LiveView({ stdout: io.stdout, spinner, signal: io.signal });
    all.push(live);
  }
  if (flags.verbose) {
    const { StdoutCallbackHandler } = await import('../callbacks/stdout.js');
    all.push(
      new StdoutCallbackHandler({
        stream: io.stderr,
        redact,
        ...(flags.color === false && { color: false }),
        ...(live !== undefined && showOnePlace(io) && { live }),
      }),
    );
  }
  if (flags.log !== undefined) {
    const { FileCallbackHandler } = await import('../callbacks/file.js');
    const file = new FileCallbackHandler(flags.log, {
      ...(flags.logFormat !== undefined && { format: flags.logFormat }),
      tokens: flags.logTokens === true,
      redact,
      onWarning: (warning) => void warnings.push(warning),
    });
    all.push(file);
  }
  return { outcome, all: [...all, ...own], warnings };
}

async function loadOwn(modules: readonly string[]): Promise<readonly CallbackHandler[]> {
  const { loadCallbacks } = await import('./load-callbacks.js');
  return loadCallbacks(modules);
}

/** Never throws for what the run did: its error is part of what it gives. */
async function execute(
  { flags, chain, values, llm, schema }: RunPlan,
  { outcome, all, warnings }: Handlers,
  io: Io,
): Promise<{ report: RunReport; error: unknown }> {
  const manager = new CallbackManager(all, { onHandlerError: () => {} });
  const started = performance.now();
  let error: unknown;
  try {
    const { text } = await chain.invoke(values, { callbacks: manager, signal: io.signal });
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

/** The summary stands back behind the answer on a terminal. */
function paint(text: string, flags: RunFlags, io: Io): string {
  if (flags.color === false || !wantsColor(io.stderr, io.env)) return text;
  const { dim } = new Chalk({ level: 1 });
  return text.replace(/.+/g, (line) => dim(line));
}
