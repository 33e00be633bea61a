import { ChainError, type ErrorRecord } from '../errors.js';
import { NO_TOKENS, readEvents } from './read-events.js';
import type { Recording } from './recording.js';

/** What a tool gave, or what it failed with. */
export type RecordedToolAnswer = { readonly output: unknown } | { readonly error: ErrorRecord };

/** @throws ChainError `file_not_readable` where the file has changed since the recording was found */
export async function loadToolAnswer(
  file: string,
  { runId, from, to }: Recording,
): Promise<RecordedToolAnswer> {
  for await (const events of readEvents(file, { from, to, tokensOf: NO_TOKENS })) {
    for (const { event } of events) {
      if (event.runId !== runId) continue;
      if (event.type === 'toolEnd') return { output: event.output };
      if (event.type === 'toolError') return { error: event.error };
    }
  }
  throw new ChainError('file_not_readable', `${file}: it has changed since it was opened`);
}
