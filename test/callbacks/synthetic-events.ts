import type { ChainEvent, EventBase, EventOf, EventType, StartEventBase } from '../../src/events.js';
import type { Usage } from '../../src/messages.js';

type Given<T extends EventType> = Omit<EventOf<T>, 'type' | keyof EventBase | keyof StartEventBase>;

/** The events of one run, made by hand: each has the run's ids and name. */
export function syntheticRun(name: string, runId: string, parentRunId: string | null = null) {
  return <T extends EventType>(type: T, fields: Given<T>): EventOf<T> => {
    const start = type.endsWith('Start') ? { tags: [], metadata: {} } : {};
    return { type, runId, parentRunId, name, time: 0, ...start, ...fields } as unknown as EventOf<T>;
  };
}

export function usage(input: number, output: number, more: Partial<Usage> = {}): Usage {
  return {
    inputTokens: input,
    outputTokens: output,
    totalTokens: input + output,
    cachedTokens: null,
    reasoningTokens: null,
    source: 'reported',
    ...more,
  };
}

export const UNKNOWN: Usage = {
  inputTokens: null,
  outputTokens: null,
  totalTokens: null,
  cachedTokens: null,
  reasoningTokens: null,
  source: 'unknown',
};

/** What an `llmEnd` has besides what a test cares for. */
export function answer(text: string, more: Partial<Given<'llmEnd'>> = {}): Given<'llmEnd'> {
  return {
    text,
    message: { role: 'assistant', content: text },
    toolCalls: [],
    finishReason: 'stop',
    usage: usage(12, 5),
    cost: null,
    model: 'gpt-5-mini',
    responseId: null,
    firstTokenMs: 210,
    durationMs: 350,
    ...more,
  };
}

export type { ChainEvent };
