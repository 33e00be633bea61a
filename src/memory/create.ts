import { ChainError } from '../errors.js';
import type { Model } from '../models/model.js';
import { didYouMean } from '../nearest-name.js';
import { ConversationBufferMemory } from './buffer.js';
import type { Memory, MemoryFields } from './memory.js';
import { ConversationSummaryMemory } from './summary.js';
import { ConversationSummaryBufferMemory } from './summary-buffer.js';
import { ConversationTokenBufferMemory } from './token-buffer.js';
import { ConversationBufferWindowMemory } from './window.js';

export interface MemoryFactoryFields extends MemoryFields {
  /** Whose tokens count, and what writes summaries. */
  readonly llm: Model;
}

interface MemoryKind {
  /** What the number after the colon says; `null` where there is none. */
  readonly limit: string | null;
  /** Whether it asks a model for what it remembers. */
  readonly asksModel: boolean;
  create(fields: MemoryFactoryFields, limit: number): Memory;
}

/** Kinds of memory by the name that the command line knows them by. */
export const MEMORIES: Readonly<Record<string, MemoryKind>> = {
  buffer: {
    limit: null,
    asksModel: false,
    create: (fields) => new ConversationBufferMemory(fields),
  },
  window: {
    limit: 'turns',
    asksModel: false,
    create: (fields, k) => new ConversationBufferWindowMemory({ ...fields, k }),
  },
  'token-buffer': {
    limit: 'tokens',
    asksModel: false,
    create: (fields, maxTokenLimit) => new ConversationTokenBufferMemory({ ...fields, maxTokenLimit }),
  },
  summary: {
    limit: null,
    asksModel: true,
    create: (fields) => new ConversationSummaryMemory(fields),
  },
  'summary-buffer': {
    limit: 'tokens',
    asksModel: true,
    create: (fields, maxTokenLimit) => new ConversationSummaryBufferMemory({ ...fields, maxTokenLimit }),
  },
};

/**
 * A memory by its kind: `buffer`, `window:2`, `token-buffer:500`, `summary`, `summary-buffer:650`.
 * @throws ChainError `invalid_argument` for a kind that isn't known, or whose number is missing, too much or wrong
 */
export function createMemory(kind: string, fields: MemoryFactoryFields): Memory {
  const { name, limit } = parseMemoryKind(kind);
  return MEMORIES[name]!.create(fields, limit);
}

/** Whether this kind asks a model. */
export function asksModel(kind: string): boolean {
  return MEMORIES[parseMemoryKind(kind).name]!.asksModel;
}

/** @throws ChainError `invalid_argument` as {@link createMemory} does */
export function parseMemoryKind(kind: string): { readonly name: string; readonly limit: number } {
  const [name = '', number, ...rest] = kind.trim().split(':');
  if (!Object.hasOwn(MEMORIES, name)) {
    throw wrong(`there is no memory "${name}"${didYouMean(name, Object.keys(MEMORIES))}`);
  }
  const unit = MEMORIES[name]!.limit;
  if (unit === null && number !== undefined) throw wrong(`the memory "${name}" takes no number`);
  if (unit === null) return { name, limit: 0 };
  const limit = /^\d+$/.test(number ?? '') && rest.length === 0 ? Number(number) : 0;
  if (Number.isSafeInteger(limit) && limit >= 1) return { name, limit };
  throw wrong(`the memory "${name}" takes a number of ${unit}, as in ${name}:${unit === 'turns' ? 6 : 500}`);
}

function wrong(message: string): ChainError {
  return new ChainError('invalid_argument', message, {
    hint: `Memories are ${Object.entries(MEMORIES)
      .map(([name, { limit }]) => (limit === null ? name : `${name}:${limit}`))
      .join(', ')}.`,
  });
}
