import { unlessAborted } from '../callbacks/abort.js';
import { now } from '../callbacks/clock.js';
import { toErrorRecord } from '../errors.js';
import type { CallbackHandler } from '../events.js';
import type { AnswerView } from './answer-view.js';
import { isOverBudget, renderSpent } from './budget.js';
import { closeAll } from './close-all.js';
import { dim } from './dim.js';
import { executeRun, type FinishedRun } from './execute-run.js';
import { renderErrorJson } from './exit.js';
import type { Io } from './io.js';
import { toJsonLine } from './json-line.js';
import { renderMiss } from './miss.js';
import { makePlan, type RunFlags, type RunPlan } from './run-plan.js';
import { makeReport, type RunReport, toDocument } from './run-report.js';
import { renderSummary } from './run-summary.js';
import { SingleView } from './single-view.js';
import { makeTraceHandlers } from './trace-handlers.js';
import type { VariantFlags } from './variants.js';

/** What the caller adds to runs. */
export interface RunExtras {
  /** Behind all others. */
  readonly handlers?: readonly CallbackHandler[];
  /** Told of the plan before anything is asked. */
  readonly onPlan?: (plan: RunPlan) => void;
  /** Which time it is that the modules of handlers are loaded. */
  readonly generation?: number;
}

/**
 * `chain run`: template, chain, model, events, handlers, summary; of several variants all of it at once.
 * @throws what went wrong, after everything that is known has been shown
 */
export async function runTemplate(
  template: string | undefined,
  given: RunFlags & VariantFlags,
  io: Io,
  extras: RunExtras = {},
): Promise<void> {
  await carryOut(makePlan(template, given, io), given, io, extras);
}

/**
 * Carries a plan out, and shows what comes of it.
 * @throws what went wrong, in the plan or in the run, after everything that is known has been shown
 */
export async function carryOut(
  planned: Promise<RunPlan>,
  given: Pick<RunFlags, 'json'>,
  io: Io,
  extras: RunExtras = {},
): Promise<void> {
  const warnings: string[] = [];
  let plan: RunPlan;
  let audience: Audience;
  try {
    plan = await unlessAborted(planned, io.signal);
    extras.onPlan?.(plan);
    if (plan.flags.dryRun) {
      const { showDryRun } = await import('./show-dry-run.js');
      return await showDryRun(plan, io);
    }
    audience = await unlessAborted(openAudience(plan, io, warnings, extras), io.signal);
  } catch (error) {
    if (given.json) io.stdout.write(renderErrorJson(toErrorRecord(error), '', io.redact));
    throw error;
  }
  const { runs } = plan;
  const { view, traces } = audience;
  const { handlers = [] } = extras;
  view.begin();
  const started = now();
  const finished = await Promise.all(
    runs.map(async (run, index) => {
      const one = await executeRun(plan, run, [...view.handlersOf(index), ...traces, ...handlers], io);
      view.ended(index, one);
      return one;
    }),
  );
  const durationMs = now() - started;
  view.close();
  warnings.push(...(await closeAll(traces)));
  if (runs.length === 1) return conclude(plan, finished[0]!, warnings, io);
  const { concludeComparison } = await import('./compare/conclude.js');
  concludeComparison(plan, { finished, warnings, durationMs }, io);
}

/** Who hears the runs. */
interface Audience {
  readonly view: AnswerView;
  readonly traces: readonly CallbackHandler[];
}

async function openAudience(
  plan: RunPlan,
  io: Io,
  warnings: string[],
  { generation }: RunExtras,
): Promise<Audience> {
  const { flags, keys } = plan;
  for (const { output } of plan.runs) if (output !== undefined) await makeOutputFolder(output);
  const view = await openView(plan, io);
  const onWarning = (warning: string) => void warnings.push(warning);
  return {
    view,
    traces: await makeTraceHandlers(flags, { io, keys, live: view.live, onWarning, generation }),
  };
}

async function makeOutputFolder(output: string): Promise<void> {
  const { makeFolderOf } = await import('./named-file.js');
  await makeFolderOf('--output', output);
}

async function openView(plan: RunPlan, io: Io): Promise<AnswerView> {
  if (plan.runs.length === 1) return new SingleView(plan, io);
  const { openComparisonView } = await import('./compare/open-view.js');
  return openComparisonView(plan, io);
}

/** @throws what went wrong with the run, after its summary or its document */
function conclude(plan: RunPlan, run: FinishedRun, warnings: readonly string[], io: Io): void {
  const { flags, budget } = plan;
  const { error } = run;
  const report = makeReport(run, warnings);
  if (flags.json) io.stdout.write(toJsonLine(toDocument(report, plan), io.redact));
  else if (!flags.quiet) {
    const spent = budget !== undefined && isOverBudget(error) ? renderSpent(budget) : '';
    io.stderr.write(dim(`${renderSummary(masked(report, io))}${spent}`, flags, io));
  }
  io.stderr.write(io.redact(renderMiss(error, flags, io)));
  if (error !== undefined) throw error;
}

/** The figures stay. */
function masked({ model, warnings, ...figures }: RunReport, { redact }: Io): RunReport {
  return { ...figures, model: model && redact(model), warnings: warnings.map(redact) };
}
