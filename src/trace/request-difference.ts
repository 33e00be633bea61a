import type { Message, ToolDefinition } from '../messages.js';
import { abridge } from './abridge.js';
import type { AskedRequest } from './asked-request.js';
import { diffText, type TextPart } from './diff-text.js';
import type { NearestRequest } from './nearest-request.js';

/** How a request differs from a recorded one. What is the same isn't listed. */
export interface RequestDifference {
  /** Of the recorded one. */
  readonly runId: string;
  readonly parts: readonly RequestPart[];
}

/** One part of a request, from what was recorded to what is asked; long texts are abridged. */
export interface RequestPart {
  /** `model`, `temperature`, `tools`, `prompt`, `user message`; where there are more, `message 3 (user)`. */
  readonly name: string;
  readonly text: readonly TextPart[];
}

/** Compares two requests, their texts word by word. */
export async function requestDifference({
  asked,
  recorded,
  runId,
}: NearestRequest): Promise<RequestDifference> {
  const fields = [
    ...field('kind', recorded.kind, asked.kind),
    ...field('model', recorded.model, asked.model),
    ...params(recorded, asked),
    ...field('tools', toolsOf(recorded), toolsOf(asked)),
  ];
  return { runId, parts: [...fields, ...(await texts(recorded, asked))] };
}

function params(recorded: AskedRequest, asked: AskedRequest): RequestPart[] {
  const before = Object.entries(recorded.params);
  const after = Object.entries(asked.params);
  const names = new Set([...before, ...after].map(([name]) => name));
  const valueIn = (entries: readonly [string, unknown][], wanted: string) =>
    entries.find(([name]) => name === wanted)?.[1];
  return [...names].flatMap((name) => field(name, valueIn(before, name), valueIn(after, name)));
}

function toolsOf(request: AskedRequest): readonly ToolDefinition[] | undefined {
  return request.kind === 'chat' && request.tools.length > 0 ? request.tools : undefined;
}

/** @returns nothing where both are the same */
function field(name: string, recorded: unknown, asked: unknown): RequestPart[] {
  const [before, after] = [recorded, asked].map((value) =>
    typeof value === 'string' ? value : JSON.stringify(value),
  );
  if (before === after) return [];
  const text: TextPart[] = [
    ...(before === undefined ? [] : [{ change: 'removed' as const, text: before }]),
    ...(after === undefined ? [] : [{ change: 'added' as const, text: after }]),
  ];
  return [{ name, text: abridge(text) }];
}

async function texts(recorded: AskedRequest, asked: AskedRequest): Promise<RequestPart[]> {
  const before = messagesOf(recorded);
  const after = messagesOf(asked);
  const many = Math.max(before.length, after.length) > 1;
  const parts: RequestPart[] = [];
  for (const { place, from, to } of await pairUp(before, after)) {
    const { role } = to ?? from!;
    const name = role === 'prompt' ? role : many ? `message ${place} (${role})` : `${role} message`;
    parts.push({ name, text: abridge(between(from?.text, to?.text)) });
  }
  return parts;
}

interface MessagePair {
  /** From 1, in what is asked; of a message that is missing there, in what was recorded. */
  readonly place: number;
  readonly from: SaidMessage | undefined;
  readonly to: SaidMessage | undefined;
}

/** Messages that differ: one in place of another of its role, or one that is only in one of the two. */
async function pairUp(before: SaidMessage[], after: SaidMessage[]): Promise<readonly MessagePair[]> {
  const { diffArrays } = await import('diff');
  const comparator = (a: SaidMessage, b: SaidMessage) => a.role === b.role && a.text === b.text;
  const pairs: MessagePair[] = [];
  let missing: SaidMessage[] = [];
  let [recordedPlace, askedPlace] = [0, 0];
  const leaveMissing = (count = missing.length) => {
    for (const from of missing.splice(0, count)) pairs.push({ place: ++recordedPlace, from, to: undefined });
  };
  for (const { value, added, removed } of diffArrays(before, after, { comparator })) {
    if (removed) missing = [...value];
    else if (added) {
      for (const to of value) {
        const counterpart = missing.findIndex(({ role }) => role === to.role);
        leaveMissing(Math.max(counterpart, 0));
        const from = counterpart < 0 ? undefined : missing.shift();
        if (from !== undefined) recordedPlace += 1;
        pairs.push({ place: ++askedPlace, from, to });
      }
      leaveMissing();
    } else {
      leaveMissing();
      recordedPlace += value.length;
      askedPlace += value.length;
    }
  }
  leaveMissing();
  return pairs;
}

function between(from: string | undefined, to: string | undefined): readonly TextPart[] {
  if (from === undefined) return [{ change: 'added', text: to! }];
  if (to === undefined) return [{ change: 'removed', text: from }];
  return diffText(from, to);
}

interface SaidMessage {
  readonly role: Message['role'] | 'prompt';
  readonly text: string;
}

/** With whatever a message has besides its text. */
function messagesOf(request: AskedRequest): SaidMessage[] {
  if (request.kind === 'completion') return [{ role: 'prompt', text: request.prompt }];
  return request.messages.map(({ role, content, ...rest }) => {
    const besides = Object.keys(rest).length === 0 ? '' : JSON.stringify(rest);
    return { role, text: [content, besides].filter((part) => part !== '').join('\n') };
  });
}
