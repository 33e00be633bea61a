import type {
  ChatModelStartEvent,
  LLMEndEvent,
  LLMNewTokenEvent,
  LLMStartEvent,
  ToolEndEvent,
} from '../../events.js';
import type { Message, ToolCall, Usage } from '../../messages.js';
import type { CoreClasses } from './core.js';

type ModelStartEvent = LLMStartEvent | ChatModelStartEvent;

/** How LangChain.js names what runs: a path, whose last part is the name. */
export function serialized(kind: string, name: string): object {
  return { lc: 1, type: 'not_implemented', id: ['promptchain', kind, name], name };
}

/** Messages of ours as theirs. What a tool gave has its tool's name. */
export function theirMessages(classes: CoreClasses, messages: readonly Message[]): readonly object[] {
  const calls = messages.flatMap(({ toolCalls = [] }) => toolCalls);
  const toolOf = (id: string | undefined) => calls.find((call) => call.id === id)?.name;
  return messages.map((message) =>
    theirMessage(classes, message, message.name ?? toolOf(message.toolCallId)),
  );
}

function theirMessage(classes: CoreClasses, message: Message, name: string | undefined): object {
  const { role, content, toolCallId = '', toolCalls = [] } = message;
  const fields = { content, ...(name !== undefined && { name }) };
  switch (role) {
    case 'system':
      return new classes.SystemMessage(fields);
    case 'assistant':
      return new classes.AIMessage({ ...fields, ...theirToolCalls(toolCalls) });
    case 'tool':
      return new classes.ToolMessage({ ...fields, tool_call_id: toolCallId });
    default:
      return new classes.HumanMessage(fields);
  }
}

/** Calls whose arguments can't be read are a list of their own to LangChain.js. */
function theirToolCalls(toolCalls: readonly ToolCall[]): object {
  const valid: object[] = [];
  const invalid: object[] = [];
  for (const { id, name, arguments: text } of toolCalls) {
    const args = parseObject(text);
    if (args !== null) valid.push({ name, args, id, type: 'tool_call' });
    else
      invalid.push({ name, args: text, id, error: 'the arguments are no JSON', type: 'invalid_tool_call' });
  }
  return { tool_calls: valid, invalid_tool_calls: invalid };
}

function parseObject(text: string): object | null {
  try {
    const value: unknown = text.trim() === '' ? {} : JSON.parse(text);
    return typeof value === 'object' && !Array.isArray(value) ? value : null;
  } catch {
    return null;
  }
}

/** What LangChain.js calls `extraParams` of a model's start: the parameters by the names of OpenAI's protocol. */
export function extraParams({ type, model, params, ...event }: ModelStartEvent): object {
  const tools = type === 'chatModelStart' ? (event as unknown as ChatModelStartEvent).tools : [];
  const invocation = {
    model,
    temperature: params.temperature,
    top_p: params.topP,
    max_tokens: params.maxTokens,
    stop: params.stop,
    seed: params.seed,
    response_format: params.responseFormat,
    reasoning_effort: params.reasoningEffort,
    tools: tools.length > 0 ? tools.map((tool) => ({ type: 'function', function: { ...tool } })) : undefined,
    ...params.extraBody,
  };
  return structuredClone({ options: {}, invocation_params: known(invocation), batch_size: 1 });
}

/** By these names LangSmith and others find out which model it is. */
export function modelMetadata({ type, provider, model, params, metadata }: ModelStartEvent): object {
  return structuredClone({
    ...known({
      ls_provider: provider,
      ls_model_name: model,
      ls_model_type: type === 'chatModelStart' ? 'chat' : 'llm',
      ls_temperature: params.temperature,
      ls_max_tokens: params.maxTokens,
      ls_stop: params.stop,
    }),
    ...metadata,
  });
}

/** An answer as an `LLMResult`. @param chat whether a chat model gave it */
export function theirResult(classes: CoreClasses, event: LLMEndEvent, chat: boolean): object {
  const { text, message, finishReason, model, responseId, usage, toolCalls } = event;
  const finish = known({ finish_reason: finishReason });
  const counts = tokenUsage(usage);
  const answer = () =>
    new classes.AIMessage({
      content: message.content,
      ...known({ name: message.name, id: responseId, usage_metadata: usageMetadata(usage) }),
      ...theirToolCalls(toolCalls),
      response_metadata: { model_name: model, ...finish },
    });
  const generation = { text, ...(chat && { message: answer() }), generationInfo: finish };
  return { generations: [[generation]], llmOutput: { model_name: model, ...counts } };
}

/** A token as a chunk: `fields` of `handleLLMNewToken`. */
export function theirChunk(classes: CoreClasses, { token: text }: LLMNewTokenEvent, chat: boolean): object {
  return chat
    ? new classes.ChatGenerationChunk({ text, message: new classes.AIMessageChunk({ content: text }) })
    : new classes.GenerationChunk({ text });
}

/** What a tool gave: a message where it answers a model's call. */
export function theirToolOutput(
  classes: CoreClasses,
  { output, name }: ToolEndEvent,
  toolCallId: string | null,
): unknown {
  if (toolCallId === null) return structuredClone(output);
  const content = typeof output === 'string' ? output : (JSON.stringify(output) ?? '');
  return new classes.ToolMessage({ content, name, tool_call_id: toolCallId, status: 'success' });
}

/** Estimates are what LangChain.js calls `estimatedTokenUsage`. */
function tokenUsage({ inputTokens, outputTokens, totalTokens, source }: Usage): object {
  if (totalTokens === null) return {};
  const counts = known({ promptTokens: inputTokens, completionTokens: outputTokens, totalTokens });
  return { [source === 'reported' ? 'tokenUsage' : 'estimatedTokenUsage']: counts };
}

/** Nothing where a number isn't known: they have no word for that. */
function usageMetadata(usage: Usage): object | undefined {
  const { inputTokens, outputTokens, totalTokens, cachedTokens, reasoningTokens } = usage;
  if (inputTokens === null || outputTokens === null || totalTokens === null) return undefined;
  return known({
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: totalTokens,
    input_token_details: cachedTokens === null ? undefined : { cache_read: cachedTokens },
    output_token_details: reasoningTokens === null ? undefined : { reasoning: reasoningTokens },
  });
}

function known(fields: Readonly<Record<string, unknown>>): object {
  return Object.fromEntries(
    Object.entries(fields).filter(([, value]) => value !== undefined && value !== null),
  );
}
