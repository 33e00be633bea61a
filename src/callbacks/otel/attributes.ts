import type { Attributes } from '@opentelemetry/api';
import type { ErrorRecord } from '../../errors.js';
import type { EventOf, StartEventBase, StartEventType } from '../../events.js';
import { retrievalDocuments, valuesAsText } from './messages.js';
import {
  answerContent,
  answerFields,
  type Fields,
  modelStart,
  OPERATION,
  type SpanStart,
} from './model-fields.js';

export type StartEvent = EventOf<StartEventType>;
export type EndEvent = EventOf<
  | 'chainEnd'
  | 'chainError'
  | 'llmEnd'
  | 'llmError'
  | 'toolEnd'
  | 'toolError'
  | 'retrieverEnd'
  | 'retrieverError'
>;

/** How a run begins as a span. */
export function spanStart(event: StartEvent): SpanStart {
  const own = startFields(event);
  return { ...own, fields: { ...own.fields, ...ownFields(event) } };
}

function startFields(event: StartEvent): SpanStart {
  const { name } = event;
  switch (event.type) {
    case 'chainStart':
      return {
        name: `invoke_workflow ${name}`,
        kind: 'internal',
        fields: { [OPERATION]: 'invoke_workflow' },
        content: { 'gen_ai.input.messages': textMessages('user', event.inputs) },
      };
    case 'toolStart':
      return {
        name: `execute_tool ${name}`,
        kind: 'internal',
        fields: {
          [OPERATION]: 'execute_tool',
          'gen_ai.tool.name': name,
          'gen_ai.tool.type': 'function',
          'gen_ai.tool.call.id': event.toolCallId,
        },
        content: { 'gen_ai.tool.call.arguments': event.input },
      };
    case 'retrieverStart':
      return {
        name: `retrieval ${name}`,
        kind: 'client',
        fields: { [OPERATION]: 'retrieval', 'gen_ai.data_source.id': name },
        content: { 'gen_ai.retrieval.query.text': event.query },
      };
    default:
      return modelStart(event);
  }
}

/** What an end adds to a span. @param agent the chain acted as an agent */
export function endFields(
  event: EndEvent,
  { streamed, agent }: { readonly streamed: boolean; readonly agent: boolean },
): Pick<SpanStart, 'fields' | 'content'> {
  const failed = 'error' in event ? { 'error.type': errorType(event.error) } : {};
  switch (event.type) {
    case 'chainEnd':
    case 'chainError':
      return {
        fields: { ...chainFields(event.name, agent), ...failed },
        content:
          event.type === 'chainEnd'
            ? { 'gen_ai.output.messages': textMessages('assistant', event.outputs, 'stop') }
            : {},
      };
    case 'llmEnd':
    case 'llmError':
      return { fields: { ...answerFields(event, streamed), ...failed }, content: answerContent(event) };
    case 'toolEnd':
      return { fields: {}, content: { 'gen_ai.tool.call.result': event.output } };
    case 'retrieverEnd':
      return {
        fields: {},
        content: { 'gen_ai.retrieval.documents': retrievalDocuments(event.documents) },
      };
    default:
      return { fields: failed, content: {} };
  }
}

/** Known at its end: only then is it certain whether it acted as an agent. */
export function chainFields(name: string, agent: boolean): Readonly<Record<string, string>> {
  return { [agent ? 'gen_ai.agent.name' : 'gen_ai.workflow.name']: name };
}

/** The code; of errors that nobody gave one, the name. */
export function errorType({ code, name }: ErrorRecord): string {
  return code === 'internal' ? name : code;
}

/** As OpenTelemetry takes them: lists of texts stay lists, whatever else has an inside becomes JSON. */
export function toAttributes(fields: Fields): Attributes {
  const attributes: Attributes = {};
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
      attributes[key] = value;
    else if (isTexts(value)) attributes[key] = [...value];
    else attributes[key] = JSON.stringify(value);
  }
  return attributes;
}

/** What the conventions have no name for: the run's id, and what its maker said of it. */
function ownFields({ runId, tags, metadata }: StartEventBase): Fields {
  const { conversation, ...others } = metadata;
  const plain = Object.entries(others).filter(([, value]) =>
    ['string', 'number', 'boolean'].includes(typeof value),
  );
  return {
    'promptchain.run.id': runId,
    'promptchain.tags': tags.length > 0 ? tags : null,
    'gen_ai.conversation.id': typeof conversation === 'string' ? conversation : null,
    ...Object.fromEntries(plain.map(([key, value]) => [`promptchain.metadata.${key}`, value])),
  };
}

function textMessages(
  role: 'user' | 'assistant',
  values: Readonly<Record<string, unknown>>,
  finishReason?: string,
): readonly object[] {
  const parts = [{ type: 'text', content: valuesAsText(values) }];
  return [{ role, parts, ...(finishReason !== undefined && { finish_reason: finishReason }) }];
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.length > 0 && value.every((item) => typeof item === 'string');
}
