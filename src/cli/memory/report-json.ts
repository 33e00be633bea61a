import type { MeasuredMemory } from '../../chains/measurement/measured-memory.js';
import type { ErrorRecord } from '../../errors.js';
import type { Budget } from '../../tokens/budget.js';
import { toJsonLine } from '../json-line.js';
import type { MemoryReport } from './report.js';

/** The document of `--json`. */
export function renderReportJson(
  { measurement: { model, mechanisms } }: MemoryReport,
  redact: (text: string) => string,
): string {
  return toJsonLine({ schema: 1, model, mechanisms: mechanisms.map(toJson) }, redact);
}

/**
 * The document of one that broke off, with the kinds that were gone through by then.
 * @param over the budget, where that ended it
 */
export function renderFailedReportJson(
  { measurement: { model, mechanisms } }: MemoryReport,
  { code, message }: ErrorRecord,
  over: Budget | undefined,
  redact: (text: string) => string,
): string {
  const document = {
    schema: 1,
    error: { code, message },
    model,
    mechanisms: mechanisms.map(toJson),
    ...(over !== undefined && { spent: over.spent }),
  };
  return toJsonLine(document, redact);
}

function toJson({ name, turns, totals, recall }: MeasuredMemory): unknown {
  return {
    name,
    turns: turns.map(({ turn, inputTokens, outputTokens, memoryTokens, cost, source }) => ({
      turn,
      inputTokens,
      outputTokens,
      memoryTokens,
      cost: dollars(cost),
      source,
    })),
    totals: { ...totals, cost: dollars(totals.cost) },
    recall,
  };
}

/** Without what sums of fractions leave behind: `0.00013775000000000001`. */
function dollars(cost: number | null): number | null {
  return cost === null ? null : Number(cost.toPrecision(12));
}
