import type { ChainEvent, EventBase, EventOf, EventType } from '../../src/events.js';
import { usage } from '../callbacks/synthetic-events.js';
import { BEGIN } from './trace-lines.js';

/** How many root runs {@link everywhere} makes. */
export const ROOTS = 3;

/**
 * The lines of a trace in which every field that can hold a text holds this one: ids, names, tags, metadata, models,
 * messages, tools, documents, errors, events of one's own. A run of each kind ends well, one fails, one has no end.
 */
export function everywhere(text: string): string {
  const any = { [text]: text, list: [text], deep: { [text]: { text } } };
  const error = { name: text, code: text, message: text };
  const lines: string[] = [];
  let time = BEGIN;
  const write = <T extends EventType>(
    type: T,
    run: string,
    parent: string | null,
    fields: Omit<EventOf<T>, 'type' | keyof EventBase | 'tags' | 'metadata'>,
  ) => {
    time += 10;
    const start = type.endsWith('Start') ? { tags: [text], metadata: { template: text, ...any } } : {};
    lines.push(
      JSON.stringify({
        type,
        runId: run,
        parentRunId: parent,
        name: text,
        time,
        ...start,
        ...fields,
      } as unknown as ChainEvent),
    );
  };
  const call = { id: text, name: text, arguments: text };
  const messages = (['system', 'user', 'assistant', 'tool'] as const).map((role) => ({
    role,
    content: text,
    name: text,
    toolCallId: text,
    toolCalls: [call],
  }));
  const model = {
    model: text,
    provider: text,
    params: { stop: [text], reasoningEffort: text, extraBody: any },
  };
  const tools = [{ name: text, description: text, parameters: any }];
  const ended = (root: string) => {
    const id = (name: string) => `${name} of ${root}`;
    write('text', root, null, { text, kind: text });
    write('customEvent', root, null, { eventName: text, data: any });
    write('agentAction', root, null, { tool: text, input: any, log: text });
    write('agentFinish', root, null, { output: text, log: text });
    write('chatModelStart', id('chat'), root, { ...model, messages, tools });
    write('retry', id('chat'), root, { attempt: 1, delayMs: 1, reason: text });
    write('llmEnd', id('chat'), root, {
      text,
      message: messages[2]!,
      toolCalls: [call],
      finishReason: text,
      usage: usage(1, 1),
      cost: 0.001,
      model: text,
      responseId: text,
      firstTokenMs: 1,
      durationMs: 20,
    });
    write('llmStart', id('llm'), root, { ...model, prompt: text });
    write('llmError', id('llm'), root, {
      model: text,
      text,
      usage: null,
      cost: null,
      error,
      durationMs: 10,
    });
    write('toolStart', id('tool'), root, { input: any, toolCallId: text });
    write('toolEnd', id('tool'), root, { output: text, durationMs: 10 });
    write('toolStart', id('broken tool'), root, { input: text, toolCallId: text });
    write('toolError', id('broken tool'), root, { error, durationMs: 10 });
    write('retrieverStart', id('retriever'), root, { query: text });
    write('retrieverEnd', id('retriever'), root, {
      documents: [{ pageContent: text, metadata: any }],
      durationMs: 10,
    });
    write('retrieverStart', id('broken retriever'), root, { query: text });
    write('retrieverError', id('broken retriever'), root, { error, durationMs: 10 });
  };
  write('chainStart', text, null, { inputs: any });
  ended(text);
  write('chainEnd', text, null, { outputs: any, usage: null, durationMs: 200 });
  write('chainStart', `${text} failed`, null, { inputs: any });
  write('chainError', `${text} failed`, null, { error, usage: null, durationMs: 10 });
  write('chatModelStart', `${text} open`, null, { ...model, messages, tools });
  write('llmNewToken', `${text} open`, null, { token: text, index: 0 });
  return lines.map((line) => `${line}\n`).join('');
}
