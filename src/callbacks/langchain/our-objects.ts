import type { Document } from '../../events.js';
import type { Message, ModelParams, Role, ToolCall, ToolDefinition, Usage } from '../../messages.js';
import { UNKNOWN_USAGE } from '../../tokens/usage.js';
import { toPlain } from '../plain.js';

type Fields = Readonly<Record<string, unknown>>;

const ROLES: Readonly<Record<string, Role>> = {
  system: 'system',
  developer: 'system',
  human: 'user',
  user: 'user',
  ai: 'assistant',
  assistant: 'assistant',
  tool: 'tool',
  function: 'tool',
};

/** Any value that LangChain.js hands around, its messages and prompts as messages of ours. */
export function ourValue(value: unknown): unknown {
  return toPlain(converted(value, 0));
}

/** A record of values; whatever else it is stands under a name of its own. */
export function ourRecord(value: unknown, name: string): Fields {
  const ours = ourValue(value);
  const isRecord = isObject(value) && !Array.isArray(value) && !isMessage(value) && !isPrompt(value);
  return isRecord && isObject(ours) ? ours : { [name]: ours };
}

/** Deeper than this nothing is a message. */
const DEEPEST = 20;

function converted(value: unknown, depth: number): unknown {
  if (!isObject(value) || depth === DEEPEST) return value;
  if (isMessage(value)) return ourMessage(value);
  if (isPrompt(value)) return value.toChatMessages().map(ourMessage);
  if (Array.isArray(value)) return value.map((item) => converted(item, depth + 1));
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== null && Object.getPrototypeOf(prototype) !== null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, converted(item, depth + 1)]));
}

/** A message of theirs as one of ours. */
export function ourMessage(message: unknown): Message {
  if (!isObject(message)) return { role: 'user', content: textOf(message) };
  const kind = typeOf(message);
  const role = ROLES[kind] ?? ROLES[String(message.role)] ?? 'user';
  const { name, tool_call_id: toolCallId } = message;
  const toolCalls = ourToolCalls(message);
  return {
    role,
    content: textOf(message.content),
    ...(typeof name === 'string' && name !== '' && { name }),
    ...(toolCalls.length > 0 && { toolCalls }),
    ...(typeof toolCallId === 'string' && { toolCallId }),
  };
}

/** What a model asked for, with what it couldn't write down whole. */
export function ourToolCalls(message: unknown): readonly ToolCall[] {
  if (!isObject(message)) return [];
  return [...list(message.tool_calls), ...list(message.invalid_tool_calls)].filter(isObject).map((call) => ({
    id: text(call.id) ?? '',
    name: text(call.name) ?? '',
    arguments: typeof call.args === 'string' ? call.args : JSON.stringify(toPlain(call.args) ?? {}),
  }));
}

/** What a tool gave: of a message its text. */
export function ourToolOutput(output: unknown): unknown {
  return isMessage(output) ? textOf(output.content) : ourValue(output);
}

export function ourDocument(document: unknown): Document {
  const { pageContent, metadata } = fieldsOf(document);
  return { pageContent: text(pageContent) ?? '', metadata: fieldsOf(toPlain(metadata)) };
}

/** By an answer's own count, else by that of the request. */
export function ourUsage(message: unknown, llmOutput: unknown): Usage {
  const own = fieldsOf(fieldsOf(message).usage_metadata);
  const input = fieldsOf(own.input_token_details);
  const output = fieldsOf(own.output_token_details);
  const counts = [count(own.input_tokens), count(own.output_tokens), count(own.total_tokens)] as const;
  const { tokenUsage, estimatedTokenUsage } = fieldsOf(llmOutput);
  if (counts.some((number) => number !== null))
    return usage(counts, isEmpty(tokenUsage) && !isEmpty(estimatedTokenUsage) ? 'estimated' : 'reported', {
      cachedTokens: count(input.cache_read),
      reasoningTokens: count(output.reasoning),
    });
  for (const [given, source] of [
    [tokenUsage, 'reported'],
    [estimatedTokenUsage, 'estimated'],
  ] as const) {
    const { promptTokens, completionTokens, totalTokens } = fieldsOf(given);
    const others = [count(promptTokens), count(completionTokens), count(totalTokens)] as const;
    if (others.some((number) => number !== null)) return usage(others, source);
  }
  return UNKNOWN_USAGE;
}

