import type { EventOf, StartEventBase } from '../events.js';
import type { WholeEvent } from './masked-event.js';

/**
 * The event without what anybody has said: runs, models, tokens, costs and times are left. `null` where that is nothing.
 * It is as valid as it was: texts are empty, values are `null`, lists and objects hold nothing.
 */
export function withoutContent(event: WholeEvent): WholeEvent | null {
  const strip = STRIPPERS[event.type] as (event: WholeEvent) => WholeEvent | null;
  const stripped = strip(event);
  if (stripped === null) return null;
  if ('metadata' in stripped) return { ...stripped, tags: [], metadata: keptOf(stripped) };
  if ('error' in stripped) {
    const { name, code } = stripped.error;
    return { ...stripped, error: { name, code, message: '' } };
  }
  return stripped;
}

/** Which template, conversation and turn a run is of. */
const KEPT_METADATA = ['template', 'conversation', 'turn'] as const;

function keptOf({ metadata }: StartEventBase): StartEventBase['metadata'] {
  const kept = KEPT_METADATA.filter((name) => ['string', 'number'].includes(typeof metadata[name]));
  return Object.fromEntries(kept.map((name) => [name, metadata[name]]));
}

const STRIPPERS: {
  readonly [T in WholeEvent['type']]: (event: EventOf<T>) => EventOf<T> | null;
} = {
  chainStart: (event) => ({ ...event, inputs: {} }),
  chainEnd: (event) => ({ ...event, outputs: {} }),
  chainError: (event) => event,
  llmStart: (event) => ({ ...event, params: {}, prompt: '' }),
  chatModelStart: (event) => ({ ...event, params: {}, messages: [], tools: [] }),
  llmEnd: (event) => ({ ...event, text: '', message: { role: 'assistant', content: '' }, toolCalls: [] }),
  llmError: (event) => ({ ...event, text: '' }),
  retry: (event) => ({ ...event, reason: '' }),
  toolStart: (event) => ({ ...event, input: null }),
  toolEnd: (event) => ({ ...event, output: null }),
  toolError: (event) => event,
  agentAction: (event) => ({ ...event, input: null, log: '' }),
  agentFinish: (event) => ({ ...event, output: '', log: '' }),
  retrieverStart: (event) => ({ ...event, query: '' }),
  retrieverEnd: (event) => ({ ...event, documents: [] }),
  retrieverError: (event) => event,
  text: () => null,
  customEvent: (event) => ({ ...event, data: null }),
};
