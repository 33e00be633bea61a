import type { ChainEvent } from '../../src/events.js';
import type { Message, ModelParams, ToolCall, ToolDefinition, Usage } from '../../src/messages.js';

/** A run, as short as can be said; its events are made from it. */
export type Said =
  | ({ readonly chain: string; readonly inputs?: object; readonly outputs?: object } & Common)
  | ({
      readonly model: string;
      readonly prompt: string | readonly Message[];
      readonly answer: string;
    } & ModelSaid &
      Common)
  | ({ readonly tool: string; readonly input?: unknown; readonly output?: unknown } & Common)
  | ({ readonly retriever: string; readonly query: string; readonly documents: readonly string[] } & Common);

interface Common {
  readonly steps?: readonly Said[];
  readonly metadata?: object;
  /** The run ends in it. */
  readonly error?: { readonly code: string; readonly message: string };
  /** The run has no end. */
  readonly unfinished?: boolean;
  /** It has no start. */
  readonly headless?: boolean;
  /** As a trace that was written without its content says it. */
  readonly content?: false;
  readonly ms?: number;
}

interface ModelSaid {
  readonly name?: string;
  readonly provider?: string;
  readonly params?: ModelParams & Readonly<Record<string, unknown>>;
  readonly tools?: readonly ToolDefinition[];
  readonly calls?: readonly ToolCall[];
  readonly finish?: string;
  readonly usage?: Usage;
  readonly cost?: number | null;
  readonly answeredBy?: string;
  /** A completion model. */
  readonly completion?: boolean;
  readonly retries?: number;
  readonly firstTokenMs?: number;
}

/** The events of a run and of what is under it. Ids count up from `first`, times are always the same. */
export function eventsOf(said: Said, first = 1): readonly ChainEvent[] {
  let count = first;
  const run = (one: Said, parentRunId: string | null): ChainEvent[] => {
    const runId = `${String(count).padStart(8, '0')}-0000-4000-8000-000000000000`;
    count += 1;
    const { start, inside, end, name } = fieldsOf(one);
    const base = { runId, parentRunId, name, time: 1_800_000_000_000 + count * 1000 };
    const { metadata = {}, error, steps = [], ms = 100, content } = one;
    const opening = { ...start, ...base, tags: [], metadata, ...(content === false && { content }) };
    const closing =
      error === undefined
        ? { ...end, ...base, durationMs: ms }
        : { ...base, ...failureOf(one), error: { name: 'ChainError', ...error }, durationMs: ms };
    return [
      ...(one.headless ? [] : [opening]),
      ...inside.map((fields) => ({ ...base, ...fields })),
      ...steps.flatMap((step) => run(step, runId)),
      ...(one.unfinished ? [] : [closing]),
    ] as unknown as ChainEvent[];
  };
  return run(said, null);
}

/** As a trace file. */
export function traceFile(...said: readonly Said[]): string {
  return said
    .flatMap((one, at) => eventsOf(one, at * 100 + 1))
    .map((event) => `${JSON.stringify(event)}\n`)
    .join('');
}

export const USED: Usage = {
  inputTokens: 40,
  outputTokens: 10,
  totalTokens: 50,
  cachedTokens: null,
  reasoningTokens: null,
  source: 'reported',
};

interface Fields {
  readonly name: string;
  readonly start: object;
  readonly inside: readonly object[];
  readonly end: object;
}

function fieldsOf(said: Said): Fields {
  if ('chain' in said) {
    const { chain: name, inputs = {}, outputs = {} } = said;
    return {
      name,
      start: { type: 'chainStart', inputs },
      inside: [],
      end: { type: 'chainEnd', outputs, usage: null },
    };
  }
  if ('tool' in said) {
    const { tool: name, input = null, output = null } = said;
    return {
      name,
      start: { type: 'toolStart', input, toolCallId: null },
      inside: [],
      end: { type: 'toolEnd', output },
    };
  }
  if ('retriever' in said) {
    const documents = said.documents.map((pageContent) => ({ pageContent }));
    return {
      name: said.retriever,
      start: { type: 'retrieverStart', query: said.query },
      inside: [],
      end: { type: 'retrieverEnd', documents },
    };
  }
  const { model, prompt, answer, name = 'ChatOpenAI', provider = 'openai', params = {}, tools = [] } = said;
  const { calls = [], finish = 'stop', usage = USED, cost = 0.001, answeredBy = model, retries = 0 } = said;
  const messages = typeof prompt === 'string' ? [{ role: 'user', content: prompt }] : prompt;
  const asked = { model, provider, params };
  return {
    name,
    start: said.completion
      ? { type: 'llmStart', ...asked, prompt }
      : { type: 'chatModelStart', ...asked, messages, tools },
    inside: [
      ...Array.from({ length: retries }, (_, at) => ({
        type: 'retry',
        attempt: at + 1,
        delayMs: 500,
        reason: 'busy',
      })),
      { type: 'llmNewToken', token: answer, index: 0 },
    ],
    end: {
      type: 'llmEnd',
      text: answer,
      message: { role: 'assistant', content: answer },
      toolCalls: calls,
      finishReason: finish,
      usage,
      cost,
      model: answeredBy,
      responseId: null,
      firstTokenMs: said.firstTokenMs ?? 30,
    },
  };
}

function failureOf(said: Said): object {
  if ('chain' in said) return { type: 'chainError', usage: null };
  if ('tool' in said) return { type: 'toolError' };
  if ('retriever' in said) return { type: 'retrieverError' };
  return { type: 'llmError', model: said.model, text: said.answer, usage: null, cost: null };
}