function usage(
  [inputTokens, outputTokens, total]: readonly [number | null, number | null, number | null],
  source: Usage['source'],
  { cachedTokens, reasoningTokens }: Partial<Usage> = {},
): Usage {
  const sum = inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens;
  return {
    inputTokens,
    outputTokens,
    totalTokens: total ?? sum,
    cachedTokens: cachedTokens ?? null,
    reasoningTokens: reasoningTokens ?? null,
    source,
  };
}

/** The parameters of a request, by the names that providers' packages have for them. */
export function ourParams(invocation: Fields, metadata: Fields): ModelParams {
  const number = (...values: readonly unknown[]) => values.find((value) => typeof value === 'number');
  const stop = [invocation.stop, invocation.stop_sequences, metadata.ls_stop].find(
    (value) => Array.isArray(value) && value.length > 0,
  );
  const effort = text(invocation.reasoning_effort) ?? text(fieldsOf(invocation.reasoning).effort);
  const params = {
    temperature: number(invocation.temperature, metadata.ls_temperature),
    topP: number(invocation.top_p, invocation.topP),
    maxTokens: number(
      invocation.max_tokens,
      invocation.max_completion_tokens,
      invocation.maxOutputTokens,
      metadata.ls_max_tokens,
    ),
    stop,
    seed: number(invocation.seed),
    reasoningEffort: effort ?? undefined,
  };
  return Object.fromEntries(Object.entries(params).filter(([, value]) => value !== undefined));
}

/** The tools of a request, in OpenAI's form or Anthropic's. */
export function ourTools(tools: unknown): readonly ToolDefinition[] {
  return list(tools)
    .filter(isObject)
    .map((given) => {
      const definition = isObject(given.function) ? given.function : given;
      const description = text(definition.description);
      return {
        name: text(definition.name) ?? text(given.type) ?? '',
        ...(description !== null && { description }),
        parameters: fieldsOf(toPlain(definition.parameters ?? definition.input_schema)),
      };
    });
}

/** The first of these that is a text. */
export function firstText(...values: readonly unknown[]): string | null {
  return values.map(text).find((value) => value !== null && value !== '') ?? null;
}

export function fieldsOf(value: unknown): Fields {
  return isObject(value) ? value : {};
}

function isMessage(value: unknown): value is Fields & { readonly content: unknown } {
  return isObject(value) && 'content' in value && typeOf(value) !== '';
}

function isPrompt(value: Fields): value is Fields & { toChatMessages(): readonly unknown[] } {
  return typeof value.toChatMessages === 'function';
}

function typeOf(message: Fields): string {
  const ask = [message.getType, message._getType].find((method) => typeof method === 'function');
  return ask === undefined ? '' : String(ask.call(message));
}

/**
 * The text of a message's content, which may be a list of blocks. What was sent besides is named; what a model thinks and
 * which tools it calls is no part of what it says.
 */
function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  return list(content)
    .map((block) => {
      if (!isObject(block)) return String(block);
      const type = text(block.type) ?? '';
      return text(block.text) ?? (MEDIA.test(type) ? `[${type}]` : '');
    })
    .join('');
}

const MEDIA = /image|audio|video|file|document|media/;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null;
}

function isEmpty(value: unknown): boolean {
  return Object.keys(fieldsOf(value)).length === 0;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}

function count(value: unknown): number | null {
  return typeof value === 'number' && Number.isFinite(value) ? value : null;
}
