import { startsNoRuns } from '../callbacks/context.js';
import type { HandlerFailure } from '../callbacks/failures.js';
import { renderFailure } from '../callbacks/failures.js';
import { type ErrorRecord, toErrorRecord } from '../errors.js';
import type { CallbackHandler, LLMEndEvent, LLMErrorEvent } from '../events.js';
import type { FinishReason, Usage } from '../messages.js';
import { renderErrorJson } from './exit.js';
import { toJsonLine } from './json-line.js';

/** What a run came to: the record that the summary and `--json` are made from. */
export interface RunReport {
  readonly text: string;
  /** `null` when no model was asked. */
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly cost: number | null;
  readonly durationMs: number;
  readonly firstTokenMs: number | null;
  /** How long the model took to answer, in milliseconds. */
  readonly answerMs: number | null;
  readonly finishReason: FinishReason | null;
  readonly runId: string | null;
  readonly offline: boolean;
  readonly error: ErrorRecord | null;
  readonly warnings: readonly string[];
}

/** Remembers how the last model run of a tree ended, and which run was the root. */
export class OutcomeHandler implements CallbackHandler {
  readonly name = 'OutcomeHandler';
  rootRunId: string | null = null;
  last: LLMEndEvent | LLMErrorEvent | null = null;

  static {
    startsNoRuns(OutcomeHandler);
  }

  onChainStart({ runId, parentRunId }: { runId: string; parentRunId: string | null }): void {
    if (parentRunId === null) this.rootRunId = runId;
  }

  onLLMEnd(event: LLMEndEvent): void {
    this.last = event;
  }

  onLLMError(event: LLMErrorEvent): void {
    this.last = event;
  }
}

export interface ReportSources {
  readonly outcome: OutcomeHandler;
  /** The model as it was asked for. */
  readonly model: string;
  readonly offline: boolean;
  readonly durationMs: number;
  readonly error: unknown;
  readonly failures: readonly HandlerFailure[];
  readonly warnings: readonly string[];
}

export function makeReport(sources: ReportSources): RunReport {
  const { last, rootRunId } = sources.outcome;
  const ended = last?.type === 'llmEnd' ? last : null;
  const finishReason = ended?.finishReason ?? null;
  return {
    text: last?.text ?? '',
    model: last?.model ?? sources.model,
    usage: last?.usage ?? null,
    cost: last?.cost ?? null,
    durationMs: sources.durationMs,
    firstTokenMs: ended?.firstTokenMs ?? null,
    answerMs: ended?.durationMs ?? null,
    finishReason,
    runId: rootRunId,
    offline: sources.offline,
    error: sources.error === undefined ? null : toErrorRecord(sources.error),
    warnings: [
      ...finishWarnings(finishReason),
      ...sources.failures.map(describeFailure),
      ...sources.warnings,
    ],
  };
}

export function finishWarnings(reason: FinishReason | null): string[] {
  if (reason === 'length') return ['the answer was cut off at its token limit (finish reason: length)'];
  if (reason === 'content_filter')
    return ['the answer was cut off by the content filter (finish reason: content_filter)'];
  return [];
}

function describeFailure(failure: HandlerFailure): string {
  const times = failure.count === 1 ? '' : ` (${failure.count} times)`;
  return `${renderFailure(failure)}${times}`;
}

/** The document of `--json`. */
export function renderJson(report: RunReport, redact: (text: string) => string): string {
  const { text, model, usage, cost, finishReason, runId, warnings, error } = report;
  if (error !== null) return renderErrorJson(error, text, redact);
  const document = {
    schema: 1,
    text,
    model,
    usage: usage && usageFields(usage),
    cost,
    durationMs: Math.round(report.durationMs),
    firstTokenMs: report.firstTokenMs === null ? null : Math.round(report.firstTokenMs),
    finishReason,
    runId,
    warnings,
  };
  return toJsonLine(document, redact);
}

export function usageFields(usage: Usage): Usage {
  const { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens, source } = usage;
  return { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens, source };
}
