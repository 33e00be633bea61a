import { ChainError } from '../errors.js';
import type { Message, ModelParams, ResponseFormat, ToolDefinition } from '../messages.js';
import type { ModelRequest } from './model.js';

/** The body of a request, before it is JSON. What is undefined isn't sent. */
export type RequestBody = Readonly<Record<string, unknown>>;

/** A request of the chat completions endpoint. */
export function chatBody(model: string, baseUrl: string, request: ModelRequest): RequestBody {
  const { messages, params, tools, streaming } = request;
  return {
    model,
    messages: messages.map(toWireMessage),
    ...streamFields(streaming),
    ...(params.maxTokens !== undefined && {
      [isOpenAI(baseUrl) ? 'max_completion_tokens' : 'max_tokens']: params.maxTokens,
    }),
    ...paramFields(params),
    ...(tools.length > 0 && { tools: tools.map(toWireTool) }),
    ...params.extraBody,
  };
}

/** A request of the completions endpoint, whose own default of 16 tokens would cut most answers. */
export function completionBody(model: string, request: ModelRequest): RequestBody {
  const { prompt, params, tools, streaming } = request;
  if (tools.length > 0) {
    throw new ChainError('invalid_argument', `${model} can't call tools: it is asked as a completion model`, {
      hint: 'A chat model can: ChatOpenAI.',
    });
  }
  return {
    model,
    prompt,
    ...streamFields(streaming),
    max_tokens: params.maxTokens ?? COMPLETION_TOKENS,
    ...paramFields(params),
    ...params.extraBody,
  };
}

/** Another way to say a thing, for servers that don't know the usual one. */
export interface Adaptation {
  readonly field: string;
  /** None: it is left out. */
  readonly instead?: string;
}

/** What is tried, each once, where a server rejects a request and names the field. */
const ADAPTATIONS: readonly Adaptation[] = [
  { field: 'stream_options' },
  { field: 'max_completion_tokens', instead: 'max_tokens' },
  { field: 'max_tokens', instead: 'max_completion_tokens' },
];

/** The adaptation of a body that a server's words ask for, unless it, or its opposite, was made already. */
export function findAdaptation(
  body: RequestBody,
  detail: string,
  made: readonly Adaptation[],
): Adaptation | undefined {
  return ADAPTATIONS.find(
    ({ field }) =>
      body[field] !== undefined &&
      !made.some((adaptation) => adaptation.field === field || adaptation.instead === field) &&
      new RegExp(`(?<!\\w)${field}(?!\\w)`).test(detail),
  );
}

export function adaptBody(body: RequestBody, { field, instead }: Adaptation): RequestBody {
  if (body[field] === undefined) return body;
  const { [field]: value, ...rest } = body;
  return instead === undefined ? rest : { ...rest, [instead]: value };
}

const COMPLETION_TOKENS = 256;

function isOpenAI(baseUrl: string): boolean {
  if (!URL.canParse(baseUrl)) return false;
  return /(^|\.)(api\.openai\.com|openai\.azure\.com)$/.test(new URL(baseUrl).hostname);
}

function streamFields(streaming: boolean): RequestBody {
  return streaming ? { stream: true, stream_options: { include_usage: true } } : {};
}

function paramFields(params: ModelParams): RequestBody {
  return {
    temperature: params.temperature,
    top_p: params.topP,
    stop: params.stop,
    seed: params.seed,
    response_format: params.responseFormat && toWireFormat(params.responseFormat),
    reasoning_effort: params.reasoningEffort,
  };
}

function toWireFormat(format: ResponseFormat): RequestBody {
  if (format.type !== 'json_schema') return { type: format.type };
  const { name = 'answer', schema } = format;
  return { type: 'json_schema', json_schema: { name, schema } };
}

function toWireMessage({ role, content, name, toolCalls, toolCallId }: Message): RequestBody {
  const calls = toolCalls?.map(({ id, name: called, arguments: text }) => ({
    id,
    type: 'function',
    function: { name: called, arguments: text },
  }));
  // An assistant that only calls tools said nothing, and some servers refuse to be told that it said "".
  const said = calls !== undefined && calls.length > 0 && content === '' ? null : content;
  return {
    role,
    content: said,
    name,
    tool_calls: calls !== undefined && calls.length > 0 ? calls : undefined,
    tool_call_id: toolCallId,
  };
}

function toWireTool({ name, description, parameters }: ToolDefinition): RequestBody {
  return { type: 'function', function: { name, description, parameters } };
}
