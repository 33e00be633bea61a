import type {
  ChainEvent,
  ChatModelStartEvent,
  EventOf,
  EventType,
  LLMEndEvent,
  LLMStartEvent,
} from '../events.js';
import { type Message, messagesToText, type UsageSum } from '../messages.js';
import { renderCost, renderDuration, renderUsage } from './figures.js';

/** A piece of the console trace, before it is indented, cleaned and coloured. It may run over several lines. */
export interface TraceLine {
  readonly text: string;
  readonly style: TraceStyle;
  /** Levels of indentation below the run's own. */
  readonly level: number;
}

export type TraceStyle = 'plain' | 'open' | 'close' | 'prompt' | 'answer' | 'detail' | 'notice' | 'error';

/** What the trace knows of the run that an event belongs to, from the events before. */
export interface TraceContext {
  readonly root: boolean;
  /** The prompt that the run's parent has shown, so that the model needn't repeat it. */
  readonly shownPrompt: string | null;
  /** The last answer that was shown under the run. */
  readonly shownAnswer: string | null;
  /** The model that was asked for. */
  readonly model: string | null;
  /** The answer is on the same screen already: its place is marked. */
  readonly answerOnScreen: boolean;
  /** What anybody said is in the events; otherwise they are empty, and nothing is shown in its place. */
  readonly content: boolean;
}

/** An event as text. */
export function renderTrace(event: ChainEvent, context: TraceContext): readonly TraceLine[] {
  const render = RENDERERS[event.type] as (event: ChainEvent, context: TraceContext) => readonly TraceLine[];
  const lines = render(event, context);
  if (context.content) return lines;
  return lines.filter(({ text, style }) => FRAME.has(style) || (style === 'plain' && text === ''));
}

/** What is shown of events without content. */
const FRAME: ReadonlySet<TraceStyle> = new Set(['open', 'close', 'detail', 'notice', 'error']);

/** What a chain was given. Shown only where no prompt shows it better. */
export function renderInputs(inputs: Readonly<Record<string, unknown>>): readonly TraceLine[] {
  return Object.keys(inputs).length === 0 ? [] : [line('detail', `inputs: ${brief(inputs)}`, 1)];
}

const RENDERERS: {
  readonly [T in EventType]: (event: EventOf<T>, context: TraceContext) => readonly TraceLine[];
} = {
  chainStart: ({ name }, { root }) => [...gap(root), line('open', `> Entering new ${name} chain...`)],
  chainEnd: ({ outputs, usage, durationMs }, { root, shownAnswer }) => {
    const values = Object.values(outputs);
    const known = values.length === 0 || (values.length === 1 && values[0] === shownAnswer);
    return [
      ...(known ? [] : [line('detail', `outputs: ${brief(outputs)}`, 1)]),
      ...gap(root),
      line('close', '> Finished chain.'),
      line('detail', figures(...ofSeveral(usage), took(durationMs)), 1),
    ];
  },
  chainError: (event) => failed(event, ...ofSeveral(event.usage)),

  llmStart: renderModelStart,
  chatModelStart: renderModelStart,
  llmNewToken: () => [],
  llmEnd: (event, context) => [
    ...renderAnswer(event, context),
    line('close', `< ${event.name}: ${answerFigures(event, context)}`),
  ],
  llmError: (event, context) => [
    ...(event.text === '' ? [] : heard('Answer so far:', event.text, context)),
    ...failed(event, ...(event.usage === null ? [] : [renderUsage(event.usage), renderCost(event.cost)])),
  ],
  retry: ({ attempt, delayMs, reason }) => [
    line('notice', `retry ${attempt} in ${renderDuration(delayMs)}${behind(reason)}`, 1),
  ],

  toolStart: ({ name, input, toolCallId }) => [
    line('open', `> ${name} (tool${toolCallId === null ? '' : `, ${toolCallId}`})`),
    ...block('Input:', full(input), 'prompt'),
  ],
  toolEnd: ({ name, output, durationMs }) => [
    ...block('Output:', full(output), 'answer'),
    line('close', `< ${name}: ${took(durationMs)}`),
  ],
  toolError: (event) => failed(event),

  agentAction: ({ tool, input, log }) => [
    ...(log === '' ? [] : [line('answer', log, 1)]),
    line('notice', `action: ${tool}${input === null ? '' : ` ${full(input)}`}`, 1),
  ],
  agentFinish: ({ output, log }, { shownAnswer }) => [
    ...(log === '' || log === shownAnswer ? [] : [line('answer', log, 1)]),
    ...(output === shownAnswer ? [] : block('Final answer:', output, 'answer')),
  ],

  retrieverStart: ({ name, query }) => [
    line('open', `> ${name} (retriever)`),
    ...block('Query:', query, 'prompt'),
  ],
  retrieverEnd: ({ name, documents, durationMs }, { content }) => [
    ...documents.map(({ pageContent }, index) =>
      line('answer', `${index + 1}. ${cut(pageContent.trim().replace(/\s+/g, ' '))}`, 1),
    ),
    line('close', `< ${name}: ${figures(content && count(documents.length, 'document'), took(durationMs))}`),
  ],
  retrieverError: (event) => failed(event),

  text: ({ text, kind }) =>
    kind === 'prompt'
      ? [line('plain', 'Prompt after formatting:'), line('prompt', text)]
      : [line('prompt', text, 1)],
  customEvent: ({ eventName, data }, { content }) => [
    line('notice', `${eventName}${content ? `: ${brief(data)}` : ''}`, 1),
  ],
};

