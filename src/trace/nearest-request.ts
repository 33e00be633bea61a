import { ChainError } from '../errors.js';
import { type AskedRequest, type Mask, maskRequest, requestIn } from './asked-request.js';
import { NO_TOKENS, readEvents } from './read-events.js';
import { ContentWatch } from './with-content.js';

/** What was asked, and what was recorded that comes nearest to it. */
export interface NearestRequest {
  readonly asked: AskedRequest;
  readonly recorded: AskedRequest;
  /** Of the recorded one. */
  readonly runId: string;
}

/**
 * Looks through a trace file for the recorded request that has most in common with one. Of several that are as near,
 * the last.
 * @param askedAs the request, masked, as it is to be compared with a recorded one: its text may depend on the kind alone
 * @throws ChainError `file_not_readable`
 */
export async function nearestRequest(
  file: string,
  askedAs: (recorded: AskedRequest) => AskedRequest,
  mask: Mask,
): Promise<NearestRequest> {
  const content = new ContentWatch();
  const words = new Map<AskedRequest['kind'], ReadonlyMap<string, number>>();
  let best: (NearestRequest & { readonly score: number }) | undefined;
  for await (const events of readEvents(file, { tokensOf: NO_TOKENS })) {
    for (const { event } of events) {
      const hasContent = content.has(event);
      if (!hasContent || (event.type !== 'chatModelStart' && event.type !== 'llmStart')) continue;
      const recorded = maskRequest(requestIn(event), mask);
      const asked = askedAs(recorded);
      const said = words.get(asked.kind) ?? wordsOf(textOf(asked));
      words.set(asked.kind, said);
      const score = overlap(said, textOf(recorded)) - penalty(asked, recorded);
      if (best === undefined || score >= best.score) best = { asked, recorded, runId: event.runId, score };
    }
  }
  if (best === undefined)
    throw new ChainError('file_not_readable', `${file}: it has changed since it was opened`);
  return best;
}

/** What is said in a request, as one text. */
function textOf(request: AskedRequest): string {
  return request.kind === 'completion'
    ? request.prompt
    : request.messages.map(({ content }) => content).join('\n');
}

/** How often each word is in a text. Scripts without spaces have words of one character. */
function wordsOf(text: string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const [word] of text.matchAll(WORD)) counts.set(word, (counts.get(word) ?? 0) + 1);
  return counts;
}

const UNSPACED = String.raw`[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}]`;
const WORD = new RegExp(String.raw`${UNSPACED}|(?:(?!${UNSPACED})[\p{L}\p{M}\p{N}])+`, 'gu');

/** The part of all words of two texts that both have: from 0 to 1. Texts without a word have everything in common. */
function overlap(words: ReadonlyMap<string, number>, text: string): number {
  const others = wordsOf(text);
  let shared = 0;
  for (const [word, count] of others) shared += Math.min(count, words.get(word) ?? 0);
  const all = sum(words) + sum(others);
  return all === 0 ? 1 : (2 * shared) / all;
}

function sum(counts: ReadonlyMap<string, number>): number {
  let total = 0;
  for (const count of counts.values()) total += count;
  return total;
}

/** What differs besides the text counts little: it only decides between texts that are about as near. */
function penalty(asked: AskedRequest, recorded: AskedRequest): number {
  const fields = new Set([...Object.keys(asked.params), ...Object.keys(recorded.params)]);
  const params = [...fields].filter((name) => !isSame(paramOf(asked, name), paramOf(recorded, name)));
  const roles = asked.kind === recorded.kind && isSame(rolesOf(asked), rolesOf(recorded)) ? 0 : 1;
  return 0.01 * (roles + params.length + (asked.model === recorded.model ? 0 : 2));
}

function rolesOf(request: AskedRequest): readonly string[] {
  return request.kind === 'chat' ? request.messages.map(({ role }) => role) : [];
}

function paramOf({ params }: AskedRequest, name: string): unknown {
  return params[name as keyof typeof params];
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
