import { unlessAborted } from '../../callbacks/abort.js';
import { wantsColor } from '../../callbacks/color.js';
import { renderFailure } from '../../callbacks/failures.js';
import { CallbackManager } from '../../callbacks/manager.js';
import type { MemoryMeasurer } from '../../chains/measurement/memory-measurer.js';
import { toErrorRecord } from '../../errors.js';
import type { CallbackHandler } from '../../events.js';
import { cleanControls } from '../../safety/clean.js';
import { isOverBudget, renderSpent } from '../budget.js';
import { closeAll } from '../close-all.js';
import { dim } from '../dim.js';
import { renderErrorJson } from '../exit.js';
import type { Io } from '../io.js';
import { makeTraceHandlers } from '../trace-handlers.js';
import { type MemoryFlags, type MemoryPlan, makePlan } from './plan.js';
import { Progress } from './progress.js';
import { renderReport } from './render-report.js';
import type { MemoryReport } from './report.js';
import { renderFailedReportJson, renderReportJson } from './report-json.js';

/**
 * `chain memory`: a conversation through each kind of memory, and what it took.
 * @throws what went wrong, after what was measured until then has been shown
 */
export async function runMemory(file: string | undefined, given: MemoryFlags, io: Io): Promise<void> {
  const warnings: string[] = [];
  let plan: MemoryPlan;
  let handlers: readonly CallbackHandler[];
  try {
    plan = await unlessAborted(makePlan(file, given, io), io.signal);
    handlers = await unlessAborted(makeHandlers(plan, io, warnings), io.signal);
  } catch (error) {
    if (given.json) io.stdout.write(renderErrorJson(toErrorRecord(error), '', io.redact));
    throw error;
  }
  const { flags, measurer, about, budget } = plan;
  let error = await measure(measurer, handlers, io, warnings);
  const report: MemoryReport = { ...about, measurement: measurer.measurement };
  if (error === undefined && flags.svg !== undefined) {
    error = await saveSvg(flags.svg, report).catch((failure) => failure);
  }
  const over = isOverBudget(error) ? budget : undefined;
  if (flags.json) {
    io.stdout.write(
      error === undefined
        ? renderReportJson(report, io.redact)
        : renderFailedReportJson(report, toErrorRecord(error), over, io.redact),
    );
  } else {
    const color = flags.color !== false && wantsColor(io.stdout, io.env);
    io.stdout.write(renderReport(report, { width: widthOf(io), color }));
  }
  for (const warning of warnings) {
    io.stderr.write(dim(io.redact(`warning: ${cleanControls(warning)}\n`), flags, io));
  }
  if (over !== undefined && !flags.json) io.stderr.write(dim(renderSpent(over), flags, io));
  if (error !== undefined) throw error;
}

async function makeHandlers(
  { flags, keys }: MemoryPlan,
  io: Io,
  warnings: string[],
): Promise<readonly CallbackHandler[]> {
  const onWarning = (warning: string) => void warnings.push(warning);
  const traces = await makeTraceHandlers(flags, { io, keys, live: undefined, onWarning });
  const quiet = io.stderr.isTTY !== true || flags.verbose === true || io.env.TERM === 'dumb';
  return quiet ? traces : [new Progress(io.stderr), ...traces];
}

/** @returns what went wrong */
async function measure(
  measurer: MemoryMeasurer,
  handlers: readonly CallbackHandler[],
  { signal }: Io,
  warnings: string[],
): Promise<unknown> {
  const manager = new CallbackManager(handlers, { onHandlerError: () => {} });
  let error: unknown;
  try {
    await measurer.invoke({}, { callbacks: manager, signal });
  } catch (thrown) {
    error = signal.aborted ? signal.reason : thrown;
  }
  warnings.push(...(await closeAll(handlers)), ...manager.failures.map(renderFailure));
  return error;
}

async function saveSvg(file: string, report: MemoryReport): Promise<void> {
  const [{ renderSvg }, { writeSvg }] = await Promise.all([
    import('./svg-chart.js'),
    import('./svg-file.js'),
  ]);
  await writeSvg(file, renderSvg(report));
}

/** Where no terminal says how wide it is, nothing has to be put into fewer columns. */
function widthOf({ stdout }: Io): number {
  return stdout.isTTY === true ? stdout.columns || 80 : Number.POSITIVE_INFINITY;
}
