import type { EventBase, EventOf, EventType, StartEventBase } from '../../src/events.js';
import type { Message, Usage } from '../../src/messages.js';
import { usage } from '../callbacks/synthetic-events.js';

/** 2026-11-21 14:13:32.000, wherever the test runs. */
export const BEGIN = new Date(2026, 10, 21, 14, 13, 32).getTime();

type Fields<T extends EventType> = Omit<EventOf<T>, 'type' | keyof EventBase | keyof StartEventBase> &
  Partial<StartEventBase>;

/** The id of a run of a test: `1a…` is `1a000000-0000-4000-8000-1a0000000000`. */
export function idOf(start: string): string {
  return `${start.padEnd(8, '0')}-0000-4000-8000-${start.padEnd(12, '0')}`;
}

/** Writes the lines of one run, as the file handler does. Times are in milliseconds since {@link BEGIN}. */
export function lineWriter(name: string, start: string, parent: string | null = null) {
  return <T extends EventType>(type: T, at: number, fields: Fields<T>): string => {
    const base = { runId: idOf(start), parentRunId: parent && idOf(parent), name, time: BEGIN + at };
    const origin = type.endsWith('Start') ? { tags: [], metadata: {} } : {};
    return `${JSON.stringify({ type, ...base, ...origin, ...fields })}\n`;
  };
}

export interface CallOptions {
  readonly at?: number;
  readonly model?: string;
  readonly messages?: readonly Message[];
  readonly usage?: Usage;
  readonly cost?: number | null;
  readonly tags?: readonly string[];
  readonly durationMs?: number;
}

/** The lines of a model's run that streamed its answer in two pieces. */
export function callLines(
  id: string,
  parent: string | null,
  text: string,
  options: CallOptions = {},
): string {
  const { at = 0, model = 'gpt-5-mini', cost = null, tags = [], durationMs = 400 } = options;
  const line = lineWriter('ChatOpenAI', id, parent);
  const messages = options.messages ?? [{ role: 'user', content: 'Flowers?' }];
  const half = Math.ceil(text.length / 2);
  return [
    line('chatModelStart', at, { model, provider: 'openai', params: {}, messages, tools: [], tags }),
    line('llmNewToken', at + 100, { token: text.slice(0, half), index: 0 }),
    line('llmNewToken', at + durationMs - 10, { token: text.slice(half), index: 1 }),
    line('llmEnd', at + durationMs, {
      text,
      message: { role: 'assistant', content: text },
      toolCalls: [],
      finishReason: 'stop',
      usage: options.usage ?? usage(12, 5),
      cost,
      model,
      responseId: null,
      firstTokenMs: 100,
      durationMs,
    }),
  ].join('');
}

/** The lines of an LLM chain whose model answers `text`; the model's id is the chain's with `f` behind it. */
export function chainLines(id: string, text: string, options: CallOptions = {}): string {
  const { at = 0, durationMs = 400 } = options;
  const line = lineWriter('LLMChain', id);
  return [
    line('chainStart', at, { inputs: { occasion: 'a birthday' }, metadata: { template: 'shop.txt' } }),
    line('text', at, { text: 'Flowers?', kind: 'prompt' }),
    callLines(`${id}f`, id, text, options),
    line('chainEnd', at + durationMs, {
      outputs: { text },
      usage: { ...(options.usage ?? usage(12, 5)), runs: 1, bySource: { reported: 17 } },
      durationMs,
    }),
  ].join('');
}
