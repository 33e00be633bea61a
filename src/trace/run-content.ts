import type { Message, ToolCall } from '../messages.js';
import { kindOf } from './run-kind.js';
import { modelOf, type TraceRun } from './trace-run.js';

/** A text that went into a run or came out of it, and what it is: `user`, `answer`, a variable's name. */
export interface Passage {
  readonly label: string;
  readonly text: string;
}

/**
 * What a run was given: the messages of a prompt, the variables of a chain, a tool's input, a query. `null` where its
 * start isn't known.
 */
export function inputOf({ start }: TraceRun): readonly Passage[] | null {
  switch (start?.type) {
    case undefined:
      return null;
    case 'chatModelStart':
      return start.messages.flatMap(passagesOf);
    case 'llmStart':
      return [{ label: 'prompt', text: start.prompt }];
    case 'chainStart':
      return values(start.inputs);
    case 'toolStart':
      return [{ label: 'input', text: toText(start.input) }];
    case 'retrieverStart':
      return [{ label: 'query', text: start.query }];
  }
}

/** What came out of a run, as far as it came: an answer and calls of tools, a chain's outputs, a tool's, documents. */
export function outputOf(run: TraceRun): readonly Passage[] {
  const { end, streamed } = run;
  switch (end?.type) {
    case 'llmEnd':
      return answer(end.text, end.toolCalls);
    case 'llmError':
      return answer(end.text);
    case 'chainEnd':
      return values(end.outputs);
    case 'toolEnd':
      return [{ label: 'output', text: toText(end.output) }];
    case 'retrieverEnd':
      return end.documents.map(({ pageContent }) => ({ label: 'document', text: pageContent }));
    default:
      return streamed === null ? [] : answer(streamed.text);
  }
}

/**
 * What a model was asked with besides its prompt, by name, tools as `tools.NAME`. Empty for what is no model; `null`
 * where the start of a model's run isn't known.
 */
export function parametersOf(run: TraceRun): Readonly<Record<string, unknown>> | null {
  const { start } = run;
  if (start === null) return kindOf(run) === 'model' ? null : {};
  if (start.type !== 'llmStart' && start.type !== 'chatModelStart') return {};
  const { extraBody = {}, ...params } = start.params;
  const tools = start.type === 'chatModelStart' ? start.tools : [];
  return {
    model: modelOf(run),
    provider: start.provider,
    ...params,
    ...prefixed('extraBody', Object.entries(extraBody)),
    ...prefixed(
      'tools',
      tools.map((tool) => [tool.name, tool]),
    ),
  };
}

/** Whether the file says that prompts and answers were left out of it. */
export function isWithoutContent({ start }: Pick<TraceRun, 'start'>): boolean {
  return (start as { readonly content?: unknown } | null)?.content === false;
}

/** Ids of tool calls are left out: they are never the same twice. */
function passagesOf({ role, name, content, toolCalls }: Message): readonly Passage[] {
  const label = name === undefined ? role : `${role} ${name}`;
  const calls = callsOf(toolCalls);
  return content === '' && calls.length > 0 ? calls : [{ label, text: content }, ...calls];
}

function answer(text: string, toolCalls: readonly ToolCall[] = []): readonly Passage[] {
  return passagesOf({ role: 'assistant', content: text, toolCalls }).map((passage) =>
    passage.label === 'assistant' ? { ...passage, label: 'answer' } : passage,
  );
}

function callsOf(toolCalls: readonly ToolCall[] = []): readonly Passage[] {
  return toolCalls.map(({ name, arguments: text }) => ({ label: `calls ${name}`, text }));
}

function values(record: Readonly<Record<string, unknown>>): readonly Passage[] {
  return Object.keys(record)
    .sort()
    .map((label) => ({ label, text: toText(record[label]) }));
}

function prefixed(prefix: string, entries: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(entries.map(([name, value]) => [`${prefix}.${name}`, value]));
}

/** A text as it is, whatever else as JSON, a line for each value. */
function toText(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
}
