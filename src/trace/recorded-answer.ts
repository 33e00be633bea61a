import { ChainError } from '../errors.js';
import type { LLMEndEvent, LLMErrorEvent, RetryEvent } from '../events.js';
import { type AskedRequest, type ModelStartEvent, requestIn } from './asked-request.js';
import { readEvents } from './read-events.js';
import type { Recording } from './recording.js';

/** What came of an answer, one after the other, and how long after the start, in milliseconds. */
export type RecordedStep = { readonly afterMs: number } & (
  | { readonly token: string }
  | { readonly retry: Pick<RetryEvent, 'attempt' | 'delayMs' | 'reason'> }
);

/** A model's answer as a trace file has it. */
export interface RecordedAnswer {
  readonly request: AskedRequest;
  readonly steps: readonly RecordedStep[];
  /** `null` where the file breaks off before it. */
  readonly end: LLMEndEvent | LLMErrorEvent | null;
}

/** @throws ChainError `file_not_readable` where the file has changed since the recording was found */
export async function loadRecordedAnswer(file: string, recording: Recording): Promise<RecordedAnswer> {
  const { from, to, runId } = recording;
  let start: ModelStartEvent | null = null;
  let end: RecordedAnswer['end'] = null;
  const steps: RecordedStep[] = [];
  let tokens = 0;
  let gap = false;
  for await (const events of readEvents(file, { from, to, tokensOf: (id) => id === runId })) {
    for (const { event } of events) {
      if (event.runId !== runId || end !== null) continue;
      const afterMs = event.time - (start?.time ?? event.time);
      if (event.type === 'chatModelStart' || event.type === 'llmStart') start = event;
      else if (event.type === 'llmNewToken') {
        gap ||= event.index !== tokens++;
        steps.push({ afterMs, token: event.token });
      } else if (event.type === 'retry') {
        const { attempt, delayMs, reason } = event;
        steps.push({ afterMs, retry: { attempt, delayMs, reason } });
      } else if (event.type === 'llmEnd' || event.type === 'llmError') end = event;
    }
  }
  if (start === null || (end === null && recording.ended)) {
    throw new ChainError('file_not_readable', `${file}: it has changed since it was opened`);
  }
  return { request: requestIn(start), steps: end === null ? steps : withText(steps, end, gap), end };
}

/** An answer that wasn't streamed, or whose tokens aren't all there, came at once. */
function withText(
  steps: readonly RecordedStep[],
  end: LLMEndEvent | LLMErrorEvent,
  gap: boolean,
): readonly RecordedStep[] {
  const text = steps.map((step) => ('token' in step ? step.token : '')).join('');
  // Of an error the file may have lost tokens that were the last ones.
  const whole = !gap && text.length >= end.text.length;
  if (whole) return steps;
  const afterMs = ('firstTokenMs' in end ? end.firstTokenMs : null) ?? end.durationMs;
  return [...steps.filter((step) => 'retry' in step), { afterMs, token: end.text }];
}
