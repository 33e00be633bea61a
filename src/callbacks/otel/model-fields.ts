import type {
  ChatModelStartEvent,
  LLMEndEvent,
  LLMErrorEvent,
  LLMStartEvent,
  ServerAddress,
} from '../../events.js';
import type { ModelParams } from '../../messages.js';
import { inputMessages, outputMessages, toolDefinitions } from './messages.js';

export type ModelStartEvent = LLMStartEvent | ChatModelStartEvent;
export type ModelEndEvent = LLMEndEvent | LLMErrorEvent;

/** Attributes before they are flattened; what is `undefined` or `null` isn't there. */
export type Fields = Readonly<Record<string, unknown>>;

/** How a run begins as a span, by the GenAI semantic conventions. */
export interface SpanStart {
  readonly name: string;
  readonly kind: 'internal' | 'client';
  readonly fields: Fields;
  /** What was said; only where people have asked for it to be sent. */
  readonly content: Fields;
}

export const OPERATION = 'gen_ai.operation.name';

/** Who was asked for what: of spans and of measurements. */
export function modelFields({ type, provider, model }: ModelStartEvent): Readonly<Record<string, string>> {
  return {
    [OPERATION]: type === 'chatModelStart' ? 'chat' : 'text_completion',
    'gen_ai.provider.name': Object.hasOwn(PROVIDER_NAMES, provider) ? PROVIDER_NAMES[provider]! : provider,
    'gen_ai.request.model': model,
  };
}

/** Where it was asked: of spans and of measurements. */
export function serverFields(server: ServerAddress | undefined): Readonly<Record<string, string | number>> {
  return server === undefined ? {} : { 'server.address': server.address, 'server.port': server.port };
}

/** How a model's run begins as a span. */
export function modelStart(event: ModelStartEvent): SpanStart {
  const identity = modelFields(event);
  return {
    name: `${identity[OPERATION]} ${event.model}`,
    // To the conventions a model in the same process is internal.
    kind: event.provider === 'offline' ? 'internal' : 'client',
    fields: { ...identity, ...requestFields(event.params) },
    content:
      event.type === 'llmStart'
        ? { 'gen_ai.input.messages': inputMessages([{ role: 'user', content: event.prompt }]) }
        : {
            'gen_ai.input.messages': inputMessages(event.messages),
            'gen_ai.tool.definitions': event.tools.length > 0 ? toolDefinitions(event.tools) : null,
          },
  };
}

function requestFields(params: ModelParams): Fields {
  const { responseFormat, extraBody = {} } = params;
  const extra = (name: string) => (typeof extraBody[name] === 'number' ? extraBody[name] : null);
  const choices = extra('n');
  return {
    'gen_ai.request.temperature': params.temperature,
    'gen_ai.request.top_p': params.topP,
    'gen_ai.request.max_tokens': params.maxTokens,
    'gen_ai.request.stop_sequences': params.stop,
    'gen_ai.request.seed': params.seed,
    'gen_ai.request.reasoning.level': params.reasoningEffort,
    'gen_ai.request.frequency_penalty': extra('frequency_penalty'),
    'gen_ai.request.presence_penalty': extra('presence_penalty'),
    'gen_ai.request.top_k': extra('top_k'),
    'gen_ai.request.choice.count': choices === 1 ? null : choices,
    'gen_ai.output.type':
      responseFormat === undefined ? null : responseFormat.type === 'text' ? 'text' : 'json',
  };
}

/** What its answer adds. @param streamed whether it came in pieces */
export function answerFields(event: ModelEndEvent, streamed: boolean): Fields {
  const { usage, cost } = event;
  const ended = event.type === 'llmEnd' ? event : null;
  const firstTokenMs = ended?.firstTokenMs ?? null;
  const reason = ended === null ? 'error' : ended.finishReason;
  return {
    // Absent says that it wasn't.
    'gen_ai.request.stream': streamed || null,
    ...(usage !== null && {
      'gen_ai.response.model': event.model,
      'gen_ai.response.finish_reasons': reason === null ? null : [reason],
      'gen_ai.usage.input_tokens': usage.inputTokens,
      'gen_ai.usage.output_tokens': usage.outputTokens,
      'gen_ai.usage.cache_read.input_tokens': usage.cachedTokens,
      'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
      'promptchain.usage.source': usage.source,
      'promptchain.cost': cost,
    }),
    'gen_ai.response.id': ended?.responseId,
    'gen_ai.response.time_to_first_chunk': streamed && firstTokenMs !== null ? firstTokenMs / 1000 : null,
  };
}

export function answerContent(event: ModelEndEvent): Fields {
  if (event.usage === null) return {};
  const [toolCalls, reason] =
    event.type === 'llmEnd' ? [event.toolCalls, event.finishReason ?? 'unknown'] : [[], 'error'];
  return { 'gen_ai.output.messages': outputMessages(event.text, toolCalls, reason) };
}

/** The conventions' names of providers, where they aren't the prefixes that models are named with. */
const PROVIDER_NAMES: Readonly<Record<string, string>> = {
  gemini: 'gcp.gemini',
  mistral: 'mistral_ai',
  moonshot: 'moonshot_ai',
  xai: 'x_ai',
};
