import type { ErrorObject } from 'ajv';
import { toPlain } from '../callbacks/plain.js';
import { type ChainEvent, EVENT_TABLE, SCHEMA_VERSION } from '../events.js';
import validators from './generated/event-validators.js';

/** What one line of a trace file is. */
export type TraceLine =
  | { readonly kind: 'event'; readonly event: ChainEvent }
  /** A record of `logger`, which may share the file. */
  | { readonly kind: 'log' }
  /** Well formed, and of a type that only later versions know. */
  | { readonly kind: 'unknown'; readonly type: string }
  /** Opens a run that a later version has written, by rules that this one can't know. */
  | { readonly kind: 'later'; readonly schema: number }
  /** Not ours: of another program that writes into the same file. */
  | { readonly kind: 'foreign' }
  /** Of a log for people, as the file handler writes it. */
  | { readonly kind: 'text' }
  /** Begins as ours, and isn't whole, or lacks what its type must have. */
  | { readonly kind: 'damaged'; readonly why: string }
  | { readonly kind: 'blank' };

/** Reads one line, without its newline. Never throws. */
export function parseTraceLine(bytes: Buffer): TraceLine {
  const text = bytes.toString().replace(/^\ufeff/, '');
  if (text.trim() === '') return { kind: 'blank' };
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    if (isOurs(text)) return { kind: 'damaged', why: 'it is cut short' };
    return { kind: TEXT_LINE.test(text) ? 'text' : 'foreign' };
  }
  if (typeof value !== 'object' || value === null) return { kind: 'foreign' };
  const { type, runId, level, time, schema } = value as Readonly<Record<string, unknown>>;
  if (typeof type !== 'string') return { kind: 'foreign' };
  if (type === 'log' && typeof level === 'string') return { kind: 'log' };
  if (!Object.hasOwn(EVENT_TABLE, type)) {
    return typeof runId === 'string' && typeof time === 'number'
      ? { kind: 'unknown', type }
      : { kind: 'foreign' };
  }
  if (typeof schema === 'number' && schema > SCHEMA_VERSION) return { kind: 'later', schema };
  const why = whatIsWrong(type, value);
  if (why !== undefined) return { kind: 'damaged', why };
  // As this package writes them: whoever compares, masks or writes an event need not fear for the stack.
  const isDeep = bytes.length > 2 * MOST_LEVELS && isDeeper(value, MOST_LEVELS);
  return { kind: 'event', event: (isDeep ? toPlain(value) : value) as ChainEvent };
}

const MOST_LEVELS = 500;
const TEXT_LINE = /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d{3} \| [A-Z]+ +\| /;

function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

/**
 * Whose token a line is; `null` where it is no token, or isn't whole and written as this package writes it. Looks at
 * both ends only: most lines of a trace are tokens, and most readers need none of them.
 */
export function runOfTokenLine(bytes: Buffer): string | null {
  if (bytes.length < TOKEN_HEAD.length + ID_LENGTH || bytes.at(-1) !== BRACE) return null;
  if (bytes.compare(TOKEN_HEAD, 0, TOKEN_HEAD.length, 0, TOKEN_HEAD.length) !== 0) return null;
  const end = TOKEN_HEAD.length + ID_LENGTH;
  return bytes[end] === QUOTE ? bytes.toString('latin1', TOKEN_HEAD.length, end) : null;
}

const TOKEN_HEAD = Buffer.from('{"type":"llmNewToken","runId":"');
const ID_LENGTH = 36;
const QUOTE = 0x22;
const BRACE = 0x7d;
const HEADS = ['log', ...Object.keys(EVENT_TABLE)].map((type) => `{"type":"${type}"`);
const FEWEST = '{"type":"'.length;

/** Whether a text begins as this package's lines do, or is the beginning of one. */
function isOurs(text: string): boolean {
  return HEADS.some((head) => text.startsWith(head) || (text.length >= FEWEST && head.startsWith(text)));
}

/** By the published schema; the build has compiled it. */
function whatIsWrong(type: string, value: unknown): string | undefined {
  const validate = validators[type]!;
  return validate(value) ? undefined : describe(validate.errors?.[0]);
}

function describe(error: ErrorObject | undefined): string {
  const { instancePath = '', message = 'it has another form' } = error ?? {};
  return `${instancePath.slice(1).replaceAll('/', '.') || 'it'} ${message}`;
}
