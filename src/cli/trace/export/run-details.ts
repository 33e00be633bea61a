import { renderCost, renderDuration, renderUsage } from '../../../callbacks/figures.js';
import { renderTime } from '../../../callbacks/log-line.js';
import { kindOf, type RunKind } from '../../../trace/run-kind.js';
import { modelOf, type RunStatus, statusOf, type TraceRun, templateOf } from '../../../trace/trace-run.js';
import { type Passage, passagesOf } from '../render-full.js';
import { notesOf } from '../tree-rows.js';

/** What a document says of one run; nothing of its children. Nothing is escaped yet. */
export interface RunDetails {
  readonly kind: RunKind;
  readonly name: string;
  /** The model that answered, or the template; `''` for neither. */
  readonly subject: string;
  readonly tags: readonly string[];
  readonly status: RunStatus;
  readonly facts: readonly Fact[];
  /** Requests that were made again, a beginning that isn't in the file. */
  readonly notices: readonly string[];
  readonly error: { readonly name: string; readonly code: string; readonly message: string } | null;
  /** Prompts, answers and the like. */
  readonly passages: readonly Passage[];
}

export interface Fact {
  readonly label: string;
  readonly value: string;
}

/** @param withoutContent what is empty then was left out */
export function detailsOf(run: TraceRun, { withoutContent = false } = {}): RunDetails {
  const { start, end, name } = run;
  const answered = end !== null && 'model' in end ? end.model : modelOf(run);
  const error = end !== null && 'error' in end ? end.error : null;
  return {
    kind: kindOf(run),
    name,
    subject: answered ?? templateOf(run) ?? '',
    tags: start?.tags ?? [],
    status: statusOf(run),
    facts: factsOf(run),
    notices: notesOf(run).flatMap(({ style, text }) => (style === 'notice' ? [text] : [])),
    error,
    passages: passagesOf(run, { pretty: true }).filter(
      ({ isError, text }) => !isError && !(withoutContent && text === ''),
    ),
  };
}

/** How a run ended, where it didn't end well; `''` where it did. */
export function statusWords(status: RunStatus, { end }: Pick<TraceRun, 'end'>): string {
  if (status === 'error') return end !== null && 'error' in end ? `failed: ${end.error.code}` : 'failed';
  return status === 'ok' ? '' : status === 'unfinished' ? 'has no end' : status;
}

export const WITHOUT_CONTENT = 'What was said was left out.';

function factsOf({ id, time, start, end }: TraceRun): readonly Fact[] {
  const model = end?.type === 'llmEnd' || end?.type === 'llmError' ? end : null;
  const answer = end?.type === 'llmEnd' ? end : null;
  const asked = start !== null && 'model' in start ? start : null;
  const call = start?.type === 'toolStart' ? start.toolCallId : null;
  const facts: readonly (readonly [label: string, value: string | null | undefined])[] = [
    ['run', id],
    ['started', renderTime(time)],
    ['took', end && renderDuration(end.durationMs)],
    ['first token after', answer?.firstTokenMs == null ? null : renderDuration(answer.firstTokenMs)],
    ['provider', asked?.provider],
    ['model asked for', asked?.model === model?.model ? null : asked?.model],
    ['model', model?.model],
    ['finish reason', answer?.finishReason],
    ['response', answer?.responseId],
    ['tokens', model?.usage && renderUsage(model.usage)],
    ['cost', model?.usage && renderCost(model.cost)],
    ['tool call', call],
  ];
  return facts.flatMap(([label, value]) => (value === null || value === undefined ? [] : [{ label, value }]));
}
