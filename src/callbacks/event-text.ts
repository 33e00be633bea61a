import type { ChainEvent, ChatModelStartEvent, EventOf, EventType, LLMStartEvent } from '../events.js';
import { messagesToText, type Usage } from '../messages.js';
import { renderCost, renderDuration, renderUsage } from './figures.js';
import type { LogLevel } from './log-line.js';
import { runLabel } from './run-id.js';

/** How severe an event is. */
export function eventLevel(type: EventType): LogLevel {
  return LEVELS[type] ?? 'info';
}

const LEVELS: Partial<Record<EventType, LogLevel>> = {
  llmNewToken: 'debug',
  retry: 'warning',
  chainError: 'error',
  llmError: 'error',
  toolError: 'error',
  retrieverError: 'error',
};

/**
 * What a log says of an event: its type, its run's name, the details, and its text; a text of several lines begins on
 * a line of its own. Nothing is cut, cleaned or indented yet.
 * @param content whether the event has what anybody said
 */
export function renderEvent(event: ChainEvent, content = true): string {
  const describe = DESCRIBERS[event.type] as
    | ((event: ChainEvent, content: boolean) => Description)
    | undefined;
  const { details, text } = describe?.(event, content) ?? { details: [json(event)] };
  const known = details.filter((detail) => detail !== '');
  if ('metadata' in event) known.push(...renderOrigin(event));
  const head = [event.type, event.name, known.join(', ')].filter((part) => part !== '').join(' ');
  if (text === undefined || text === '') return head;
  return text.includes('\n') ? `${head}:\n${text}` : `${head}: ${text}`;
}

interface Description {
  /** Empty ones are left out. */
  readonly details: readonly string[];
  readonly text?: string;
}

const DESCRIBERS: { readonly [T in EventType]: (event: EventOf<T>, content: boolean) => Description } = {
  chainStart: ({ inputs }, content) => ({ details: [content ? json(inputs) : ''] }),
  chainEnd: ({ outputs, usage, durationMs }, content) => ({
    details: [spent(usage), renderDuration(durationMs)],
    text: content ? json(outputs) : '',
  }),
  chainError: describeError,

  llmStart: (event) => ({ details: modelDetails(event), text: event.prompt }),
  chatModelStart: (event) => ({
    details: [
      ...modelDetails(event),
      list(
        'tools',
        event.tools.map(({ name }) => name),
      ),
    ],
    text: messagesToText(event.messages),
  }),
  llmNewToken: ({ token, index }) => ({ details: [`${index}`], text: json(token) }),
  llmEnd: ({ model, finishReason, usage, cost, firstTokenMs, durationMs, toolCalls, text }) => ({
    details: [
      model,
      finishReason ?? 'no finish reason',
      renderUsage(usage),
      renderCost(cost),
      firstTokenMs === null ? '' : `first token ${renderDuration(firstTokenMs)}`,
      renderDuration(durationMs),
      list(
        'calls',
        toolCalls.map((call) => `${call.name}(${call.arguments})`),
      ),
    ],
    text,
  }),
  llmError: (event) => {
    const { details, text } = describeError(event);
    const soFar = event.text === '' ? '' : `\nAnswer so far: ${event.text}`;
    const cost = event.usage === null ? '' : renderCost(event.cost);
    return { details: [event.model, ...details, cost], text: text + soFar };
  },
  retry: ({ attempt, delayMs, reason }) => ({
    details: [`attempt ${attempt}`, `in ${renderDuration(delayMs)}`],
    text: reason,
  }),

  toolStart: ({ input, toolCallId }, content) => ({
    details: [toolCallId ?? ''],
    text: content ? plain(input) : '',
  }),
  toolEnd: ({ output, durationMs }, content) => ({
    details: [renderDuration(durationMs)],
    text: content ? plain(output) : '',
  }),
  toolError: describeError,

  agentAction: ({ tool, input, log }, content) => ({
    details: [content ? `${tool} ${json(input)}` : tool],
    text: log,
  }),
  agentFinish: ({ output, log }) => ({
    details: [],
    text: log === '' || log === output ? output : `${log}\nFinal answer: ${output}`,
  }),

  retrieverStart: ({ query }) => ({ details: [], text: query }),
  retrieverEnd: ({ documents, durationMs }, content) => ({
    details: [
      content ? `${documents.length} ${documents.length === 1 ? 'document' : 'documents'}` : '',
      renderDuration(durationMs),
    ],
    text: documents.map(({ pageContent }, index) => `${index + 1}. ${pageContent}`).join('\n'),
  }),
  retrieverError: describeError,

  text: ({ text, kind }) => ({ details: [kind], text }),
  customEvent: ({ eventName, data }, content) => ({
    details: [eventName],
    text: content ? json(data) : '',
  }),
};

function describeError(event: EventOf<'chainError' | 'llmError' | 'toolError' | 'retrieverError'>) {
  const { error, durationMs } = event;
  const usage = 'usage' in event ? spent(event.usage) : '';
  return {
    details: [error.code, usage, renderDuration(durationMs)],
    text: error.message === '' ? error.name : `${error.name}: ${error.message}`,
  };
}

function modelDetails({ model, provider, params }: LLMStartEvent | ChatModelStartEvent): string[] {
  return [`${model} (${provider})`, Object.keys(params).length === 0 ? '' : json(params)];
}

/** What a start event says of where its run comes from. */
function renderOrigin({ parentRunId, tags, metadata }: StartEvent): string[] {
  const origin = parentRunId === null ? [] : [`in ${runLabel(parentRunId)}`];
  if (tags.length > 0) origin.push(list('tags', tags));
  if (Object.keys(metadata).length > 0) origin.push(`metadata ${json(metadata)}`);
  return origin;
}

type StartEvent = Extract<ChainEvent, { readonly metadata: unknown }>;

function spent(usage: Usage | null): string {
  return usage === null ? '' : renderUsage(usage);
}

function list(label: string, items: readonly string[]): string {
  return items.length === 0 ? '' : `${label} ${items.join(' ')}`;
}

function plain(value: unknown): string {
  return typeof value === 'string' ? value : json(value);
}

function json(value: unknown): string {
  return JSON.stringify(value) ?? String(value);
}
