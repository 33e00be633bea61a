import { startsNoRuns } from '../callbacks/context.js';
import type { HandlerFailure } from '../callbacks/failures.js';
import { renderFailure } from '../callbacks/failures.js';
import type { CallbackManager } from '../callbacks/manager.js';
import { TokenTotals } from '../callbacks/token-totals.js';
import { type ErrorRecord, toErrorRecord } from '../errors.js';
import type { CallbackHandler, LLMEndEvent, LLMErrorEvent, LLMStartEvent } from '../events.js';
import type { FinishReason, Usage } from '../messages.js';
import type { Budget } from '../tokens/budget.js';
import { toErrorDocument } from './exit.js';
import type { VersionedDocument } from './json-line.js';

/** What a run came to: the record that the summary and `--json` are made from. */
export interface RunReport {
  readonly text: string;
  /** `null` when no model was asked. */
  readonly model: string | null;
  readonly usage: Usage | null;
  readonly cost: number | null;
  /** How often models were asked. */
  readonly requests: number;
  readonly toolCalls: number;
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
  /** Of all models together. */
  readonly totals = new TokenTotals();
  /** How many tools were called. */
  toolCalls = 0;
  /** Of the last model: with a recording, whoever answered then. */
  provider: string | null = null;
  last: LLMEndEvent | LLMErrorEvent | null = null;

  static {
    startsNoRuns(OutcomeHandler);
  }

  onChainStart({ runId, parentRunId }: { runId: string; parentRunId: string | null }): void {
    if (parentRunId === null) this.rootRunId = runId;
  }

  onChatModelStart(event: ModelStart): void {
    this.onLLMStart(event);
  }

  onLLMStart({ runId, parentRunId, provider }: ModelStart): void {
    if (parentRunId === null) this.rootRunId = runId;
    this.provider = provider;
  }

  onLLMEnd(event: LLMEndEvent): void {
    this.last = event;
    this.totals.add(event);
  }

  onLLMError(event: LLMErrorEvent): void {
    this.last = event;
    this.totals.add(event);
  }

  onToolStart(): void {
    this.toolCalls += 1;
  }
}

type ModelStart = Pick<LLMStartEvent, 'runId' | 'parentRunId' | 'provider'>;

/** How a run ended. */
export interface RunOutcome {
  readonly outcome: OutcomeHandler;
  /** Its handlers, which may have failed. */
  readonly manager: CallbackManager;
  /** The model as it was asked for. */
  readonly model: string;
  readonly offline: boolean;
  readonly durationMs: number;
  /** `undefined` where nothing went wrong. */
  readonly error: unknown;
  readonly warnings: readonly string[];
}

/** @param common warnings of the command, besides those of the run */
export function makeReport(run: RunOutcome, common: readonly string[]): RunReport {
  const { last, totals, toolCalls, rootRunId } = run.outcome;
  const ended = last?.type === 'llmEnd' ? last : null;
  // How fast several answers came together says nothing.
  const only = totals.runs === 1 ? ended : null;
  const finishReason = ended?.finishReason ?? null;
  return {
    text: last?.text ?? '',
    model: last?.model ?? run.model,
    usage: totals.usage,
    cost: totals.usage === null || totals.unpriced > 0 ? null : totals.cost,
    requests: totals.runs,
    toolCalls,
    durationMs: run.durationMs,
    firstTokenMs: only?.firstTokenMs ?? null,
    answerMs: only?.durationMs ?? null,
    finishReason,
    runId: rootRunId,
    offline: run.offline,
    error: run.error === undefined ? null : toErrorRecord(run.error),
    warnings: [
      ...finishWarnings(finishReason),
      ...run.manager.failures.map(describeFailure),
      ...run.warnings,
      ...common,
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

/** What the document of a run tells besides its report. */
export interface DocumentExtras {
  /** What may have ended it. */
  readonly budget: Budget | undefined;
}

/** The document of `--json`. */
export function toDocument(report: RunReport, { budget }: DocumentExtras): VersionedDocument {
  const { text, model, usage, cost, requests, toolCalls, finishReason, runId, warnings, error } = report;
  if (error !== null) {
    const document = toErrorDocument(error, text);
    const over = error.code === 'budget_exceeded' ? budget : undefined;
    return over === undefined ? document : { ...document, spent: over.spent };
  }
  return {
    schema: 1,
    text,
    model,
    usage: usage && usageFields(usage),
    cost,
    ...(toolCalls > 0 && { requests, toolCalls }),
    durationMs: Math.round(report.durationMs),
    firstTokenMs: report.firstTokenMs === null ? null : Math.round(report.firstTokenMs),
    finishReason,
    runId,
    warnings,
  };
}

export function usageFields(usage: Usage): Usage {
  const { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens, source } = usage;
  return { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens, source };
}