function renderModelStart(
  event: LLMStartEvent | ChatModelStartEvent,
  { shownPrompt }: TraceContext,
): readonly TraceLine[] {
  const { name, model, provider, params } = event;
  const tools = event.type === 'chatModelStart' ? event.tools.map((tool) => tool.name) : [];
  const settings = Object.entries(tools.length > 0 ? { ...params, tools } : params)
    .filter(([, value]) => value !== undefined)
    .map(([key, value]) => ` ${key}=${JSON.stringify(value)}`);
  const opening = line('open', `> ${name} ${model} (${provider})${settings.join('')}`);
  if (event.type === 'llmStart') {
    return event.prompt === shownPrompt ? [opening] : [opening, ...block('Prompt:', event.prompt, 'prompt')];
  }
  const { messages } = event;
  const shown = messages.length === 1 && messages[0]?.content === shownPrompt;
  if (shown || messagesToText(messages) === shownPrompt) return [opening];
  return [
    opening,
    line('plain', 'Messages:', 1),
    ...messages.flatMap((message) => [
      line('prompt', messagesToText([message]), 1),
      ...renderToolCalls(message.toolCalls),
    ]),
  ];
}

function renderAnswer({ text, toolCalls }: LLMEndEvent, context: TraceContext): readonly TraceLine[] {
  const silent = text === '' && toolCalls.length > 0;
  return [...(silent ? [] : heard('Answer:', text, context)), ...renderToolCalls(toolCalls)];
}

function renderToolCalls(toolCalls: Message['toolCalls'] = []): readonly TraceLine[] {
  return toolCalls.map(({ name, arguments: given }) => line('notice', `calls ${name} ${given}`, 1));
}

/** What a model said, or where it stands. */
function heard(heading: string, text: string, { answerOnScreen }: TraceContext): readonly TraceLine[] {
  if (text === '') return [line('plain', `${heading} (empty)`, 1)];
  if (answerOnScreen) return [line('plain', `${heading} (shown above)`, 1)];
  return block(heading, text, 'answer');
}

function answerFigures(event: LLMEndEvent, context: TraceContext): string {
  const { usage, cost, firstTokenMs, durationMs, finishReason, model } = event;
  return figures(
    renderUsage(usage),
    renderCost(cost),
    firstTokenMs !== null && `first token after ${renderDuration(firstTokenMs)}`,
    took(durationMs),
    finishReason !== null && finishReason !== 'stop' && `finish reason ${finishReason}`,
    context.model !== null && context.model !== model && `answered by ${model}`,
  );
}

function failed(
  { name, error, durationMs }: EventOf<'chainError' | 'llmError' | 'toolError' | 'retrieverError'>,
  ...spent: readonly string[]
): readonly TraceLine[] {
  const what = `! ${name} failed after ${renderDuration(durationMs)}: ${error.code}${behind(error.message)}`;
  return [line('error', what), ...(spent.length === 0 ? [] : [line('detail', figures(...spent), 1)])];
}

/** A chain's tokens, where they aren't those of its one model over again. */
function ofSeveral(usage: UsageSum | null): readonly string[] {
  return usage === null || usage.runs < 2 ? [] : [renderUsage(usage), `${usage.runs} model runs`];
}

function line(style: TraceStyle, text: string, level = 0): TraceLine {
  return { text, style, level };
}

/** A heading, and the whole of a text under it. */
function block(heading: string, text: string, style: TraceStyle): readonly TraceLine[] {
  return [line('plain', heading, 1), line(style, text, 1)];
}

/** The empty line before a root's opening and closing. */
function gap(root: boolean): readonly TraceLine[] {
  return root ? [line('plain', '')] : [];
}

function figures(...parts: readonly (string | false)[]): string {
  return parts.filter((part) => part !== false).join(', ');
}

function took(durationMs: number): string {
  return `took ${renderDuration(durationMs)}`;
}

function count(number: number, noun: string): string {
  return `${number} ${noun}${number === 1 ? '' : 's'}`;
}

function behind(text: string): string {
  return text === '' ? '' : `: ${text}`;
}

function full(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value) ?? 'undefined');
}

function brief(value: unknown): string {
  return cut(JSON.stringify(value) ?? 'undefined');
}

const BRIEF_LENGTH = 200;

function cut(text: string): string {
  if (text.length <= BRIEF_LENGTH) return text;
  return `${text.slice(0, BRIEF_LENGTH).replace(/[\ud800-\udbff]$/, '')}…`;
}
