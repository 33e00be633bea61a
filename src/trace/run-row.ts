import { messagesToText, type UsageSource } from '../messages.js';
import { kindOf, type RunKind } from './run-kind.js';
import {
  durationOf,
  modelOf,
  type RunStatus,
  statusOf,
  type TraceRun,
  templateOf,
  withDepth,
} from './trace-run.js';
import { valueText } from './value-text.js';

/** One run as a row of a table. What isn't known, or doesn't apply, is `null`. */
export interface RunRow {
  readonly rootRunId: string;
  readonly runId: string;
  readonly parentRunId: string | null;
  /** 0 at the root. */
  readonly depth: number;
  readonly kind: RunKind;
  readonly name: string;
  readonly status: RunStatus;
  readonly errorCode: string | null;
  readonly errorMessage: string | null;
  /** ISO 8601, in UTC. */
  readonly startTime: string | null;
  /** Of a run that has no end, until the last that is known of it. */
  readonly durationMs: number;
  readonly firstTokenMs: number | null;
  readonly template: string | null;
  /** With spaces between. */
  readonly tags: string;
  readonly provider: string | null;
  /** That was asked for, and that answered. */
  readonly model: string | null;
  readonly answeredModel: string | null;
  readonly finishReason: string | null;
  /** Tokens and money stand in the rows of models only, so that the sum of a column is right. */
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly totalTokens: number | null;
  readonly cachedTokens: number | null;
  readonly reasoningTokens: number | null;
  readonly tokensAre: UsageSource | null;
  /** US dollars. */
  readonly cost: number | null;
  readonly retries: number;
  /** Text as it is, anything else as JSON; of messages a paragraph each. */
  readonly input: string | null;
  /** What had come, where a run failed or has no end. */
  readonly output: string | null;
}

/** A run and all that are under it, a row each, parents first. */
export function* runRows(root: TraceRun): Generator<RunRow, void, void> {
  for (const { run, depth } of withDepth(root)) yield rowOf(run, root, depth);
}

function rowOf(run: TraceRun, root: TraceRun, depth: number): RunRow {
  const { id, parentId, name, start, end, moments } = run;
  const error = end !== null && 'error' in end ? end.error : null;
  const answer = end?.type === 'llmEnd' ? end : null;
  const model = end?.type === 'llmError' ? end : answer;
  const usage = model?.usage ?? null;
  return {
    rootRunId: root.id,
    runId: id,
    parentRunId: parentId,
    depth,
    kind: kindOf(run),
    name,
    status: statusOf(run),
    errorCode: error?.code ?? null,
    errorMessage: error?.message ?? null,
    startTime: isoTime(run.time),
    durationMs: durationOf(run),
    firstTokenMs: answer?.firstTokenMs ?? null,
    template: templateOf(run),
    tags: (start?.tags ?? []).join(' '),
    provider: start !== null && 'provider' in start ? start.provider : null,
    model: modelOf(run),
    answeredModel: model?.model ?? null,
    finishReason: answer?.finishReason ?? null,
    inputTokens: usage?.inputTokens ?? null,
    outputTokens: usage?.outputTokens ?? null,
    totalTokens: usage?.totalTokens ?? null,
    cachedTokens: usage?.cachedTokens ?? null,
    reasoningTokens: usage?.reasoningTokens ?? null,
    tokensAre: usage?.source ?? null,
    cost: model?.cost ?? null,
    retries: moments.filter(({ type }) => type === 'retry').length,
    input: inputOf(run),
    output: outputOf(run),
  };
}

/** In UTC; `null` for a time that no calendar has. */
export function isoTime(time: number): string | null {
  const date = new Date(time);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function inputOf({ start }: TraceRun): string | null {
  switch (start?.type) {
    case 'chainStart':
      return valueText(start.inputs);
    case 'chatModelStart':
      return messagesToText(start.messages);
    case 'llmStart':
      return start.prompt;
    case 'toolStart':
      return valueText(start.input);
    case 'retrieverStart':
      return start.query;
    default:
      return null;
  }
}

function outputOf({ end, streamed }: TraceRun): string | null {
  switch (end?.type) {
    case 'chainEnd':
      return valueText(end.outputs);
    case 'llmEnd':
      return end.text === '' && end.toolCalls.length > 0 ? valueText(end.toolCalls) : end.text;
    case 'llmError':
      return end.text;
    case 'toolEnd':
      return valueText(end.output);
    case 'retrieverEnd':
      return valueText(end.documents);
    default:
      return streamed?.text ?? null;
  }
}
