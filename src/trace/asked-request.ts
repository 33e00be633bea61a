import { toPlain } from '../callbacks/plain.js';
import type { ChatModelStartEvent, LLMStartEvent } from '../events.js';
import type { Message, ModelParams, ToolDefinition } from '../messages.js';
import type { Model, ModelRequest } from '../models/model.js';

export type ModelStartEvent = LLMStartEvent | ChatModelStartEvent;

/** What a model was asked, as far as its answer is expected to depend on it: not where, and by whom. */
export type AskedRequest =
  | {
      readonly kind: 'chat';
      readonly model: string;
      readonly params: ModelParams;
      readonly messages: readonly Message[];
      readonly tools: readonly ToolDefinition[];
    }
  | {
      readonly kind: 'completion';
      readonly model: string;
      readonly params: ModelParams;
      readonly prompt: string;
    };

/** Hides what must not be written down: keys, and what looks like one. */
export type Mask = (text: string) => string;

/** What a recorded run was asked. */
export function requestIn(start: ModelStartEvent): AskedRequest {
  const { model, params } = start;
  return start.type === 'llmStart'
    ? { kind: 'completion', model, params, prompt: start.prompt }
    : { kind: 'chat', model, params, messages: start.messages, tools: start.tools };
}

/** What a model is being asked, in the form that its start event would have. */
export function requestTo({ kind, model }: Pick<Model, 'kind' | 'model'>, asked: ModelRequest): AskedRequest {
  const { messages, tools, prompt } = asked;
  const params = toPlain(asked.params);
  return kind === 'completion'
    ? { kind, model, params, prompt }
    : { kind, model, params, messages: toPlain(messages), tools: toPlain(tools) };
}

/** The same with every text masked: a recording is compared with what is asked only so, for it was written so. */
export function maskRequest(request: AskedRequest, mask: Mask): AskedRequest {
  return maskTexts(request, mask);
}

/** A copy of plain data with every text in it masked; the names of its fields stay. */
export function maskTexts<T>(value: T, mask: Mask): T {
  return JSON.parse(JSON.stringify(value), (_, part: unknown) =>
    typeof part === 'string' ? mask(part) : part,
  ) as T;
}
