import type { TraceRun } from './trace-run.js';

export type RunKind = 'chain' | 'model' | 'tool' | 'retriever';

const KINDS = {
  chainStart: 'chain',
  chainEnd: 'chain',
  chainError: 'chain',
  llmStart: 'model',
  chatModelStart: 'model',
  llmEnd: 'model',
  llmError: 'model',
  toolStart: 'tool',
  toolEnd: 'tool',
  toolError: 'tool',
  retrieverStart: 'retriever',
  retrieverEnd: 'retriever',
  retrieverError: 'retriever',
} as const satisfies Record<string, RunKind>;

/** What a run is one of, as its start says, or its end; of a run that has neither, as what is known of it suggests. */
export function kindOf({ start, end, streamed }: Pick<TraceRun, 'start' | 'end' | 'streamed'>): RunKind {
  const event = start ?? end;
  if (event !== null) return KINDS[event.type];
  return streamed === null ? 'chain' : 'model';
}
